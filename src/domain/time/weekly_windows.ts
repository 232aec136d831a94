/** Windows of the week on a wall clock, as "Friday 18:00 to Monday 08:00", and the stretches of time that they stand for. */
import {
  DAY_MS,
  MINUTE_MS,
  minuteOfDay,
  mondayOf,
  WEEK_MS,
} from "./reading.ts";
import { type ZoneClock, zoneClock } from "./zone_clock.ts";

/** Half open. Where the end is not after the start within the week, it lies in the week after. */
export interface WeeklyWindow {
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  fromDay: number;
  /** `HH:MM`. */
  fromTime: string;
  toDay: number;
  toTime: string;
}

/** Half open, epoch milliseconds. */
export interface Stretch {
  startsAtMs: number;
  endsAtMs: number;
}

const DAY_MINUTES = 1_440;
export const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * Promises the parts of [fromMs, toMs) that lie inside a window, in order, none touching the next. Edges keep to the
 * zone's wall clock: a time that comes twice is the first for a start and the second for an end, a skipped one is the
 * first instant after the gap.
 */
export function windowsIn(
  windows: readonly WeeklyWindow[],
  clock: ZoneClock,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Stretch[] {
  if (windows.length === 0 || toMs <= fromMs) return [];
  // A zone has moved its clock by as much as a day.
  const first = clock.readingAt(fromMs) - DAY_MS;
  const last = clock.readingAt(toMs - 1) + DAY_MS;
  const found: Stretch[] = [];
  for (const window of windows) {
    const { start, length } = minutesOf(window);
    const [afterMondayMs, lengthMs] = [start * MINUTE_MS, length * MINUTE_MS];
    const monday = mondayOf(first - lengthMs - afterMondayMs);
    for (
      let opens = monday + afterMondayMs;
      opens <= last;
      opens += WEEK_MS
    ) {
      if (opens + lengthMs < first) continue;
      found.push({
        startsAtMs: clock.atMsOf(opens, "start"),
        endsAtMs: clock.atMsOf(opens + lengthMs, "end"),
      });
    }
  }
  return merged(found, { fromMs, toMs });
}

/** Promises whether the instant lies inside a window. */
export function isInside(
  windows: readonly WeeklyWindow[],
  timeZone: string,
  atMs: number,
): boolean {
  const range = { fromMs: atMs, toMs: atMs + 1 };
  return windowsIn(windows, zoneClock(timeZone), range).length > 0;
}

/** Promises where the window begins, in minutes since Monday 00:00, and how long it is on the wall clock. */
export function minutesOf(
  { fromDay, fromTime, toDay, toTime }: WeeklyWindow,
): { start: number; length: number } {
  const start = (fromDay - 1) * DAY_MINUTES + minuteOfDay(fromTime);
  const end = (toDay - 1) * DAY_MINUTES + minuteOfDay(toTime);
  return {
    start,
    length: end > start ? end - start : end + WEEK_MINUTES - start,
  };
}

function merged(
  stretches: Stretch[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Stretch[] {
  const inOrder = stretches
    .map(({ startsAtMs, endsAtMs }) => ({
      startsAtMs: Math.max(startsAtMs, fromMs),
      endsAtMs: Math.min(endsAtMs, toMs),
    }))
    .filter(({ startsAtMs, endsAtMs }) => startsAtMs < endsAtMs)
    .sort((a, b) => a.startsAtMs - b.startsAtMs);
  const apart: Stretch[] = [];
  for (const one of inOrder) {
    const last = apart.at(-1);
    if (last && one.startsAtMs <= last.endsAtMs) {
      last.endsAtMs = Math.max(last.endsAtMs, one.endsAtMs);
    } else apart.push(one);
  }
  return apart;
}
