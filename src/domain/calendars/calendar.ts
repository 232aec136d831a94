/** Calendars that are kept elsewhere: which responder each of their events stands for. */
import { foldedText, nameFinder } from "./names_in_text.ts";
import type { CalendarWindow } from "../schedules/schedule.ts";
import type { Stretch } from "../time/weekly_windows.ts";

/** One occurrence of an event, as it was read. */
export interface CalendarEvent extends Stretch {
  summary: string;
  /** E-mail addresses of attendees who have not declined. */
  emails: readonly string[];
}

/** Somebody whom events may name. */
export interface Person {
  id: number;
  name: string;
  email: string;
}

/** An admin's word on events with this text: that they stand for this responder, or (null) for nobody. */
export interface NamedPerson {
  text: string;
  responderId: number | null;
}

/** By what an event was understood: what an admin has said, an attendee's address, or a name in its text. */
export type MatchedBy = "mapping" | "email" | "name";

/** A name as it stands in the calendar, an address or the text of events, and whom it put on call. */
export interface MatchedName {
  text: string;
  by: MatchedBy;
  /** Empty for a mapping to nobody. */
  responderIds: readonly number[];
  events: number;
}

/** A text of events that names nobody here; empty where the events have none. */
export interface UnknownName {
  text: string;
  events: number;
}

/** A list of which the first are kept, and how many there are besides. */
export interface Most<T> {
  first: T[];
  more: number;
}

export interface MatchedEvents {
  /** By start, then end, then responder; none twice; the first 10,000. */
  windows: CalendarWindow[];
  /** The start of the first window that is left out; null where all are there. */
  cutAtMs: number | null;
  /** The most frequent first, 100 of them. */
  names: Most<MatchedName>;
  /** The most frequent first, 100 of them. */
  unknown: Most<UnknownName>;
  /** Events that put somebody on call, that stand for nobody by an admin's word, and that name nobody. */
  counts: { matched: number; ignored: number; unknown: number };
}

const LONGEST_TEXT = 200;
const MOST_NAMES = 100;
const MOST_WINDOWS = 10_000;

/**
 * Promises who the events put on call when. What an admin has said of the text counts first, then the e-mail addresses
 * of attendees, then the responders whose name or address stands in the text, as in "On Call - Maya Okafor"; a name
 * that two responders share names neither. Events that name nobody leave a gap and are listed.
 */
export function matchEvents(
  events: readonly CalendarEvent[],
  { people, named }: {
    people: readonly Person[];
    named: readonly NamedPerson[];
  },
): MatchedEvents {
  const whoIs = matcher(people, named);
  const windows = new Map<string, CalendarWindow>();
  const names = new Map<string, MatchedName>();
  const unknown = new Map<string, UnknownName>();
  const counts = { matched: 0, ignored: 0, unknown: 0 };
  for (const event of events) {
    const found = whoIs(event);
    if (found.length === 0) {
      count(unknown, { text: textOf(event) });
      counts.unknown++;
      continue;
    }
    for (const one of found) count(names, one);
    const { startsAtMs, endsAtMs } = event;
    const ids = found.flatMap(({ responderIds }) => responderIds);
    counts[ids.length > 0 ? "matched" : "ignored"]++;
    for (const responderId of ids) {
      const key = `${responderId} ${startsAtMs} ${endsAtMs}`;
      windows.set(key, { responderId, startsAtMs, endsAtMs });
    }
  }
  const all = [...windows.values()].sort((a, b) =>
    a.startsAtMs - b.startsAtMs || a.endsAtMs - b.endsAtMs ||
    a.responderId - b.responderId
  );
  return {
    windows: all.slice(0, MOST_WINDOWS),
    cutAtMs: all[MOST_WINDOWS]?.startsAtMs ?? null,
    names: mostFrequent(names),
    unknown: mostFrequent(unknown),
    counts,
  };
}

/** Promises the text that an event is listed under: its summary, else the first address in it, at most 200 characters. */
export function textOf(
  { summary, emails }: Pick<CalendarEvent, "summary" | "emails">,
): string {
  const bare = summary.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return (bare === "" ? emails[0] ?? "" : bare).slice(0, LONGEST_TEXT)
    .toWellFormed();
}

type Found = Omit<MatchedName, "events">;

function count<T extends { text: string }>(
  counted: Map<string, T & { events: number }>,
  one: T,
): void {
  const key = JSON.stringify(one);
  const before = counted.get(key);
  if (before) before.events++;
  else counted.set(key, { ...one, events: 1 });
}

function mostFrequent<T extends { text: string; events: number }>(
  counted: ReadonlyMap<string, T>,
): Most<T> {
  const all = [...counted.values()]
    .sort((a, b) => b.events - a.events || (a.text < b.text ? -1 : 1));
  return {
    first: all.slice(0, MOST_NAMES),
    more: Math.max(0, all.length - MOST_NAMES),
  };
}

/** Promises what each event says; nothing where nobody knows. */
function matcher(
  people: readonly Person[],
  named: readonly NamedPerson[],
): (event: CalendarEvent) => Found[] {
  const here = new Set(people.map(({ id }) => id));
  const said = new Map(
    named.filter(({ responderId: id }) => id === null || here.has(id))
      .map(({ text, responderId }) => [foldedText(text), responderId]),
  );
  const byEmail = new Map(
    people.map(({ id, email }) => [foldedText(email), id]),
  );
  const namedIn = nameFinder(people);
  const known = new Map<string, Found[]>();
  return (event) => {
    const text = textOf(event);
    const told = said.get(foldedText(text));
    if (told !== undefined) {
      return [{
        text,
        by: "mapping",
        responderIds: told === null ? [] : [told],
      }];
    }
    const invited = [...new Set(event.emails.map(foldedText))]
      .flatMap((email): Found[] => {
        const id = byEmail.get(email);
        if (id === undefined) return [];
        return [{ text: email, by: "email", responderIds: [id] }];
      });
    if (invited.length > 0) return invited;
    const before = known.get(text);
    if (before) return before;
    const responderIds = namedIn(text);
    const found: Found[] = responderIds.length === 0
      ? []
      : [{ text, by: "name", responderIds }];
    known.set(text, found);
    return found;
  };
}
