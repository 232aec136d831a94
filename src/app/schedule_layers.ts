/** The layers of a schedule, and the plan that they make with its entries and overrides. */
import type { SchedulePlan } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";
import { notFound } from "./refused_error.ts";

/** Promises all that decides who is on call in the range; throws a refusal when there is no such schedule. */
export async function demandPlan(
  tx: Pick<Repositories, "schedules">,
  scheduleId: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<SchedulePlan> {
  const plans = await tx.schedules.plans([scheduleId], fromMs, toMs);
  const plan = plans.get(scheduleId);
  if (!plan) throw notFound("schedule", scheduleId);
  return plan;
}
