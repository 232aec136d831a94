/** Writing a rotation: a form whose every button is a post, so that members move and the change is seen without a script. */
import {
  type LayerFields,
  NewLayer,
  rotationOf,
} from "../../app/schedules/layer_fields.ts";
import { addLayer, changeLayer } from "../../app/schedules/schedule_layers.ts";
import { invalid } from "../../app/refused_error.ts";
import { draftPlan } from "../../domain/schedules/draft_plan.ts";
import { ROTATION_LIMITS } from "../../domain/schedules/rotation.ts";
import type {
  RotationLayer,
  Schedule,
  ScheduleLayer,
} from "../../domain/schedules/schedule.ts";
import { instantOf, parseWallClock } from "../../domain/time/wall_clock.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { loadPreview, type PlanPreview } from "./schedule_preview.ts";
import {
  type LayerDraft,
  layerDraftOf,
  layerInput,
  newLayerDraft,
  pressLayer,
  readLayerDraft,
  taken,
} from "../view/schedules/layer_draft.ts";
import { DAY_NAMES, rotationWords } from "../view/schedules/rotation_words.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const UNITS = [
  { value: "hours", label: "hours" },
  { value: "days", label: "days" },
  { value: "weeks", label: "weeks" },
  { value: "months", label: "months" },
];
const DUTIES = [
  { value: "always", label: "Always" },
  { value: "office", label: "Weekdays from 09:00 to 17:00" },
  { value: "rest", label: "Nights and weekends" },
  { value: "own", label: "Own hours" },
];
/** An id that no layer has: the draft of one that is not there yet. */
const NO_ID = 0;

interface Shown {
  schedule: Schedule;
  layer: RotationLayer | null;
  draft: LayerDraft;
  errors?: FormErrors;
  preview?: PlanPreview;
}

/** Adds the forms at `/schedules/{id}/layers/new` and `/schedules/{id}/layers/{layer}`. */
export function addLayerForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addEditing(routes, deps);
}

/** Promises the schedule and its layer that the path names; throws 404 where there is none. */
export async function demandLayer(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<{ schedule: Schedule; layer: ScheduleLayer }> {
  const schedule = found(await store.schedules.find(pathId(c)), "schedule");
  const layer = await store.schedules.findLayer(pathId(c, "layer"));
  const own = layer?.scheduleId === schedule.id ? layer : null;
  return { schedule, layer: found(own, "layer") };
}

/** What a calendar from elsewhere says is changed there. */
async function demandRotation(c: EdgeContext, deps: WebDeps) {
  const { schedule, layer } = await demandLayer(c, deps);
  return {
    schedule,
    layer: found(layer.kind === "rotation" ? layer : null, "rotation"),
  };
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const path = "/schedules/{id}/layers/new";
  const demand = async (c: EdgeContext) =>
    found(await deps.store.schedules.find(pathId(c)), "schedule");
  routes.page(path, "admin", async (c: EdgeContext) => {
    const schedule = await demand(c);
    const draft = newLayerDraft({
      nowMs: deps.clock(),
      timeZone: schedule.timeZone,
    });
    return show(c, deps, { schedule, layer: null, draft });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const schedule = await demand(c);
    const { nowMs } = viewer.view;
    return await answer(c, deps, {
      ...{ form, viewer, schedule, layer: null },
      save: (fields) =>
        deps.store.transaction((tx) =>
          addLayer(tx, {
            scheduleId: schedule.id,
            by: c.get("principal").account,
            ...{ fields, nowMs },
          })
        ),
    });
  }, "post");
}

function addEditing(routes: Routes, deps: WebDeps): void {
  const path = "/schedules/{id}/layers/{layer}";
  routes.page(path, "admin", async (c: EdgeContext) => {
    const { schedule, layer } = await demandRotation(c, deps);
    return show(c, deps, { schedule, layer, draft: layerDraftOf(layer) });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { schedule, layer } = await demandRotation(c, deps);
    const { nowMs } = viewer.view;
    return await answer(c, deps, {
      ...{ form, viewer, schedule, layer },
      save: (fields) =>
        deps.store.transaction((tx) =>
          changeLayer(tx, {
            scheduleId: schedule.id,
            layerId: layer.id,
            by: c.get("principal").account,
            ...{ fields, nowMs },
          })
        ),
    });
  }, "post");
}

interface Posted {
  form: Form;
  viewer: Viewer;
  schedule: Schedule;
  layer: RotationLayer | null;
  save(fields: LayerFields): Promise<RotationLayer>;
}

/** A button that changes the draft, one that shows what it would do, or the one that saves it. */
async function answer(
  c: EdgeContext,
  deps: WebDeps,
  { form, viewer, schedule, layer, save }: Posted,
): Promise<Response> {
  const typed = readLayerDraft(form);
  const button = form.text("do");
  const pressed = pressLayer(typed, button);
  if (pressed) return show(c, deps, { schedule, layer, draft: pressed });
  const draft = taken(typed);
  try {
    const fields = fieldsOf(draft);
    if (button === "preview") {
      const preview = await previewOf(deps, {
        schedule,
        layer,
        fields,
        viewer,
      });
      return show(c, deps, { schedule, layer, draft, preview });
    }
    const { name } = await save(fields);
    leaveNotice(c, { tone: "good", text: `${name} is saved.` }, deps.config);
    return c.redirect(`/schedules/${schedule.id}`, 303);
  } catch (error) {
    const errors = formErrors(error, c);
    return show(c, deps, { schedule, layer, draft, errors });
  }
}

/** Promises the fields; throws a refusal with a sentence for each wrong one. */
function fieldsOf(draft: LayerDraft): LayerFields {
  const fields = parseFields(NewLayer, layerInput(draft));
  if (draft.duty === "own" && fields.restrictions.length === 0) {
    throw invalid("duty", "Add the hours, or choose another answer.");
  }
  if (fields.ends_at !== null && fields.ends_at <= fields.starts_at) {
    throw invalid("ends_at", "The end must be later than the start.");
  }
  return fields;
}

function previewOf(
  deps: WebDeps,
  { schedule, layer, fields, viewer }: {
    schedule: Schedule;
    layer: RotationLayer | null;
    fields: LayerFields;
    viewer: Viewer;
  },
): Promise<PlanPreview> {
  const rotation = rotationOf(fields);
  const { name } = fields;
  const draft = {
    id: layer?.id ?? NO_ID,
    name,
    kind: "rotation",
    rotation,
  } as const;
  const kind = layer ? "change" : "add";
  const { timeZone } = schedule;
  const start = instantOf(parseWallClock(rotation.startsAt), {
    timeZone,
    edge: "start",
  });
  return loadPreview(deps, {
    ...{ schedule, viewer },
    change: (plan) => draftPlan(plan, { kind, layer: draft }),
    // Of a rotation that runs, the weeks ahead are what counts.
    ...layer ? {} : { fromMs: start.atMs },
  });
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, layer, draft, errors = {}, preview }: Shown,
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const people = await everyRow(deps.store.responders);
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const { timeZone } = schedule;
  return showPage(c, deps, {
    template: "schedules/layer",
    title: layer ? `Edit ${layer.name}` : "Add rotation",
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, layer, draft, errors, preview: preview ?? null },
      zone: zoneWords({ ...viewer.view, timeZone }),
      words: sentence(draft, { names, timeZone }),
      members: draft.members.map((id) => ({
        id,
        name: names.get(Number(id)) ?? "Somebody who is gone",
      })),
      memberError: memberError(errors),
      people: choices(people, "Choose a person"),
      full: draft.members.length >= ROTATION_LIMITS.responders,
      windowsFull: draft.windows.length >= ROTATION_LIMITS.restrictions,
      units: UNITS,
      duties: DUTIES,
      days: DAY_NAMES.map((label, index) => ({
        value: String(index + 1),
        label,
      })),
    },
  });
}

/** What the draft does, in words; null as long as it is not whole. */
function sentence(
  draft: LayerDraft,
  options: Parameters<typeof rotationWords>[1],
) {
  const parsed = NewLayer.safeParse(layerInput({ ...draft, name: "draft" }));
  if (!parsed.success) return null;
  try {
    return rotationWords(rotationOf(parsed.data), options);
  } catch {
    return null;
  }
}

/** The list of members as a whole, or any one of it. */
function memberError(errors: FormErrors): string {
  const [, message = ""] = Object.entries(errors)
    .find(([name]) => name.startsWith("responder_ids")) ?? [];
  return message;
}
