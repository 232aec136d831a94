/** What was understood of a calendar that is kept elsewhere, in words and as lists. */
import type {
  MatchedBy,
  MatchedName,
} from "../../../domain/calendars/calendar.ts";
import type { CalendarWindow } from "../../../domain/schedules/schedule.ts";
import type { CalendarReport } from "../../../ports/calendar_repositories.ts";
import { agree, counted } from "../plural.ts";
import { dayTime } from "../schedules/stretch_words.ts";
import { strongNames, type Words } from "../words.ts";
import { type ShownTime, shownTime, type Viewpoint } from "../zoned_time.ts";

const DAY_MS = 86_400_000;
const AHEAD_DAYS = 28;
const MOST_SHIFTS = 12;
const MOST_UNKNOWN = 8;
const GONE = "somebody who is gone";

const HOW: Record<MatchedBy, string> = {
  mapping: "An admin's word",
  email: "E-mail address",
  name: "Name in the title",
};

/** Promises the sentence, as "40 events put somebody on call, 1 event names nobody known here and leaves a gap." */
export function understoodWords(
  { events, matched, ignored }: CalendarReport,
): string {
  if (events === 0) return "No event in it falls into the time that is read.";
  const unknown = events - matched - ignored;
  const parts = [
    matched === 0
      ? "No event in it puts anybody on call"
      : `${counted(matched, "event")} ${
        agree(matched, "puts", "put")
      } somebody on call`,
    ...ignored > 0
      ? [
        `${counted(ignored, "event")} ${
          agree(ignored, "stands", "stand")
        } for nobody on purpose`,
      ]
      : [],
    ...unknown > 0
      ? [
        `${counted(unknown, "event")} ${
          agree(unknown, "names", "name")
        } nobody known here and ${agree(unknown, "leaves", "leave")} a gap`,
      ]
      : [],
  ];
  return `${parts.join(", ")}.`;
}

export interface NameRow {
  /** Empty for events without a title. */
  text: string;
  how: string;
  who: Words;
  events: string;
}

/** Promises the names that were understood, with whom each stands for and why. */
export function nameRows(
  names: readonly MatchedName[],
  people: ReadonlyMap<number, string>,
): NameRow[] {
  return names.map(({ text, by, responderIds, events }) => ({
    text,
    how: HOW[by],
    who: responderIds.length === 0
      ? ["Nobody, on purpose"]
      : strongNames(responderIds.map((id) => people.get(id) ?? GONE), 6),
    events: counted(events, "event"),
  }));
}

/** Promises the names that are not known here, the eight most frequent, and how many there are besides. */
export function unknownRows(
  { unknown, moreUnknown }: CalendarReport,
): { rows: { text: string; events: string }[]; more: number } {
  const rows = unknown.slice(0, MOST_UNKNOWN).map(({ text, events }) => ({
    text,
    events: counted(events, "event"),
  }));
  return { rows, more: unknown.length - rows.length + moreUnknown };
}

export interface ShiftRow {
  starts: ShownTime;
  ends: ShownTime;
  who: Words;
}

/** Promises the shifts of the next 28 days, the first twelve, on the schedule's own clock, and how many there are besides. */
export function nextShifts(
  windows: readonly CalendarWindow[],
  { names, there }: {
    names: ReadonlyMap<number, string>;
    /** Now, in the schedule's zone. */
    there: Viewpoint;
  },
): { rows: ShiftRow[]; more: number } {
  const { nowMs } = there;
  const ahead = windows.filter(({ startsAtMs, endsAtMs }) =>
    endsAtMs > nowMs && startsAtMs < nowMs + AHEAD_DAYS * DAY_MS
  );
  const together = Map.groupBy(
    ahead,
    ({ startsAtMs, endsAtMs }) => `${startsAtMs} ${endsAtMs}`,
  );
  const time = (ms: number) => shownTime(ms, there, dayTime(ms, there));
  const rows = [...together.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const who = all.map(({ responderId }) => names.get(responderId) ?? GONE);
    return {
      starts: time(first.startsAtMs),
      ends: time(first.endsAtMs),
      who: strongNames(who, 6),
    };
  });
  return {
    rows: rows.slice(0, MOST_SHIFTS),
    more: Math.max(0, rows.length - MOST_SHIFTS),
  };
}
