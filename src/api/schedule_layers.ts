/** The layers of a schedule. */
import { z } from "@hono/zod-openapi";
import { id, idText, time } from "../app/fields.ts";
import {
  LayerChange,
  layerFields,
  NewLayer,
  shownLayer,
  shownRotation,
} from "../app/schedules/layer_fields.ts";
import {
  addLayer,
  changeLayer,
  demandLayer,
  MOST_LAYERS,
  orderLayers,
  removeLayer,
} from "../app/schedules/schedule_layers.ts";
import { demandSchedule } from "../app/schedules/schedule_entries.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

const { starts_at: _start, ends_at: _end, ...plain } = layerFields;

const row = {
  id,
  schedule_id: id,
  position: z.int().openapi({
    description: "From 0; a layer with a higher one wins.",
  }),
  created_at: time,
  updated_at: time,
};

const RotationDocument = z.object({
  ...row,
  kind: z.literal("rotation"),
  ...plain,
  starts_at: z.string().openapi({ example: "2026-11-23T09:00" }),
  ends_at: z.string().nullable(),
}).openapi("RotationLayer");

const CalendarDocument = z.object({
  ...row,
  kind: z.literal("calendar"),
  name: z.string(),
}).openapi("CalendarLayer", {
  description: "What it says comes from a calendar that is kept elsewhere.",
});

const LayerDocument = z.discriminatedUnion("kind", [
  RotationDocument,
  CalendarDocument,
]).openapi("ScheduleLayer");

const Layers = z.object({ items: z.array(LayerDocument) });

const tag = "Schedules";
const path = "/api/v1/schedules/{id}/layers";
const params = z.object({ id: idText });
const layerParams = params.extend({ layer_id: idText });

export function addScheduleLayers(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addCreation(routes, deps);
  // Before the route of one layer, whose id the word would be taken for.
  addOrdering(routes, deps);
  addChanges(routes, deps);
  addDeletion(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: "listScheduleLayers",
    tag,
    summary: "List a schedule's layers, lowest first",
    description:
      `At most ${MOST_LAYERS}. Where several have somebody on duty the last one decides; entries and overrides come above all of them.`,
    params,
    answers: { 200: Layers },
  }, async ({ params }) => {
    await demandSchedule(store, params.id);
    const layers = await store.schedules.layers(params.id);
    return ok({ items: layers.map(shownLayer) });
  });

  routes.add(
    {
      method: "get",
      path: `${path}/{layer_id}`,
      access: "viewer",
      name: "getScheduleLayer",
      tag,
      summary: "Read one layer",
      params: layerParams,
      answers: { 200: LayerDocument },
    },
    async ({ params }) =>
      ok(shownLayer(await demandLayer(store, placeOf(params)))),
  );
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "createScheduleLayer",
    tag,
    summary: "Add a rotation on top of the other layers",
    params,
    body: NewLayer,
    idempotent: true,
    answers: { 201: RotationDocument },
  }, async ({ params, body: fields, principal: { account: by }, c }) => {
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const layer = { scheduleId: params.id, fields, by, nowMs };
        return shownRotation(await addLayer(tx, layer));
      },
    );
    return created(answer.body);
  });
}

function addOrdering(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "put",
    path: `${path}/order`,
    access: "admin",
    name: "orderScheduleLayers",
    tag,
    summary: "Put a schedule's layers in another order, lowest first",
    params,
    body: z.object({
      layer_ids: z.array(id).max(MOST_LAYERS).openapi({
        description: "Each layer of the schedule once.",
      }),
    }),
    answers: { 200: Layers },
  }, async ({ params, body, principal: { account: by } }) => {
    const nowMs = deps.clock();
    const order = { scheduleId: params.id, layerIds: body.layer_ids };
    const layers = await deps.store.transaction((tx) =>
      orderLayers(tx, { ...order, by, nowMs })
    );
    return ok({ items: layers.map(shownLayer) });
  });
}

/** PUT replaces: what it does not name gets its default. PATCH changes what it names. */
function addChanges(routes: Routes, deps: ApiDeps): void {
  const methods = [
    ["put", "replace", "Replace", NewLayer],
    ["patch", "update", "Change", LayerChange],
  ] as const;
  for (const [method, verb, Verb, body] of methods) {
    routes.add({
      method,
      path: `${path}/{layer_id}`,
      access: "admin",
      name: `${verb}ScheduleLayer`,
      tag,
      summary: `${Verb} one layer`,
      params: layerParams,
      body: body as typeof LayerChange,
      problems: [409],
      answers: { 200: RotationDocument },
    }, async ({ params, body: fields, principal: { account: by } }) => {
      const change = { ...placeOf(params), fields, by, nowMs: deps.clock() };
      const after = await deps.store.transaction((tx) =>
        changeLayer(tx, change)
      );
      return ok(shownRotation(after));
    });
  }
}

function addDeletion(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "delete",
    path: `${path}/{layer_id}`,
    access: "admin",
    name: "deleteScheduleLayer",
    tag,
    summary: "Delete one layer",
    params: layerParams,
    answers: { 204: null },
  }, async ({ params, principal: { account: by } }) => {
    const removal = { ...placeOf(params), by, nowMs: deps.clock() };
    await deps.store.transaction((tx) => removeLayer(tx, removal));
    return DONE;
  });
}

function placeOf(params: { id: number; layer_id: number }) {
  return { scheduleId: params.id, layerId: params.layer_id };
}
