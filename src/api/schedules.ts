/** On-call schedules: the windows in which somebody is on call, and who that makes of any instant. */
import { z } from "@hono/zod-openapi";
import {
  gaps,
  onCallAt,
  type Schedule,
  type Shift,
  shifts,
} from "../domain/schedule.ts";
import { demandPlan } from "../app/schedule_layers.ts";
import { invalid } from "../app/refused_error.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";
import { id, idText, instant, shownTime, time } from "../app/fields.ts";
import {
  type ScheduleFields,
  scheduleResource,
} from "../app/schedule_fields.ts";

const ScheduleDocument = z.object({
  id,
  team_id: id,
  name: z.string(),
  description: z.string(),
  time_zone: z.string(),
  handoff_notice_minutes: z.int().nullable(),
  created_at: time,
  updated_at: time,
}).openapi("Schedule");

const OnDuty = z.array(z.object({ id, name: z.string() }));

const ShiftDocument = z.object({
  starts_at: time,
  ends_at: time,
  responders: OnDuty,
  overridden: z.boolean().openapi({ description: "An override decides." }),
}).openapi("Shift");

const tag = "Schedules";
const params = z.object({ id: idText });
const DAY_MS = 86_400_000;
const LONGEST_RANGE_MS = 370 * DAY_MS;

const schedules: ApiResource<
  Schedule,
  ScheduleFields,
  z.input<typeof ScheduleDocument>
> = {
  ...scheduleResource,
  path: "/api/v1/schedules",
  tag,
  name: "Schedule",
  plural: "Schedules",
  shown: ScheduleDocument,
  byTeam: true,
  insert: "plain",
};

export function addSchedules(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, schedules);
  addOnCall(routes, deps);
  addShifts(routes, deps);
}

function addOnCall(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/on-call",
    access: "viewer",
    name: "getOnCall",
    tag,
    summary: "Who is on call, now or at an instant",
    params,
    query: z.object({ at: instant.optional() }),
    answers: {
      200: z.object({
        schedule_id: id,
        at: time,
        responders: OnDuty,
      }),
    },
  }, async ({ params, query }) => {
    const atMs = query.at ?? clock();
    const plan = await demandPlan(store, params.id, {
      fromMs: atMs,
      toMs: atMs + 1,
    });
    const ids = onCallAt(plan, atMs);
    const names = await namesOf(store, ids);
    return ok({
      schedule_id: params.id,
      at: shownTime(atMs),
      responders: ids.map((id) => ({ id, name: names.get(id) ?? "" })),
    });
  });
}

function addShifts(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/shifts",
    access: "viewer",
    name: "listShifts",
    tag,
    summary: "Who is on call from when to when",
    description:
      "Stretches that tile the range without gap or overlap; nobody is on call where `responders` is empty. At most 370 days; by default the next 14.",
    params,
    query: z.object({ from: instant.optional(), to: instant.optional() }),
    answers: {
      200: z.object({
        schedule_id: id,
        from: time,
        to: time,
        shifts: z.array(ShiftDocument),
        gap_count: z.int(),
      }),
    },
  }, async ({ params, query }) => {
    const range = rangeOf(query, clock());
    const plan = await demandPlan(store, params.id, range);
    const { fromMs, toMs } = range;
    const tiles = shifts(plan, fromMs, toMs);
    const names = await namesOf(store, tiles.flatMap((t) => t.responderIds));
    return ok({
      schedule_id: params.id,
      from: shownTime(fromMs),
      to: shownTime(toMs),
      shifts: tiles.map((tile) => shownShift(tile, names)),
      gap_count: gaps(plan, fromMs, toMs).length,
    });
  });
}

/** Promises the range asked for, 14 days from now where nothing is said; throws when it is empty or too long. */
export function rangeOf(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const fromMs = from ?? (to === undefined ? nowMs : to - 14 * DAY_MS);
  const toMs = to ?? fromMs + 14 * DAY_MS;
  if (toMs <= fromMs) throw invalid("to", "Must be later than `from`.");
  if (toMs - fromMs > LONGEST_RANGE_MS) {
    throw invalid("to", "The range may be at most 370 days.");
  }
  return { fromMs, toMs };
}

async function namesOf(
  store: Repositories,
  ids: number[],
): Promise<Map<number, string>> {
  const found = await store.responders.reachable([...new Set(ids)]);
  return new Map(found.map((responder) => [responder.id, responder.name]));
}

function shownShift(shift: Shift, names: Map<number, string>) {
  return {
    starts_at: shownTime(shift.startsAtMs),
    ends_at: shownTime(shift.endsAtMs),
    responders: shift.responderIds.map((id) => ({
      id,
      name: names.get(id) ?? "",
    })),
    overridden: shift.overridden,
  };
}
