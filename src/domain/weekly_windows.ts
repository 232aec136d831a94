/** Windows of the week on a wall clock, as "Friday 18:00 to Monday 08:00". */

/** Half open. Where the end is not after the start within the week, it lies in the week after. */
export interface WeeklyWindow {
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  fromDay: number;
  /** `HH:MM`. */
  fromTime: string;
  toDay: number;
  toTime: string;
}

const WEEK_MINUTES = 7 * 1_440;

/** Promises whether the instant lies inside a window. */
export function isInside(
  windows: readonly WeeklyWindow[],
  timeZone: string,
  atMs: number,
): boolean {
  const wall = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  const minute = (wall.dayOfWeek - 1) * 1_440 + wall.hour * 60 + wall.minute;
  return windows.some((window) => {
    const { start, length } = minutesOf(window);
    return (minute - start + WEEK_MINUTES) % WEEK_MINUTES < length;
  });
}

/** Promises where the window begins, in minutes since Monday 00:00, and how long it is on the wall clock. */
export function minutesOf(
  { fromDay, fromTime, toDay, toTime }: WeeklyWindow,
): { start: number; length: number } {
  const start = (fromDay - 1) * 1_440 + minuteOfDay(fromTime);
  const end = (toDay - 1) * 1_440 + minuteOfDay(toTime);
  return {
    start,
    length: end > start ? end - start : end + WEEK_MINUTES - start,
  };
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
