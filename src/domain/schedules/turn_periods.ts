/** A rotation's periods on the wall clock: when each begins, which one a time lies in, and whose turn it is. */
import type { Rotation } from "./rotation.ts";
import {
  DAY_MS,
  HOUR_MS,
  midnightOf,
  MINUTE_MS,
  minuteOfDay,
  type Reading,
  WEEK_MS,
  weekdayOf,
} from "../time/reading.ts";
import { minutesOf, WEEK_MINUTES } from "../time/weekly_windows.ts";

export interface TurnPeriods {
  /** What the clock shows when period `index` begins; number 0 is the one that the rotation's start lies in. */
  beginsAt(index: number): Reading;
  /** The period that the clock is in when it shows this. */
  indexAt(reading: Reading): number;
  /** From the number of a period to the number of the turn that has it. */
  turnNumber(index: number): number;
}

const LENGTH_MS = { hours: HOUR_MS, days: DAY_MS, weeks: WEEK_MS };

/** Promises the periods of a rotation that starts when the clock shows this. */
export function periodsOf(rotation: Rotation, start: Reading): TurnPeriods {
  const { unit, count } = rotation.period;
  if (unit === "months") return monthsOf(rotation, start);
  const lengthMs = count * LENGTH_MS[unit];
  const first = firstOf(rotation, { start, unit, lengthMs });
  return {
    beginsAt: (index) => first + index * lengthMs,
    indexAt: (reading) => Math.floor((reading - first) / lengthMs),
    turnNumber: turnCounter(rotation, { first, lengthMs }),
  };
}

/** The last handoff at or before the start. */
function firstOf(
  { handoff }: Rotation,
  { start, unit, lengthMs }: {
    start: Reading;
    unit: keyof typeof LENGTH_MS;
    lengthMs: number;
  },
): Reading {
  const sameDay = midnightOf(start) + minuteOfDay(handoff.time) * MINUTE_MS;
  const daily = sameDay > start ? sameDay - DAY_MS : sameDay;
  switch (unit) {
    case "hours":
      return start - (start - daily) % lengthMs;
    case "days":
      return daily;
    case "weeks":
      return daily - (weekdayOf(daily) - handoff.weekday + 7) % 7 * DAY_MS;
  }
}

/** Months differ in length; each handoff is looked up on the calendar. */
function monthsOf(
  { period: { count }, handoff }: Rotation,
  start: Reading,
): TurnPeriods {
  const timeOfDayMs = minuteOfDay(handoff.time) * MINUTE_MS;
  const handoffIn = (month: number) =>
    dayIn(month, handoff.dayOfMonth) + timeOfDayMs;
  const monthAt = (reading: Reading) => {
    const month = monthOf(reading);
    return handoffIn(month) > reading ? month - 1 : month;
  };
  const first = monthAt(start);
  return {
    beginsAt: (index) => handoffIn(first + index * count),
    indexAt: (reading) => Math.floor((monthAt(reading) - first) / count),
    turnNumber: (index) => index,
  };
}

/** Months counted from the beginning of the calendar. */
function monthOf(reading: Reading): number {
  const { year, month } = Temporal.Instant.fromEpochMilliseconds(reading)
    .toZonedDateTimeISO("UTC");
  return year * 12 + month - 1;
}

/** The day in the month, or the last one where the month is shorter. */
function dayIn(month: number, day: number): Reading {
  const year = Math.floor(month / 12);
  return Temporal.PlainDate.from({ year, month: month - year * 12 + 1, day })
    .toZonedDateTime("UTC").epochMilliseconds;
}

function turnCounter(
  { restrictions, turnCounts }: Rotation,
  { first, lengthMs }: { first: Reading; lengthMs: number },
): TurnPeriods["turnNumber"] {
  const minutes = lengthMs / MINUTE_MS;
  // A period of a week has a part of every week in it, so that none is without duty.
  const everyOne = turnCounts === "calendar_time" ||
    restrictions.length === 0 || minutes >= WEEK_MINUTES;
  if (everyOne) return (index) => index;
  const hasDuty = dutyChecker(restrictions, minutes);
  const cycle = WEEK_MINUTES / commonDivisor(WEEK_MINUTES, minutes);
  const before = [0];
  for (let each = 0; each < cycle; each++) {
    const counts = hasDuty(first / MINUTE_MS + each * minutes);
    before.push((before.at(-1) ?? 0) + Number(counts));
  }
  const perCycle = before.at(-1) ?? 0;
  return (index) =>
    Math.floor(index / cycle) * perCycle + (before[index % cycle] ?? 0);
}

/** Whether so many minutes from a minute of the wall clock on meet a restriction. */
function dutyChecker(
  restrictions: Rotation["restrictions"],
  minutes: number,
): (minute: number) => boolean {
  const windows = restrictions.map(minutesOf);
  return (minute) => {
    // Minutes of the week are counted from Monday, those of the clock from a Thursday.
    const start = minute + 3 * DAY_MS / MINUTE_MS;
    return windows.some(({ start: opens, length }) => {
      const sinceOpening = ((start - opens) % WEEK_MINUTES + WEEK_MINUTES) %
        WEEK_MINUTES;
      return sinceOpening < length || sinceOpening + minutes > WEEK_MINUTES;
    });
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
