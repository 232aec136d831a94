/**
 * Whose turn it is. Handoffs are points on the wall clock of the schedule's zone, so that one at 09:00 stays at 09:00
 * when the clocks change. A handoff is one instant: where its time comes twice it is the first, where the clock skips
 * it the first instant after. So exactly one member has the turn at any time from the start to the end.
 */
import { atMsOf, parseWallClock, wallTimeOf } from "./wall_clock.ts";
import {
  minutesOf,
  type Stretch,
  WEEK_MINUTES,
  type WeeklyWindow,
  windowsIn,
} from "./weekly_windows.ts";

export const PERIOD_UNITS = ["hours", "days", "weeks", "months"] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** What the turns go by: every period, or only those in which the layer is on duty at all. */
export const TURN_COUNTS = ["calendar_time", "on_duty_time"] as const;

export interface Rotation {
  /** In the order of their turns; the same person may come more than once. */
  responderIds: number[];
  /** How long a turn is. */
  period: { unit: PeriodUnit; count: number };
  handoff: {
    /** `HH:MM`. Periods of hours are counted from it. */
    time: string;
    /** Of periods in weeks; ISO 8601, 1 is Monday. */
    weekday: number;
    /** Of periods in months, 1 to 31; the last day where a month is shorter. */
    dayOfMonth: number;
  };
  /**
   * Wall clock, `2026-11-23T09:00`: when the first member's turn begins. The turn counts as having begun at the last
   * handoff before, so that a start between two handoffs makes the first turn shorter.
   */
  startsAt: string;
  /** Wall clock; null: goes on for ever. */
  endsAt: string | null;
  /** On duty only inside these; empty: always. */
  restrictions: WeeklyWindow[];
  /**
   * `on_duty_time`: a period without any duty is nobody's turn. With daily turns and duty on weekdays the one after
   * Friday's member then has Monday, and nobody's turn passes on a Sunday.
   */
  turnCounts: (typeof TURN_COUNTS)[number];
}

export const ROTATION_LIMITS = {
  responders: 100,
  restrictions: 50,
  count: { hours: 8_760, days: 366, weeks: 52, months: 24 },
} as const;

/** A stretch in which a member is on duty; `number` counts the rotation's turns from 0. */
export interface Turn extends Stretch {
  responderId: number;
  number: number;
}

/** Promises the turns inside [fromMs, toMs), in order and without overlap, cut to the range and to the restrictions. */
export function turnsIn(
  rotation: Rotation,
  timeZone: string,
  range: { fromMs: number; toMs: number },
): Turn[] {
  const clock = clockOf(rotation, timeZone);
  const fromMs = Math.max(range.fromMs, clock.startMs);
  const toMs = Math.min(range.toMs, clock.endMs);
  if (fromMs >= toMs) return [];
  const whole = wholeTurns(rotation, clock, { fromMs, toMs });
  if (rotation.restrictions.length === 0) return whole;
  const duty = windowsIn(rotation.restrictions, timeZone, { fromMs, toMs });
  return onDuty(whole, duty);
}

interface RotationClock {
  startMs: number;
  endMs: number;
  /** The instant of handoff number `index`; 0 is the one at or before the start. */
  handoffMs(index: number): number;
  /** The period that this wall-clock time lies in. */
  indexAt(wall: Temporal.PlainDateTime): number;
  wallAt(atMs: number): Temporal.PlainDateTime;
  turnNumber(index: number): number;
}

function clockOf(rotation: Rotation, timeZone: string): RotationClock {
  const start = parseWallClock(rotation.startsAt);
  const end = rotation.endsAt === null ? null : parseWallClock(rotation.endsAt);
  const anchor = anchorOf(rotation, start);
  const handoff = (index: number) => handoffAt(rotation, anchor, index);
  return {
    startMs: atMsOf(start, { timeZone, edge: "start" }),
    endMs: end === null ? Infinity : atMsOf(end, { timeZone, edge: "end" }),
    handoffMs: (index) => atMsOf(handoff(index), { timeZone, edge: "start" }),
    indexAt: (wall) => periodOf(rotation, anchor, wall),
    wallAt: (atMs) => wallTimeOf(atMs, timeZone),
    turnNumber: turnCounter(rotation, anchor),
  };
}

function wholeTurns(
  { responderIds }: Rotation,
  clock: RotationClock,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Turn[] {
  const turns: Turn[] = [];
  // A clock that was set back may show a time before the handoff that has happened already; never one after a handoff
  // that is still to come.
  let index = clock.indexAt(clock.wallAt(fromMs));
  let startMs = clock.handoffMs(index);
  while (startMs < toMs) {
    const endMs = clock.handoffMs(index + 1);
    const startsAtMs = Math.max(startMs, fromMs);
    const endsAtMs = Math.min(endMs, toMs);
    if (startsAtMs < endsAtMs) {
      const number = clock.turnNumber(index);
      const responderId = responderIds[number % responderIds.length];
      if (responderId === undefined) break;
      turns.push({ responderId, number, startsAtMs, endsAtMs });
    }
    startMs = endMs;
    index++;
  }
  return turns;
}

function onDuty(turns: readonly Turn[], duty: readonly Stretch[]): Turn[] {
  const parts: Turn[] = [];
  let from = 0;
  for (const turn of turns) {
    while ((duty[from]?.endsAtMs ?? Infinity) <= turn.startsAtMs) from++;
    for (let each = from; each < duty.length; each++) {
      const stretch = duty[each];
      if (!stretch || stretch.startsAtMs >= turn.endsAtMs) break;
      parts.push({
        ...turn,
        startsAtMs: Math.max(turn.startsAtMs, stretch.startsAtMs),
        endsAtMs: Math.min(turn.endsAtMs, stretch.endsAtMs),
      });
    }
  }
  return parts;
}

/** The last handoff at or before the start. */
function anchorOf(
  { period, handoff }: Rotation,
  start: Temporal.PlainDateTime,
): Temporal.PlainDateTime {
  const sameDay = start.withPlainTime(handoff.time);
  const isLater = (one: Temporal.PlainDateTime) =>
    Temporal.PlainDateTime.compare(one, start) > 0;
  switch (period.unit) {
    case "hours": {
      const base = isLater(sameDay) ? sameDay.subtract({ days: 1 }) : sameDay;
      const hours = base.until(start, { largestUnit: "hours" }).hours;
      return base.add({ hours: hours - hours % period.count });
    }
    case "days":
      return isLater(sameDay) ? sameDay.subtract({ days: 1 }) : sameDay;
    case "weeks": {
      const back = (start.dayOfWeek - handoff.weekday + 7) % 7;
      const day = sameDay.subtract({ days: back });
      return isLater(day) ? day.subtract({ days: 7 }) : day;
    }
    case "months": {
      const day = inMonth(sameDay, { months: 0, handoff });
      return isLater(day) ? inMonth(sameDay, { months: -1, handoff }) : day;
    }
  }
}

function handoffAt(
  { period: { unit, count }, handoff }: Rotation,
  anchor: Temporal.PlainDateTime,
  index: number,
): Temporal.PlainDateTime {
  return unit === "months"
    ? inMonth(anchor, { months: index * count, handoff })
    : anchor.add({ [unit]: index * count });
}

/** The handoff's day in the month that is so many months away, at the same time of day. */
function inMonth(
  wall: Temporal.PlainDateTime,
  { months, handoff }: { months: number; handoff: Rotation["handoff"] },
): Temporal.PlainDateTime {
  return wall.with({ day: 1 }).add({ months })
    .with({ day: handoff.dayOfMonth }, { overflow: "constrain" });
}

function periodOf(
  rotation: Rotation,
  anchor: Temporal.PlainDateTime,
  wall: Temporal.PlainDateTime,
): number {
  const { unit, count } = rotation.period;
  if (unit !== "months") {
    const elapsed = anchor.until(wall, {
      largestUnit: unit === "hours" ? "hours" : "days",
    });
    const units = unit === "hours"
      ? elapsed.hours
      : unit === "days"
      ? elapsed.days
      : Math.floor(elapsed.days / 7);
    return Math.floor(units / count);
  }
  const months = (wall.year - anchor.year) * 12 + wall.month - anchor.month;
  const index = Math.floor(months / count);
  const begins = handoffAt(rotation, anchor, index);
  return Temporal.PlainDateTime.compare(begins, wall) > 0 ? index - 1 : index;
}

/** From the number of a period to the number of the turn that has it. */
function turnCounter(
  { period: { unit, count }, restrictions, turnCounts }: Rotation,
  anchor: Temporal.PlainDateTime,
): (index: number) => number {
  // A period of weeks or months has a part of every week in it, so that none is without duty.
  const everyOne = turnCounts === "calendar_time" ||
    restrictions.length === 0 || unit === "weeks" || unit === "months";
  if (everyOne) return (index) => index;
  const minutes = count * (unit === "hours" ? 60 : 1_440);
  const cycle = WEEK_MINUTES / commonDivisor(WEEK_MINUTES, minutes);
  const start = (anchor.dayOfWeek - 1) * 1_440 + anchor.hour * 60 +
    anchor.minute;
  const before = [0];
  for (let each = 0; each < cycle; each++) {
    const counts = hasDuty(restrictions, start + each * minutes, minutes);
    before.push((before.at(-1) ?? 0) + Number(counts));
  }
  const perCycle = before.at(-1) ?? 0;
  return (index) =>
    Math.floor(index / cycle) * perCycle + (before[index % cycle] ?? 0);
}

/** Whether a stretch of the wall clock's week, `start` minutes after some Monday, meets a restriction. */
function hasDuty(
  restrictions: readonly WeeklyWindow[],
  start: number,
  minutes: number,
): boolean {
  return restrictions.some((window) => {
    const { start: opens, length } = minutesOf(window);
    const sinceOpening = ((start - opens) % WEEK_MINUTES + WEEK_MINUTES) %
      WEEK_MINUTES;
    return sinceOpening < length || sinceOpening + minutes > WEEK_MINUTES;
  });
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
