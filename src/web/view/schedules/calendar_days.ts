/** The days of a calendar in the viewer's zone, and where in their width an instant lies. */

/** Half open, epoch milliseconds. A day that a zone has left out begins where it ends. */
export interface CalendarDay {
  date: Temporal.PlainDate;
  startsAtMs: number;
  endsAtMs: number;
}

export const WEEK_DAYS = 7;

/** Promises so many days in a row, each from midnight to midnight on the zone's clock. */
export function daysFrom(
  first: Temporal.PlainDate,
  { count, timeZone }: { count: number; timeZone: string },
): CalendarDay[] {
  const startOf = (date: Temporal.PlainDate) =>
    date.toZonedDateTime({ timeZone }).startOfDay().epochMilliseconds;
  return Array.from({ length: count }, (_, day) => {
    const date = first.add({ days: day });
    return {
      date,
      startsAtMs: startOf(date),
      endsAtMs: startOf(date.add({ days: 1 })),
    };
  });
}

/** Promises the days in rows of seven. */
export function weeksOf(days: readonly CalendarDay[]): CalendarDay[][] {
  return Array.from(
    { length: Math.ceil(days.length / WEEK_DAYS) },
    (_, week) => days.slice(week * WEEK_DAYS, (week + 1) * WEEK_DAYS),
  );
}

/** Promises the instants at which the days begin and end. */
export function rangeOf(
  days: readonly CalendarDay[],
): { fromMs: number; toMs: number } {
  return {
    fromMs: days[0]?.startsAtMs ?? 0,
    toMs: days.at(-1)?.endsAtMs ?? 0,
  };
}

/**
 * Promises where the instant lies in the width of the days, in per cent, 0 before and 100 after them. Each day is as wide
 * as the next, whatever its length, and the clock runs evenly through it.
 */
export function xOf(atMs: number, days: readonly CalendarDay[]): number {
  const width = 100 / days.length;
  const index = days.findIndex(({ endsAtMs }) => endsAtMs > atMs);
  const day = days[index];
  if (!day) return 100;
  const { startsAtMs, endsAtMs } = day;
  const into = Math.max(0, (atMs - startsAtMs) / (endsAtMs - startsAtMs));
  // What lies before the first day begins with it.
  return round(index === 0 || atMs >= startsAtMs ? (index + into) * width : 0);
}

/** Promises the number with three digits after the point. */
export function round(x: number): number {
  return Math.round(x * 1_000) / 1_000;
}
