/**
 * Whose turn it is. Handoffs are points on the wall clock of the schedule's zone, so that one at 09:00 stays at 09:00
 * when the clocks change. A handoff is one instant: where its time comes twice it is the first, where the clock skips
 * it the first instant after. So exactly one member has the turn at any time from the start to the end.
 */
import { readingOf } from "../time/reading.ts";
import type { Rotation } from "./rotation.ts";
import { periodsOf, type TurnPeriods } from "./turn_periods.ts";
import { parseWallClock } from "../time/wall_clock.ts";
import { type Stretch, windowsIn } from "../time/weekly_windows.ts";
import type { ZoneClock } from "../time/zone_clock.ts";

/** A stretch in which a member is on duty; `number` counts the rotation's turns from 0. */
export interface Turn extends Stretch {
  responderId: number;
  number: number;
}

/** Promises the turns inside the range, in order and without overlap, cut to it and to the restrictions. */
export function turnsIn(
  rotation: Rotation,
  clock: ZoneClock,
  range: { fromMs: number; toMs: number },
): Turn[] {
  const { startsAt, endsAt, restrictions } = rotation;
  const start = readingOf(parseWallClock(startsAt));
  const endMs = endsAt === null
    ? Infinity
    : clock.atMsOf(readingOf(parseWallClock(endsAt)), "end");
  const fromMs = Math.max(range.fromMs, clock.atMsOf(start, "start"));
  const toMs = Math.min(range.toMs, endMs);
  if (fromMs >= toMs) return [];
  const periods = periodsOf(rotation, start);
  const whole = wholeTurns(rotation, { periods, clock, fromMs, toMs });
  if (restrictions.length === 0) return whole;
  return onDuty(whole, windowsIn(restrictions, clock, { fromMs, toMs }));
}

/** Turns from handoff to handoff, whenever the rotation is on duty. */
function wholeTurns(
  { responderIds }: Rotation,
  { periods, clock, fromMs, toMs }: {
    periods: TurnPeriods;
    clock: ZoneClock;
    fromMs: number;
    toMs: number;
  },
): Turn[] {
  const turns: Turn[] = [];
  const handoffMs = (index: number) =>
    clock.atMsOf(periods.beginsAt(index), "start");
  // A clock that was set back may show a time before the handoff that has happened already; never one after a handoff
  // that is still to come.
  let index = periods.indexAt(clock.readingAt(fromMs));
  let startMs = handoffMs(index);
  while (startMs < toMs) {
    const endMs = handoffMs(index + 1);
    const startsAtMs = Math.max(startMs, fromMs);
    const endsAtMs = Math.min(endMs, toMs);
    if (startsAtMs < endsAtMs) {
      const number = periods.turnNumber(index);
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
