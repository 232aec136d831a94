/** The form of a calendar before it is saved: what it asks, what was said in it, and what it makes of the names. */
import type { NamedPerson } from "../../../domain/calendars/calendar.ts";
import { foldedText } from "../../../domain/calendars/names_in_text.ts";
import type { CalendarReport } from "../../../ports/calendar_repositories.ts";
import type { Form } from "../../form.ts";
import { counted } from "../plural.ts";

/** In the place of an id: that the name stands for nobody, on purpose. */
export const NOBODY = "nobody";

/** Asked at once: each question lists everybody. More are asked once these are answered. */
const MOST_ASKED = 20;

/** A name of the calendar and the answer that is chosen; empty: none. */
export interface NameQuestion {
  text: string;
  events: string;
  value: string;
}

export interface Questions {
  /** Names that nobody here is known by. */
  unknown: NameQuestion[];
  moreUnknown: number;
  /** What an admin has said. */
  said: NameQuestion[];
  moreSaid: number;
}

/** Promises the questions about the names of a calendar; events without a title cannot be asked about. */
export function questionsOf(
  report: CalendarReport,
  people: readonly NamedPerson[],
): Questions {
  const unknown = report.unknown.filter(({ text }) => text !== "");
  const counts = new Map(
    report.names.filter(({ by }) => by === "mapping")
      .map(({ text, events }) => [foldedText(text), events]),
  );
  return {
    unknown: unknown.slice(0, MOST_ASKED).map(({ text, events }) => ({
      text,
      events: counted(events, "event"),
      value: "",
    })),
    moreUnknown: Math.max(0, unknown.length - MOST_ASKED) + report.moreUnknown,
    said: people.slice(0, MOST_ASKED).map(({ text, responderId }) => ({
      text,
      events: counted(counts.get(foldedText(text)) ?? 0, "event"),
      value: responderId === null ? NOBODY : String(responderId),
    })),
    moreSaid: Math.max(0, people.length - MOST_ASKED),
  };
}

export interface Answer {
  text: string;
  /** An id, `NOBODY`, or empty for no answer. */
  value: string;
}

/** Promises what was answered; a name whose answer did not come along is left as it is. */
export function answersIn(form: Form): Answer[] {
  const answers: Answer[] = [];
  for (let index = 0; index < 2 * MOST_ASKED; index++) {
    const at = `names.${index}`;
    if (!form.has(`${at}.responder_id`)) continue;
    const text = form.exact(`${at}.text`);
    answers.push({ text, value: form.text(`${at}.responder_id`) });
  }
  return answers;
}

/** Promises the names with the answers in the place of what was said before; no answer takes a name away. */
export function answered(
  people: readonly NamedPerson[],
  answers: readonly Answer[],
): NamedPerson[] {
  const said = new Map(people.map((one) => [foldedText(one.text), one]));
  for (const { text, value } of answers) {
    const key = foldedText(text);
    if (value === "") said.delete(key);
    else {
      const responderId = value === NOBODY ? null : Number(value);
      said.set(key, { text, responderId });
    }
  }
  return [...said.values()];
}
