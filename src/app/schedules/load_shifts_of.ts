/** Reads when one person is on call, on whichever schedule. */
import {
  type Schedule,
  type Shift,
  shiftsInSlices,
} from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import { inSlices } from "../in_slices.ts";

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
  const found: ShiftOf[] = [];
  for (const schedule of named) {
    const plan = plans.get(schedule.id);
    if (!plan) continue;
    const tiles = await inSlices(shiftsInSlices(plan, { fromMs, toMs }));
    found.push(
      ...tiles.filter((tile) => tile.responderIds.includes(responderId))
        .map((shift) => ({ schedule, shift })),
    );
  }
  return found.sort((a, b) =>
    a.shift.startsAtMs - b.shift.startsAtMs || a.schedule.id - b.schedule.id
  );
}
