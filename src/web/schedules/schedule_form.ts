/** Making a schedule and changing what it is called and where its clock hangs. */
import { insertRow, updateRow } from "../../app/resource.ts";
import {
  HANDOFF_NOTICE_MINUTES,
  type ScheduleFields,
  scheduleResource,
} from "../../app/schedules/schedule_fields.ts";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { addRemoval } from "../removal.ts";
import { typedNumber } from "../view/typed_number.ts";
import { timeZoneOptions } from "../view/time_zones.ts";
import { viewerOf } from "../viewer.ts";

interface Values {
  name: string;
  team_id: string;
  time_zone: string;
  description: string;
  handoff_notice_minutes: string;
}

const resource = scheduleResource;

/** Adds the forms at `/schedules/new`, `/schedules/{id}/edit` and `/schedules/{id}/delete`. */
export function addScheduleForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addEditing(routes, deps);
  addRemoval(routes, deps, {
    path: "/schedules",
    place: "schedules",
    label: "Schedules",
    resource,
    words: {
      gone: "Its entries and overrides go with it.",
      instead: "Take it out of these first.",
    },
  });
}

function addCreation(routes: Routes, deps: WebDeps): void {
  routes.page("/schedules/new", "admin", async (c: EdgeContext) => {
    const { view } = await viewerOf(c, deps);
    const values = {
      name: "",
      team_id: c.req.query("team_id") ?? "",
      time_zone: view.timeZone,
      description: "",
      handoff_notice_minutes: String(HANDOFF_NOTICE_MINUTES),
    };
    return show(c, deps, { schedule: null, values });
  });

  routes.page("/schedules/new", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    const values = valuesOf(form);
    try {
      const fields = parseFields(resource.create, inputOf(values));
      const after = await deps.store.transaction((tx) =>
        insertRow(tx, { resource, fields, by, nowMs })
      );
      const text =
        `The schedule ${after.name} is made. Now say who is on call.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/schedules/${after.id}`, 303);
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { schedule: null, values, errors });
    }
  }, "post");
}

function addEditing(routes: Routes, deps: WebDeps): void {
  routes.page("/schedules/{id}/edit", "admin", async (c: EdgeContext) => {
    const schedule = await demand(c, deps);
    return show(c, deps, { schedule, values: valuesFrom(schedule) });
  });

  routes.page("/schedules/{id}/edit", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const schedule = await demand(c, deps);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    const values = valuesOf(form);
    try {
      const fields = parseFields(resource.create, inputOf(values));
      await deps.store.transaction((tx) =>
        updateRow(tx, { resource, id: schedule.id, fields, by, nowMs })
      );
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { schedule, values, errors });
    }
    leaveNotice(c, { tone: "good", text: "Saved." }, deps.config);
    return c.redirect(`/schedules/${schedule.id}`, 303);
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, values, errors = {} }: {
    schedule: Schedule | null;
    values: Values;
    errors?: FormErrors;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const uses = schedule
    ? await deps.store.schedules.dependents(schedule.id)
    : [];
  return showPage(c, deps, {
    template: "schedules/form",
    title: schedule ? `Edit ${schedule.name}` : "Make a schedule",
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, values, errors, uses },
      teams: choices(await everyRow(deps.store.teams), "Choose a team"),
      timeZones: timeZoneOptions(values.time_zone),
    },
  });
}

async function demand(c: EdgeContext, { store }: WebDeps): Promise<Schedule> {
  return found(await store.schedules.find(pathId(c)), "schedule");
}

function valuesOf(form: Form): Values {
  return {
    name: form.text("name"),
    team_id: form.text("team_id"),
    time_zone: form.text("time_zone"),
    description: form.text("description"),
    handoff_notice_minutes: form.text("handoff_notice_minutes"),
  };
}

function valuesFrom(schedule: Schedule): Values {
  return {
    name: schedule.name,
    team_id: String(schedule.teamId),
    time_zone: schedule.timeZone,
    description: schedule.description,
    handoff_notice_minutes: schedule.handoffNoticeMinutes?.toString() ?? "",
  };
}

function inputOf(
  { team_id, handoff_notice_minutes: minutes, ...values }: Values,
): Record<keyof ScheduleFields, unknown> {
  return {
    ...values,
    team_id: team_id === "" ? null : Number(team_id),
    handoff_notice_minutes: typedNumber(minutes),
  };
}
