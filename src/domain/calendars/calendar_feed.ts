/** Our own shifts as calendars show them: one event for each unbroken time that a person is on call. */
import type { Shift } from "../schedules/schedule.ts";
import type { Stretch } from "../time/weekly_windows.ts";

/** A responder's unbroken time on call, whoever else is on call with them; null: nobody is. */
export interface Duty extends Stretch {
  responderId: number | null;
}

const DAY_MS = 86_400_000;
const BACK_DAYS = 30;
const AHEAD_DAYS = 180;
/** A shift that began so long before what the feed shows has its true beginning in it. */
const EARLIER_DAYS = 60;

/**
 * Promises what a feed shows, in whole days of UTC, so that it is the same all day; `earlierMs` is how far back shifts
 * are to be looked at.
 */
export function feedRange(
  nowMs: number,
): { earlierMs: number; fromMs: number; toMs: number } {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const fromMs = today - BACK_DAYS * DAY_MS;
  return {
    earlierMs: fromMs - EARLIER_DAYS * DAY_MS,
    fromMs,
    toMs: today + AHEAD_DAYS * DAY_MS,
  };
}

/** Promises the duties in tiles as `shifts` makes them, by start, then responder. */
export function dutiesIn(tiles: readonly Shift[]): Duty[] {
  const duties: Duty[] = [];
  const running = new Map<number | null, Duty>();
  for (const { startsAtMs, endsAtMs, responderIds } of tiles) {
    const now: (number | null)[] = responderIds.length === 0
      ? [null]
      : responderIds;
    for (const id of [...running.keys()]) {
      if (!now.includes(id)) running.delete(id);
    }
    for (const responderId of now) {
      const duty = running.get(responderId);
      if (duty) {
        duty.endsAtMs = endsAtMs;
        continue;
      }
      const begun = { responderId, startsAtMs, endsAtMs };
      running.set(responderId, begun);
      duties.push(begun);
    }
  }
  return duties;
}
