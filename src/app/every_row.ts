/** Whole lists, read part by part, so that whatever else there is to do has its turn in between. */
import { setImmediate } from "node:timers/promises";
import type { SchedulePlan } from "../domain/schedules/schedule.ts";
import type {
  DirectoryRepository,
  ScheduleRepository,
} from "../ports/directory_repositories.ts";

const AT_ONCE = 100;
const MOST_PAGES = 20;

/** Promises every row by name, at most 2,000: no screen and no check is meant for more. */
export async function everyRow<T>(
  repository: Pick<DirectoryRepository<T, { teamId?: number }>, "list">,
): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const found = await repository.list({}, { page, pageSize: AT_ONCE });
    rows.push(...found.items);
    if (page >= found.totalPages) break;
    await setImmediate();
  }
  return rows;
}

/** Promises what `plans` does, for many schedules. */
export async function everyPlan(
  schedules: Pick<ScheduleRepository, "plans">,
  scheduleIds: readonly number[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Map<number, SchedulePlan>> {
  const all = new Map<number, SchedulePlan>();
  for (let from = 0; from < scheduleIds.length; from += AT_ONCE) {
    if (from > 0) await setImmediate();
    const some = scheduleIds.slice(from, from + AT_ONCE);
    const plans = await schedules.plans(some, fromMs, toMs);
    for (const [id, plan] of plans) all.set(id, plan);
  }
  return all;
}
