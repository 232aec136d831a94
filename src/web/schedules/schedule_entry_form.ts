/** Putting somebody on call: entries and overrides, written in the schedule's own zone. */
import {
  addEntry,
  changeEntry,
  type EntryFields,
  type EntryKind,
  removeEntry,
} from "../../app/schedules/schedule_entries.ts";
import type {
  PlanWindow,
  Schedule,
  ScheduleEntry,
} from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { clashOf, shownClash } from "./override_clash.ts";
import { found, pathId } from "../posted.ts";
import {
  type EntryValues,
  proposed,
  readEntry,
  valuesFrom,
  valuesOf,
} from "./schedule_entry_values.ts";
import { loadPreview, type PlanPreview } from "./schedule_preview.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

/** An id above all others: a new window is the youngest. */
const NO_ID = Number.MAX_SAFE_INTEGER;
const CLASH = "Another override has a part of this time already.";

/** Adds the forms below `/schedules/{id}/entries`. */
export function addScheduleEntryForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addEditing(routes, deps);
  addDeletion(routes, deps);
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const path = "/schedules/{id}/entries/new";
  routes.page(path, "admin", async (c: EdgeContext) => {
    const schedule = await demandSchedule(c, deps);
    const values = proposed(c, schedule, deps.clock());
    return show(c, deps, { schedule, entry: null, values });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const schedule = await demandSchedule(c, deps);
    const values = valuesOf(form);
    const by = c.get("principal").account;
    const nowMs = deps.clock();
    try {
      const { fields, remarks } = readEntry(values, { schedule, entry: null });
      const { kind } = values;
      if (form.text("do") === "preview") {
        const wish = { schedule, entry: null, kind, fields, viewer };
        const preview = await previewOf(deps, wish);
        return show(c, deps, { schedule, entry: null, values, preview });
      }
      await deps.store.transaction((tx) =>
        addEntry(tx, { scheduleId: schedule.id, kind, fields, by, nowMs })
      );
      const text = ["Saved.", ...remarks].join(" ");
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/schedules/${schedule.id}`, 303);
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { schedule, entry: null, values, errors });
    }
  }, "post");
}

function addEditing(routes: Routes, deps: WebDeps): void {
  const path = "/schedules/{id}/entries/{entry}";
  routes.page(path, "admin", async (c: EdgeContext) => {
    const { schedule, entry } = await demandEntry(c, deps);
    const values = valuesFrom(entry, schedule);
    return show(c, deps, { schedule, entry, values });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { schedule, entry } = await demandEntry(c, deps);
    const values = { ...valuesOf(form), kind: entry.kind };
    const by = c.get("principal").account;
    const nowMs = deps.clock();
    try {
      const { fields, remarks } = readEntry(values, { schedule, entry });
      if (form.text("do") === "preview") {
        const { kind } = entry;
        const wish = { schedule, entry, kind, fields, viewer };
        const preview = await previewOf(deps, wish);
        return show(c, deps, { schedule, entry, values, preview });
      }
      await deps.store.transaction((tx) =>
        changeEntry(tx, { entry, fields, by, nowMs })
      );
      const text = ["Saved.", ...remarks].join(" ");
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/schedules/${schedule.id}`, 303);
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { schedule, entry, values, errors });
    }
  }, "post");
}

function addDeletion(routes: Routes, deps: WebDeps): void {
  routes.page(
    "/schedules/{id}/entries/{entry}/delete",
    "admin",
    async (c: EdgeContext) => {
      await readPosted(c, deps);
      const { schedule, entry } = await demandEntry(c, deps);
      const by = c.get("principal").account;
      const nowMs = deps.clock();
      await deps.store.transaction((tx) =>
        removeEntry(tx, { entry, by, nowMs })
      );
      const text = `The ${entry.kind} is deleted.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/schedules/${schedule.id}`, 303);
    },
    "post",
  );
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, entry, values, errors = {}, preview }: {
    schedule: Schedule;
    entry: ScheduleEntry | null;
    values: EntryValues;
    errors?: FormErrors;
    preview?: PlanPreview;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const people = await everyRow(deps.store.responders);
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const clash = errors.starts_at
    ? await clashOf(deps, { schedule, entry, values })
    : null;
  const zone = zoneWords({ ...viewer.view, timeZone: schedule.timeZone });
  return showPage(c, deps, {
    template: "schedules/entry",
    title: entry ? `Edit ${entry.kind}` : `Add ${values.kind}`,
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, entry, values, zone, preview: preview ?? null },
      errors: clash ? { ...errors, starts_at: CLASH } : errors,
      clash: clash && {
        ...shownClash(clash, { names, schedule, nowMs: viewer.view.nowMs }),
      },
      name: names.get(entry?.responderId ?? 0) ?? "",
      people: choices(people, "Choose a person"),
      everybody: choices(people, "Everybody"),
      kinds: [
        { value: "entry", label: "Entry: in place of the layers" },
        { value: "override", label: "Override: beats all the rest" },
      ],
    },
  });
}

/** The weeks from where the window begins, or began, with it and without it. */
function previewOf(
  deps: WebDeps,
  { schedule, entry, kind, fields, viewer }: {
    schedule: Schedule;
    entry: ScheduleEntry | null;
    kind: EntryKind;
    fields: EntryFields;
    viewer: Viewer;
  },
): Promise<PlanPreview> {
  const window: PlanWindow = {
    id: entry?.id ?? NO_ID,
    kind,
    responderId: fields.responder_id,
    replacesResponderId: fields.replaces_responder_id,
    startsAtMs: fields.starts_at,
    endsAtMs: fields.ends_at,
  };
  return loadPreview(deps, {
    ...{ schedule, viewer },
    change: (plan) => ({
      ...plan,
      windows: [...plan.windows.filter(({ id }) => id !== entry?.id), window],
    }),
    fromMs: Math.min(fields.starts_at, entry?.startsAtMs ?? Infinity),
  });
}

async function demandSchedule(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<Schedule> {
  return found(await store.schedules.find(pathId(c)), "schedule");
}

async function demandEntry(c: EdgeContext, deps: WebDeps) {
  const schedule = await demandSchedule(c, deps);
  const entry = await deps.store.schedules.findEntry(pathId(c, "entry"));
  const own = entry?.scheduleId === schedule.id ? entry : null;
  return { schedule, entry: found(own, "entry") };
}
