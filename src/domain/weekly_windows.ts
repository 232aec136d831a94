/** Windows of the week on a wall clock, as "Friday 18:00 to Monday 08:00", and the stretches of time that they stand for. */
import { atMsOf, wallDateOf } from "./wall_clock.ts";

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
  timeZone: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Stretch[] {
  if (windows.length === 0 || toMs <= fromMs) return [];
  // A zone has moved its clock by as much as a day; the margin is a day on either side.
  const first = wallDateOf(fromMs, timeZone).subtract({ days: 1 });
  const last = wallDateOf(toMs - 1, timeZone).add({ days: 1 });
  const found: Stretch[] = [];
  // A window that began up to a week before the first day may still be open.
  let monday = first.subtract({ days: 7 + first.dayOfWeek - 1 });
  for (
    ;
    Temporal.PlainDate.compare(monday, last) <= 0;
    monday = monday.add({ days: 7 })
  ) {
    const days = {
      first: daysFrom(monday, first),
      last: daysFrom(monday, last),
    };
    for (const window of windows) {
      const { start, length } = minutesOf(window);
      const outside = (start + length) / DAY_MINUTES < days.first ||
        start / DAY_MINUTES >= days.last + 1;
      if (outside) continue;
      found.push({
        startsAtMs: atMsOf(wallTime(monday, start), {
          timeZone,
          edge: "start",
        }),
        endsAtMs: atMsOf(wallTime(monday, start + length), {
          timeZone,
          edge: "end",
        }),
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
  return windowsIn(windows, timeZone, { fromMs: atMs, toMs: atMs + 1 })
    .length > 0;
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

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function daysFrom(
  monday: Temporal.PlainDate,
  date: Temporal.PlainDate,
): number {
  return monday.until(date).days;
}

function wallTime(
  monday: Temporal.PlainDate,
  minutes: number,
): Temporal.PlainDateTime {
  return monday.toPlainDateTime().add({ minutes });
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
