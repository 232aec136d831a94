/** Moving a layer above or below another, and deleting one after a look at what that changes. */
import {
  orderLayers,
  removeLayer,
} from "../../app/schedules/schedule_layers.ts";
import { draftPlan } from "../../domain/schedules/draft_plan.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { readPosted } from "../form.ts";
import { demandLayer } from "./layer_form.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { loadPreview } from "./schedule_preview.ts";
import { viewerOf } from "../viewer.ts";

const PATH = "/schedules/{id}/layers/{layer}";

/** Adds the posts at `{layer}/move` and `{layer}/delete` below a schedule's layers, and the page that asks before. */
export function addLayerActions(routes: Routes, deps: WebDeps): void {
  addMove(routes, deps);
  addDeletion(routes, deps);
}

function addMove(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/move`, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { schedule, layer } = await demandLayer(c, deps);
    // The lowest is the first of the list, and the last on the screen.
    const step = form.text("do") === "up" ? 1 : -1;
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    await deps.store.transaction(async (tx) => {
      const layers = await tx.schedules.layers(schedule.id);
      const ids = layers.map(({ id }) => id);
      const layerIds = moved(ids, ids.indexOf(layer.id), step);
      await orderLayers(tx, { scheduleId: schedule.id, layerIds, by, nowMs });
    });
    const way = step > 0 ? "up" : "down";
    const text = `${layer.name} is moved ${way}.`;
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(`/schedules/${schedule.id}#layers`, 303);
  }, "post");
}

function addDeletion(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/delete`, "admin", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { schedule, layer } = await demandLayer(c, deps);
    const change = { kind: "remove", layerId: layer.id } as const;
    const preview = await loadPreview(deps, {
      ...{ schedule, viewer },
      change: (plan) => draftPlan(plan, change),
    });
    return showPage(c, deps, {
      template: "schedules/layer_delete",
      title: `Delete ${layer.name}`,
      place: "schedules",
      viewer,
      view: { schedule, layer, preview },
    });
  });

  routes.page(`${PATH}/delete`, "admin", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const { schedule, layer } = await demandLayer(c, deps);
    await deps.store.transaction((tx) =>
      removeLayer(tx, {
        scheduleId: schedule.id,
        layerId: layer.id,
        by: c.get("principal").account,
        nowMs: viewer.view.nowMs,
      })
    );
    const text = `The layer ${layer.name} is deleted.`;
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(`/schedules/${schedule.id}`, 303);
  }, "post");
}

function moved(ids: readonly number[], from: number, step: number): number[] {
  const to = from + step;
  const [one, other] = [ids[from], ids[to]];
  if (one === undefined || other === undefined) return [...ids];
  return ids.with(from, other).with(to, one);
}
