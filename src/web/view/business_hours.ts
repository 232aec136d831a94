/** Weekly windows as people write them: on these days, from this time to that. */
import {
  minutesOf,
  type WeeklyWindow,
} from "../../domain/time/weekly_windows.ts";

/** An end at or before the beginning is on the next day. */
export interface HoursLine {
  /** ISO 8601, in order: 1 is Monday. */
  days: number[];
  /** `HH:MM`. */
  from: string;
  to: string;
}

const DAY_MINUTES = 1_440;

/**
 * Promises the windows as lines, days with the same times together, in the order in which they were first named. A window
 * of more than a day is cut at midnight, which changes no instant of it.
 */
export function hoursLines(windows: readonly WeeklyWindow[]): HoursLine[] {
  const lines = new Map<string, HoursLine>();
  for (const { day, from, to } of windows.flatMap(byDay)) {
    const key = `${from} ${to}`;
    const line = lines.get(key) ?? { days: [], from, to };
    line.days = [...new Set([...line.days, day])].sort((a, b) => a - b);
    lines.set(key, line);
  }
  return [...lines.values()];
}

/** Promises one window for each day of the line. Times are taken as they are, right or wrong. */
export function windowsOfLine({ days, from, to }: HoursLine): WeeklyWindow[] {
  return days.map((day) => ({
    fromDay: day,
    fromTime: from,
    toDay: to > from ? day : day % 7 + 1,
    toTime: to,
  }));
}

function byDay(
  window: WeeklyWindow,
): { day: number; from: string; to: string }[] {
  const { start, length } = minutesOf(window);
  const day = window.fromDay;
  if (length <= DAY_MINUTES) {
    return [{ day, from: window.fromTime, to: window.toTime }];
  }
  const pieces = [{ day, from: window.fromTime, to: "00:00" }];
  const end = start + length;
  let midnight = (Math.floor(start / DAY_MINUTES) + 1) * DAY_MINUTES;
  for (; midnight < end; midnight += DAY_MINUTES) {
    pieces.push({
      day: midnight / DAY_MINUTES % 7 + 1,
      from: "00:00",
      to: end - midnight < DAY_MINUTES ? window.toTime : "00:00",
    });
  }
  return pieces;
}
