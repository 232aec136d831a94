/** Reads who is on call on many schedules at one instant, in a handful of queries however many they are. */
import {
  type Duty,
  DUTY_REACH_MS,
  dutyAt,
} from "../../domain/schedules/duty.ts";
import { onCallAt, type Schedule } from "../../domain/schedules/schedule.ts";
import type { Page, PageRequest, Repositories } from "../../ports/store.ts";
import { eachInTurn } from "../in_slices.ts";

export interface ScheduleDuty {
  schedule: Schedule;
  duty: Duty;
}

/**
 * Promises a page of the schedules by name, each with its duty at the instant; with `responderId` those on which that
 * responder is on call then, of the first 200 that name the responder at all.
 */
export async function loadDuties(
  store: Pick<Repositories, "schedules">,
  { atMs, teamId, responderId, page }: {
    atMs: number;
    teamId?: number | undefined;
    responderId?: number | undefined;
    page: PageRequest;
  },
): Promise<Page<ScheduleDuty>> {
  const found = responderId === undefined
    ? await store.schedules.list(teamId === undefined ? {} : { teamId }, page)
    : pageOf(
      (await schedulesWith(store, { responderId, atMs }))
        .filter((schedule) => schedule.teamId === (teamId ?? schedule.teamId)),
      page,
    );
  const ids = found.items.map(({ id }) => id);
  const fromMs = Math.max(0, atMs - DUTY_REACH_MS);
  const toMs = atMs + DUTY_REACH_MS;
  const plans = await store.schedules.plans(ids, fromMs, toMs);
  const items = await eachInTurn(found.items, (schedule) => {
    const plan = plans.get(schedule.id);
    return plan ? [{ schedule, duty: dutyAt(plan, atMs) }] : [];
  });
  return { ...found, items: items.flat() };
}

async function schedulesWith(
  { schedules }: Pick<Repositories, "schedules">,
  { responderId, atMs }: { responderId: number; atMs: number },
): Promise<Schedule[]> {
  const named = await schedules.ofResponder(responderId, atMs, atMs + 1);
  const ids = named.map(({ id }) => id);
  const plans = await schedules.plans(ids, atMs, atMs + 1);
  return named
    .filter(({ id }) => {
      const plan = plans.get(id);
      return plan && onCallAt(plan, atMs).includes(responderId);
    })
    .sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
}

function pageOf<T>(
  all: readonly T[],
  { page, pageSize }: PageRequest,
): Page<T> {
  return {
    items: all.slice((page - 1) * pageSize, page * pageSize),
    total: all.length,
    page,
    totalPages: Math.ceil(all.length / pageSize),
  };
}
