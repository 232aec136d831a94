/** One stretch of a calendar in words: who, from when to when on the viewer's clock and on the schedule's, and by what. */
import type { Stretch } from "../../../domain/time/weekly_windows.ts";
import { duration } from "../duration.ts";
import { listed } from "../plural.ts";
import { dayOnly, type Viewpoint } from "../zoned_time.ts";

export interface StretchWords {
  /** "Maya Okafor, layer Weekly". */
  who: string;
  /** "Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00 (7 d)". */
  when: string;
  /** The same on the schedule's clock, "08:00 to 08:00 in London"; empty where both clocks show the same. */
  there: string;
}

/** Promises the words; `by` is what decides, as "layer Weekly", or empty. */
export function calendarWords(
  { startsAtMs, endsAtMs }: Stretch,
  { names, by, timeZone, view }: {
    names: readonly string[];
    by: string;
    /** The schedule's. */
    timeZone: string;
    view: Viewpoint;
  },
): StretchWords {
  const people = names.length === 0
    ? "Nobody is on call"
    : listed(names.map(isolated), 6);
  const clock = (zone: string) => {
    const there = { nowMs: view.nowMs, timeZone: zone };
    return `${dayTime(startsAtMs, there)} to ${dayTime(endsAtMs, there)}`;
  };
  const [own, other] = [clock(view.timeZone), clock(timeZone)];
  return {
    who: by === "" ? people : `${people}, ${by}`,
    when: `${own} (${duration(endsAtMs - startsAtMs)})`,
    there: own === other ? "" : `${other} in ${cityOf(timeZone)}`,
  };
}

/** Promises the three in one line, for titles and for those who listen. */
export function oneLine({ who, when, there }: StretchWords): string {
  return there === "" ? `${who}: ${when}` : `${who}: ${when}; ${there}`;
}

/** Promises day, date and time, as "Mon 23 Nov, 09:00"; the year where it is not this one. */
export function dayTime(atMs: number, view: Viewpoint): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(view.timeZone);
  const day = WEEKDAYS[at.dayOfWeek - 1] ?? "";
  const time = at.toPlainTime().toString({ smallestUnit: "minute" });
  return `${day} ${dayOnly(atMs, view)}, ${time}`;
}

/** Promises the text between U+2068 and U+2069, so that whatever it holds turns nothing beside it around (UAX 9). */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Promises the place that a zone is named after, as "London". */
export function cityOf(timeZone: string): string {
  return timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? timeZone;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
