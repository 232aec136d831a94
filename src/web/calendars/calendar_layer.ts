/** A layer that comes from a calendar kept elsewhere: how it stands with it, and what can be done. */
import { draftNames } from "../../app/calendars/calendar_drafts.ts";
import { demandCalendar } from "../../app/calendars/calendars.ts";
import { askForRefresh } from "../../app/calendars/refresh_calendar.ts";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { CalendarOfLayer } from "../../ports/calendar_repositories.ts";
import type { WebDeps } from "../deps.ts";
import { formErrors, readPosted } from "../form.ts";
import { everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import {
  nameRows,
  nextShifts,
  understoodWords,
  unknownRows,
} from "../view/calendars/calendar_report.ts";
import { calendarState } from "../view/calendars/calendar_state.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/schedules/{id}/calendars/{layer}";
const DAY_MS = 86_400_000;
const AHEAD_DAYS = 28;
const TRIED = "It was tried again. What is wrong is said below.";

/** Adds the page of a calendar, and the posts that read it again and begin to explain its names. */
export function addCalendarLayer(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { schedule, layer } = await demandCalendarLayer(c, deps);
    return showPage(c, deps, {
      template: "schedules/calendar",
      title: layer.layer.name,
      place: "schedules",
      view: await calendarView(deps, { schedule, layer, viewer }),
      viewer,
    });
  });

  routes.page(`${PATH}/refresh`, "admin", async (c: EdgeContext) => {
    await readPosted(c, deps);
    const { schedule, layer } = await demandCalendarLayer(c, deps);
    leaveNotice(c, await refreshNotice(c, deps, layer), deps.config);
    return c.redirect(pathOf(schedule, layer), 303);
  }, "post");

  routes.page(`${PATH}/names`, "admin", async (c: EdgeContext) => {
    const { viewer: { view: { nowMs } } } = await readPosted(c, deps);
    const { schedule, layer } = await demandCalendarLayer(c, deps);
    const by = c.get("principal").account;
    const { id } = await draftNames(deps.store, { layer, by, nowMs });
    return c.redirect(`/schedules/${schedule.id}/calendars/drafts/${id}`, 303);
  }, "post");
}

/** Promises the schedule and its calendar that the path names; throws 404 where there is none. */
export async function demandCalendarLayer(
  c: EdgeContext,
  { store }: Pick<WebDeps, "store">,
): Promise<{ schedule: Schedule; layer: CalendarOfLayer }> {
  const schedule = found(await store.schedules.find(pathId(c)), "schedule");
  const place = { scheduleId: schedule.id, layerId: pathId(c, "layer") };
  return { schedule, layer: await demandCalendar(store, place) };
}

async function refreshNotice(
  c: EdgeContext,
  deps: WebDeps,
  layer: CalendarOfLayer,
) {
  try {
    const by = c.get("principal").account;
    const { calendar: { problem } } = await askForRefresh(deps, layer, by);
    return problem
      ? { tone: "bad", text: TRIED } as const
      : { tone: "good", text: `${layer.layer.name} is read again.` } as const;
  } catch (error) {
    const [text = ""] = Object.values(formErrors(error, c));
    return { tone: "bad", text } as const;
  }
}

async function calendarView(
  { store }: WebDeps,
  { schedule, layer, viewer: { view } }: {
    schedule: Schedule;
    layer: CalendarOfLayer;
    viewer: Viewer;
  },
) {
  const { id, name } = layer.layer;
  const { calendar } = layer;
  const { report } = calendar;
  const untilMs = view.nowMs + AHEAD_DAYS * DAY_MS;
  const plans = await store.schedules.plans([schedule.id], view.nowMs, untilMs);
  const own = plans.get(schedule.id)?.layers.find((one) => one.id === id);
  const people = await everyRow(store.responders);
  const names = new Map(people.map((one) => [one.id, one.name]));
  const there = { nowMs: view.nowMs, timeZone: schedule.timeZone };
  return {
    ...{ schedule, report, name, path: pathOf(schedule, layer) },
    layerPath: `/schedules/${schedule.id}/layers/${id}`,
    state: calendarState(calendar, view),
    understood: understoodWords(report),
    isUrl: calendar.origin.kind === "url",
    names: nameRows(report.names, names),
    unknown: unknownRows(report),
    zone: zoneWords(there),
    shifts: nextShifts(own?.kind === "calendar" ? own.windows : [], {
      names,
      there,
    }),
  };
}

function pathOf(schedule: Schedule, { layer }: CalendarOfLayer): string {
  return `/schedules/${schedule.id}/calendars/${layer.id}`;
}
