/** How it stands with a calendar that is kept elsewhere: when it was read, when it will be, and what is wrong. */
import type { ImportedCalendar } from "../../../ports/calendar_repositories.ts";
import { counted } from "../plural.ts";
import type { Words } from "../words.ts";
import { shortTime, type Viewpoint } from "../zoned_time.ts";

export interface CalendarState {
  words: Words;
  /** "" where all is well. */
  problem: string;
  /** How many events name nobody known here, as "3 events name nobody"; "" for none. */
  unknown: string;
}

/** Promises the state of a layer's calendar. */
export function calendarState(
  { origin, readAtMs, dueAtMs, problem, report }: ImportedCalendar,
  view: Viewpoint,
): CalendarState {
  const read = readAtMs === null ? "never" : shortTime(readAtMs, view);
  const from = { said: origin.shown };
  const missed = report.events - report.matched - report.ignored;
  return {
    words: origin.kind === "url"
      ? ["Read from ", from, ` at ${read}, `, nextWords(dueAtMs, view)]
      : ["From the file ", from, `, read at ${read}.`],
    problem: problem === null
      ? ""
      : `${problem.words} So since ${
        shortTime(problem.sinceMs, view)
      }; what was read before stays in force.`,
    unknown: missed === 0
      ? ""
      : `${counted(missed, "event")} ${
        missed === 1 ? "names" : "name"
      } nobody known`,
  };
}

function nextWords(dueAtMs: number, view: Viewpoint): string {
  return dueAtMs <= view.nowMs
    ? "again within a minute."
    : `again at ${shortTime(dueAtMs, view)}.`;
}
