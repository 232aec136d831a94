/** What other layers would change, without writing them. */
import { z } from "@hono/zod-openapi";
import { id, idText, instant, shownTime, time } from "../app/fields.ts";
import { inSlices } from "../app/in_slices.ts";
import {
  ProposedLayers,
  proposedPlan,
} from "../app/schedules/proposed_plan.ts";
import { invalid } from "../app/refused_error.ts";
import { demandPlan } from "../app/schedules/schedule_layers.ts";
import { dutyChanges } from "../domain/schedules/draft_plan.ts";
import { shiftsInSlices } from "../domain/schedules/schedule.ts";
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

const DAY_MS = 86_400_000;
const MOST_DAYS = 92;

const DutyChangeDocument = z.object({
  starts_at: time,
  ends_at: time,
  before: OnDuty,
  after: OnDuty,
}).openapi("DutyChange");

export function addLayerPreview(
  routes: Routes,
  { store, clock }: ApiDeps,
): void {
  routes.add({
    method: "post",
    path: "/api/v1/schedules/{id}/preview",
    access: "admin",
    name: "previewScheduleLayers",
    tag: "Schedules",
    summary: "Who would be on call with other layers; nothing is written",
    description:
      `\`layers\` is the whole list, lowest first: what it leaves out is gone in the proposal. Entries and overrides stay as they are. At most ${MOST_DAYS} days; by default the next 14.`,
    params: z.object({ id: idText }),
    body: z.object({
      layers: ProposedLayers,
      from: instant.optional(),
      to: instant.optional(),
    }).openapi("LayerPreview"),
    answers: {
      200: z.object({
        schedule_id: id,
        from: time,
        to: time,
        current: z.array(ShiftDocument),
        proposed: z.array(ShiftDocument),
        changes: z.array(DutyChangeDocument).openapi({
          description: "The stretches in which others would be on call.",
        }),
      }),
    },
  }, async ({ params, body }) => {
    const { fromMs, toMs } = rangeOf(body, clock());
    if (toMs - fromMs > MOST_DAYS * DAY_MS) {
      throw invalid("to", `The range may be at most ${MOST_DAYS} days.`);
    }
    const plan = await demandPlan(store, params.id, { fromMs, toMs });
    const draft = await proposedPlan(store, plan, body.layers);
    const range = { fromMs, toMs };
    const current = await inSlices(shiftsInSlices(plan, range));
    const proposed = await inSlices(shiftsInSlices(draft, range));
    const names = await namesOf(
      store,
      [...current, ...proposed].flatMap((tile) => tile.responderIds),
    );
    return ok({
      schedule_id: params.id,
      from: shownTime(fromMs),
      to: shownTime(toMs),
      current: current.map((tile) => shownShift(tile, names)),
      proposed: proposed.map((tile) => shownShift(tile, names)),
      changes: dutyChanges(current, proposed).map((change) => ({
        starts_at: shownTime(change.startsAtMs),
        ends_at: shownTime(change.endsAtMs),
        before: shownPeople(change.before, names),
        after: shownPeople(change.after, names),
      })),
    });
  });
}
