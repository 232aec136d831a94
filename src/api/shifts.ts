/** Who is on call from when to when: shifts, handoffs and gaps of a schedule, and the shifts of a person. */
import { z } from "@hono/zod-openapi";
import { id, idText, instant, shownTime, time } from "../app/fields.ts";
import { inSlices } from "../app/in_slices.ts";
import { loadShiftsOf } from "../app/schedules/load_shifts_of.ts";
import { demandResponder } from "../app/references.ts";
import { notFound } from "../app/refused_error.ts";
import { demandPlan } from "../app/schedules/schedule_layers.ts";
import {
  gapsOf,
  handoffsOf,
  layerAlone,
  type SchedulePlan,
  shiftsInSlices,
} from "../domain/schedules/schedule.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { rangeOf } from "./schedules.ts";
import {
  namesOf,
  OnDuty,
  ShiftDocument,
  shownPeople,
  shownShift,
} from "./shown_shift.ts";

const tag = "Schedules";
const params = z.object({ id: idText });
const range = { from: instant.optional(), to: instant.optional() };
const answered = { schedule_id: id, from: time, to: time };
const LIMITS = "At most 370 days; by default the next 14.";

interface Range {
  fromMs: number;
  toMs: number;
}

export function addShifts(routes: Routes, deps: ApiDeps): void {
  addShiftList(routes, deps);
  addHandoffs(routes, deps);
  addGaps(routes, deps);
  addShiftsOfResponder(routes, deps);
}

function addShiftList(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/shifts",
    access: "viewer",
    name: "listShifts",
    tag,
    summary: "Who is on call from when to when",
    description:
      `Stretches that tile the range without gap or overlap; nobody is on call where \`responders\` is empty. With \`layer_id\` what that layer alone says; with \`responder_id\` only the shifts of that responder. ${LIMITS}`,
    params,
    query: z.object({
      ...range,
      responder_id: idText.optional(),
      layer_id: idText.optional(),
    }),
    answers: {
      200: z.object({
        ...answered,
        shifts: z.array(ShiftDocument),
        gap_count: z.int().openapi({
          description: "Of the whole range, whoever is asked for.",
        }),
      }),
    },
  }, async ({ params, query }) => {
    const { responder_id, layer_id } = query;
    const range = rangeOf(query, clock());
    const plan = await demandPlan(store, params.id, range);
    const told = layer_id === undefined ? plan : onlyLayer(plan, layer_id);
    const tiles = await inSlices(shiftsInSlices(told, range));
    const wanted = tiles.filter(({ responderIds }) =>
      responder_id === undefined || responderIds.includes(responder_id)
    );
    const names = await namesOf(store, wanted.flatMap((t) => t.responderIds));
    return ok({
      ...shownRange(params.id, range),
      shifts: wanted.map((tile) => shownShift(tile, names)),
      gap_count: gapsOf(tiles).length,
    });
  });
}

function addHandoffs(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/handoffs",
    access: "viewer",
    name: "listHandoffs",
    tag,
    summary: "When the people on call change",
    description:
      `Every change within the range, whether a layer, an entry or an override makes it. ${LIMITS}`,
    params,
    query: z.object(range),
    answers: {
      200: z.object({
        ...answered,
        items: z.array(
          z.object({ at: time, before: OnDuty, after: OnDuty }).openapi(
            "Handoff",
          ),
        ),
      }),
    },
  }, async ({ params, query }) => {
    const range = rangeOf(query, clock());
    const plan = await demandPlan(store, params.id, range);
    const handoffs = handoffsOf(await inSlices(shiftsInSlices(plan, range)));
    const names = await namesOf(
      store,
      handoffs.flatMap(({ before, after }) => [...before, ...after]),
    );
    return ok({
      ...shownRange(params.id, range),
      items: handoffs.map(({ atMs, before, after }) => ({
        at: shownTime(atMs),
        before: shownPeople(before, names),
        after: shownPeople(after, names),
      })),
    });
  });
}

function addGaps(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/gaps",
    access: "viewer",
    name: "listGaps",
    tag,
    summary: "When nobody is on call",
    description: LIMITS,
    params,
    query: z.object(range),
    answers: {
      200: z.object({
        ...answered,
        items: z.array(z.object({ starts_at: time, ends_at: time })),
      }),
    },
  }, async ({ params, query }) => {
    const range = rangeOf(query, clock());
    const plan = await demandPlan(store, params.id, range);
    const holes = gapsOf(await inSlices(shiftsInSlices(plan, range)));
    return ok({
      ...shownRange(params.id, range),
      items: holes.map(({ startsAtMs, endsAtMs }) => ({
        starts_at: shownTime(startsAtMs),
        ends_at: shownTime(endsAtMs),
      })),
    });
  });
}

function addShiftsOfResponder(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/responders/{id}/shifts",
    access: "viewer",
    name: "listShiftsOfResponder",
    tag: "Responders",
    summary: "When a responder is on call, on whichever schedule",
    description:
      `By their start; who else is on call is in \`responders\`. At most 200 schedules. ${LIMITS}`,
    params,
    query: z.object(range),
    answers: {
      200: z.object({
        responder_id: id,
        from: time,
        to: time,
        items: z.array(
          ShiftDocument.extend({ schedule_id: id, schedule_name: z.string() })
            .openapi("ShiftOfResponder"),
        ),
      }),
    },
  }, async ({ params: { id: responderId }, query }) => {
    await demandResponder(store, responderId);
    const range = rangeOf(query, clock());
    const found = await loadShiftsOf(store, { responderId, ...range });
    const ids = found.flatMap(({ shift }) => shift.responderIds);
    const names = await namesOf(store, ids);
    return ok({
      responder_id: responderId,
      from: shownTime(range.fromMs),
      to: shownTime(range.toMs),
      items: found.map(({ schedule, shift }) => ({
        schedule_id: schedule.id,
        schedule_name: schedule.name,
        ...shownShift(shift, names),
      })),
    });
  });
}

function onlyLayer(plan: SchedulePlan, layerId: number): SchedulePlan {
  const layer = plan.layers.find(({ id }) => id === layerId);
  if (!layer) throw notFound("layer", layerId);
  return layerAlone(plan, layer);
}

function shownRange(scheduleId: number, { fromMs, toMs }: Range) {
  return {
    schedule_id: scheduleId,
    from: shownTime(fromMs),
    to: shownTime(toMs),
  };
}
