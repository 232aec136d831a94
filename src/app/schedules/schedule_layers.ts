/** The layers of a schedule: written with their rules and the audit log, and the plan that they are a part of. */
import type {
  RotationLayer,
  ScheduleLayer,
  SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Given } from "../given.ts";
import {
  changedFields,
  type LayerFields,
  rotationOf,
  shownLayer,
} from "./layer_fields.ts";
import { type Change, recordChange } from "../record_change.ts";
import { checkResponders } from "../references.ts";
import { invalid, notFound, RefusedError } from "../refused_error.ts";

/** More than anybody could read in one picture. */
export const MOST_LAYERS = 20;

interface Writing {
  by: Change["by"];
  nowMs: number;
}

/** A layer of a schedule. */
export interface LayerPlace {
  scheduleId: number;
  layerId: number;
}

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

/** Promises the new layer, on top of the others; to be called in a transaction. */
export async function addLayer(
  tx: Repositories,
  { scheduleId, fields, by, nowMs }: Writing & {
    scheduleId: number;
    fields: LayerFields;
  },
): Promise<RotationLayer> {
  await lockSchedule(tx, scheduleId);
  const rotation = rotationOf(fields);
  await checkMembers(tx, fields);
  const there = await tx.schedules.layers(scheduleId);
  if (there.length >= MOST_LAYERS) {
    throw invalid("name", `A schedule has at most ${MOST_LAYERS} layers.`);
  }
  const { name } = fields;
  const row = { scheduleId, name, kind: "rotation", rotation } as const;
  const after = await tx.schedules.insertLayer(row, nowMs);
  await audit(tx, { verb: "create", by, before: null, after, nowMs });
  return after;
}

/** Promises the rotation with the given fields in place of its own; to be called in a transaction. */
export async function changeLayer(
  tx: Repositories,
  { scheduleId, layerId, fields, by, nowMs }: Writing & LayerPlace & {
    fields: Given<LayerFields>;
  },
): Promise<RotationLayer> {
  await lockSchedule(tx, scheduleId);
  const before = await demandRotation(tx, { scheduleId, layerId });
  const whole = changedFields(before, fields);
  const rotation = rotationOf(whole);
  await checkMembers(tx, whole);
  const patch = { name: whole.name, rotation };
  const after = await tx.schedules.updateLayer(before.id, patch, nowMs);
  if (after?.kind !== "rotation") throw notFound("layer", before.id);
  await audit(tx, { verb: "update", by, before, after, nowMs });
  return after;
}

/** Promises that the layer is gone; to be called in a transaction. */
export async function removeLayer(
  tx: Repositories,
  { scheduleId, layerId, by, nowMs }: Writing & LayerPlace,
): Promise<void> {
  await lockSchedule(tx, scheduleId);
  const before = await demandLayer(tx, { scheduleId, layerId });
  await tx.schedules.deleteLayer(layerId);
  await audit(tx, { verb: "delete", by, before, after: null, nowMs });
}

/**
 * Promises the schedule's layers in the order of the ids, lowest first; to be called in a transaction. Throws a refusal
 * unless each layer of the schedule is named once and no other.
 */
export async function orderLayers(
  tx: Repositories,
  { scheduleId, layerIds, by, nowMs }: Writing & {
    scheduleId: number;
    layerIds: readonly number[];
  },
): Promise<ScheduleLayer[]> {
  await lockSchedule(tx, scheduleId);
  const before = (await tx.schedules.layers(scheduleId)).map(({ id }) => id);
  const named = new Set(layerIds);
  const isWhole = named.size === layerIds.length &&
    named.size === before.length && before.every((id) => named.has(id));
  if (!isWhole) {
    throw invalid(
      "layer_ids",
      before.length === 0
        ? "The schedule has no layers."
        : `Name each layer of the schedule once: ${before.join(", ")}.`,
    );
  }
  await tx.schedules.orderLayers(scheduleId, layerIds);
  await recordChange(tx, {
    by,
    action: "schedule.order_layers",
    objectId: scheduleId,
    before: { layer_ids: before },
    after: { layer_ids: layerIds },
  }, nowMs);
  return await tx.schedules.layers(scheduleId);
}

/** Promises the layer of this schedule; throws a refusal when there is none. */
export async function demandLayer(
  tx: Pick<Repositories, "schedules">,
  { scheduleId, layerId }: LayerPlace,
): Promise<ScheduleLayer> {
  const layer = await tx.schedules.findLayer(layerId);
  if (layer?.scheduleId === scheduleId) return layer;
  throw notFound("layer", layerId);
}

/** Promises the same for a rotation; throws a refusal for a layer that comes from a calendar. */
export async function demandRotation(
  tx: Pick<Repositories, "schedules">,
  place: LayerPlace,
): Promise<RotationLayer> {
  const layer = await demandLayer(tx, place);
  if (layer.kind === "rotation") return layer;
  throw new RefusedError(
    "conflict",
    "not_a_rotation",
    "This layer comes from a calendar that is kept elsewhere. Change it there.",
  );
}

/** Makes a second writer of the schedule's parts wait until this transaction is over; throws a refusal without one. */
export async function lockSchedule(
  tx: Pick<Repositories, "schedules">,
  scheduleId: number,
): Promise<void> {
  if (!await tx.schedules.lock(scheduleId)) {
    throw notFound("schedule", scheduleId);
  }
}

function checkMembers(
  tx: Repositories,
  { responder_ids: ids }: LayerFields,
): Promise<void> {
  return checkResponders(tx, { ids, field: "responder_ids" });
}

async function audit(
  tx: Repositories,
  { verb, by, before, after, nowMs }: Writing & {
    verb: "create" | "update" | "delete";
    before: ScheduleLayer | null;
    after: ScheduleLayer | null;
  },
): Promise<void> {
  await recordChange(tx, {
    by,
    action: `schedule_layer.${verb}`,
    objectId: (after ?? before)?.id ?? 0,
    before: before && shownLayer(before),
    after: after && shownLayer(after),
  }, nowMs);
}
