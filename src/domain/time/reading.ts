/**
 * What a wall clock shows, as a number: the epoch milliseconds at which a clock of UTC shows the same. Minutes, hours,
 * days and weeks on a wall clock are then sums; which instant a reading is, is for the zone to say (zone_clock.ts).
 */
export type Reading = number;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** Promises the reading that stands for a wall-clock time. */
export function readingOf(wall: Temporal.PlainDateTime): Reading {
  return wall.toZonedDateTime("UTC").epochMilliseconds;
}

/** Promises the last midnight shown before the reading, or the reading itself. */
export function midnightOf(reading: Reading): Reading {
  return Math.floor(reading / DAY_MS) * DAY_MS;
}

/** Promises the ISO weekday: 1 is Monday, 7 is Sunday. */
export function weekdayOf(reading: Reading): number {
  // 1 January 1970 was a Thursday.
  const days = Math.floor(reading / DAY_MS) + 3;
  return (days % 7 + 7) % 7 + 1;
}

/** Promises midnight of the Monday that begins the reading's week. */
export function mondayOf(reading: Reading): Reading {
  return midnightOf(reading) - (weekdayOf(reading) - 1) * DAY_MS;
}

/** Promises how many minutes after midnight a time of day is, `HH:MM`. */
export function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
