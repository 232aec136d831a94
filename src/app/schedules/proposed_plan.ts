/** A schedule's plan with other layers in place of its own, to look at before they are written. */
import { z } from "@hono/zod-openapi";
import type {
  PlanLayer,
  SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import { id } from "../fields.ts";
import { given } from "../given.ts";
import {
  changedFields,
  type LayerFields,
  layerFields,
  NewLayer,
  rotationOf,
} from "./layer_fields.ts";
import { checkResponders } from "../references.ts";
import { invalid, RefusedError } from "../refused_error.ts";
import { MOST_LAYERS } from "./schedule_layers.ts";

/** A layer of the schedule by its id, changed where fields are given; without an id a new one. */
const ProposedLayer = z.object({ id, ...layerFields }).partial().openapi(
  "ProposedLayer",
  {
    description:
      "With `id` a layer of the schedule, changed where fields are given; without one a new layer with the fields and defaults of a creation.",
  },
);

/** The whole list, lowest first: a layer that it does not name is gone in the proposal. */
export const ProposedLayers = z.array(ProposedLayer)
  .max(MOST_LAYERS, `At most ${MOST_LAYERS} layers.`);

type Proposed = z.output<typeof ProposedLayer>;

/** Promises the plan with the proposed layers; throws a refusal that names the field as `layers.0.period_count`. */
export async function proposedPlan(
  tx: Repositories,
  plan: SchedulePlan,
  proposed: readonly Proposed[],
): Promise<SchedulePlan> {
  const seen = new Set<number>();
  const layers = proposed.map((one, index) => {
    const field = `layers.${index}`;
    if (one.id === undefined) return newLayer(one, { index, field });
    const layer = plan.layers.find(({ id }) => id === one.id);
    if (!layer || seen.has(one.id)) {
      throw invalid(
        `${field}.id`,
        layer
          ? `Layer ${one.id} is named before.`
          : `There is no layer ${one.id}.`,
      );
    }
    seen.add(one.id);
    return changedLayer(layer, { one, field });
  });
  for (const [index, layer] of layers.entries()) {
    if (layer.kind !== "rotation") continue;
    const field = `layers.${index}.responder_ids`;
    await checkResponders(tx, { ids: layer.rotation.responderIds, field });
  }
  return { ...plan, layers };
}

/** Ids below zero are nobody's. */
function newLayer(
  one: Proposed,
  { index, field }: { index: number; field: string },
): PlanLayer {
  const parsed = NewLayer.safeParse(one);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [field, ...issue?.path.map(String) ?? []].join(".");
    throw invalid(path, issue?.message ?? "Not valid.");
  }
  return rotationLayer(-1 - index, { fields: parsed.data, field });
}

function changedLayer(
  layer: PlanLayer,
  { one: { id: _, ...changes }, field }: { one: Proposed; field: string },
): PlanLayer {
  if (Object.keys(given(changes)).length === 0) return layer;
  if (layer.kind !== "rotation") {
    throw invalid(field, "Only a rotation can be changed here.");
  }
  const fields = changedFields(layer, changes);
  return rotationLayer(layer.id, { fields, field });
}

function rotationLayer(
  id: number,
  { fields, field }: { fields: LayerFields; field: string },
): PlanLayer {
  try {
    const rotation = rotationOf(fields);
    return { id, name: fields.name, kind: "rotation", rotation };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw invalid(`${field}.${error.detail.field ?? ""}`, error.message);
  }
}
