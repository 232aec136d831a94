/** Reads when one person is on call, on whichever schedule. */
import { type Schedule, type Shift, shifts } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";

export interface ShiftOf {
  schedule: Schedule;
  shift: Shift;
}

/** Promises the responder's shifts in [fromMs, toMs) by their start, of the first 200 schedules that name the responder. */
export async function loadShiftsOf(
  { schedules }: Pick<Repositories, "schedules">,
  { responderId, fromMs, toMs }: {
    responderId: number;
    fromMs: number;
    toMs: number;
  },
): Promise<ShiftOf[]> {
  const named = await schedules.ofResponder(responderId, fromMs, toMs);
  const ids = named.map(({ id }) => id);
  const plans = await schedules.plans(ids, fromMs, toMs);
  return named.flatMap((schedule) => {
    const plan = plans.get(schedule.id);
    return plan
      ? shifts(plan, fromMs, toMs)
        .filter(({ responderIds }) => responderIds.includes(responderId))
        .map((shift) => ({ schedule, shift }))
      : [];
  }).sort((a, b) =>
    a.shift.startsAtMs - b.shift.startsAtMs || a.schedule.id - b.schedule.id
  );
}
