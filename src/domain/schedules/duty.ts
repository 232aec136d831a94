/** Who is on call at an instant, since when, until when, and who comes next. */
import { type SchedulePlan, type Shift, shifts } from "./schedule.ts";

export interface Duty {
  /** Each once, in ascending order; empty in a gap. */
  responderIds: number[];
  /** Since when exactly these are on call; null: for longer than is looked back. */
  sinceMs: number | null;
  /** Until when; null: for longer than is looked ahead. */
  untilMs: number | null;
  /** The first who come without being on call now; null: nobody does as far as is looked ahead. */
  next: { atMs: number; responderIds: number[] } | null;
}

const DAY_MS = 86_400_000;

/** How far back and ahead is looked: a quarter of a year. */
export const DUTY_REACH_MS = 92 * DAY_MS;

// Most turns are of a week at most; looking further costs more.
const NEAR_MS = 2 * DAY_MS;
const FURTHER_MS = [16 * DAY_MS, DUTY_REACH_MS];

/** Promises the duty at the instant. The plan must have been read for DUTY_REACH_MS around it. */
export function dutyAt(plan: SchedulePlan, atMs: number): Duty {
  let duty = dutyWithin(plan, atMs, NEAR_MS);
  for (const reachMs of FURTHER_MS) {
    if (duty.sinceMs !== null && duty.untilMs !== null && duty.next) break;
    duty = dutyWithin(plan, atMs, reachMs);
  }
  return duty;
}

function dutyWithin(plan: SchedulePlan, atMs: number, reachMs: number): Duty {
  const [fromMs, toMs] = [atMs - reachMs, atMs + reachMs];
  const tiles = shifts(plan, fromMs, toMs);
  const now = tiles.find(({ endsAtMs }) => endsAtMs > atMs);
  const responderIds = now?.responderIds ?? [];
  const same = (tile: Shift) =>
    tile.responderIds.join() === responderIds.join();
  const before = tiles.findLast((tile) => tile.endsAtMs <= atMs && !same(tile));
  const after = tiles.filter(({ startsAtMs }) => startsAtMs > atMs);
  return {
    responderIds,
    sinceMs: before?.endsAtMs ?? null,
    untilMs: after.find((tile) => !same(tile))?.startsAtMs ?? null,
    next: newcomers(after, responderIds),
  };
}

function newcomers(
  later: readonly Shift[],
  present: readonly number[],
): Duty["next"] {
  for (const { startsAtMs, responderIds } of later) {
    const others = responderIds.filter((id) => !present.includes(id));
    if (others.length > 0) return { atMs: startsAtMs, responderIds: others };
  }
  return null;
}
