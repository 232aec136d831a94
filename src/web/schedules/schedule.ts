/** One schedule: its calendar, the layers, entries and overrides that make it, and the policies that use it. */
import {
  gaps,
  handoffsIn,
  peopleOf,
  type PlanLayer,
  type Schedule,
  type ScheduleEntry,
  type SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import type { CalendarOfLayer } from "../../ports/calendar_repositories.ts";
import { scheduleCoverRows } from "./load_cover_requests.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import { loadCalendar } from "./schedule_calendar.ts";
import {
  type CalendarState,
  calendarState,
} from "../view/calendars/calendar_state.ts";
import { findingsAbout } from "../view/findings.ts";
import { gapWords } from "../view/schedules/gap_words.ts";
import { dutyNow } from "../view/schedules/on_call.ts";
import { rotationWords } from "../view/schedules/rotation_words.ts";
import { dayTime } from "../view/schedules/stretch_words.ts";
import { strongNames, type Words } from "../view/words.ts";
import {
  shortTime,
  shownTime,
  type Viewpoint,
  zoneWords,
} from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const DAY_MS = 86_400_000;
const GAP_DAYS = 14;
/** How far ahead the next handoff is looked for: near first, because a year of short turns is long to work out. */
const AHEAD_DAYS = [35, 370];
const MOST_ENTRIES = 200;

/** Adds `GET /schedules/{id}`. */
export function addSchedule(routes: Routes, deps: WebDeps): void {
  routes.page("/schedules/{id}", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const schedule = found(
      await deps.store.schedules.find(pathId(c)),
      "schedule",
    );
    return showPage(c, deps, {
      template: "schedules/one",
      title: schedule.name,
      place: "schedules",
      view: {
        ...await scheduleView(c, deps, { schedule, viewer }),
        findings: findingsAbout(
          await deps.readiness(),
          { kind: "schedule", id: schedule.id },
          viewer.view.timeZone,
        ),
      },
      viewer,
    });
  });
}

async function scheduleView(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, viewer }: { schedule: Schedule; viewer: Viewer },
) {
  const { store } = deps;
  const { view } = viewer;
  const [calendar, opening, team, uses, entries, covers, calendars] =
    await Promise.all([
      loadCalendar(c, deps, { schedule, viewer }),
      loadOpening(deps, schedule, viewer),
      store.teams.find(schedule.teamId),
      store.schedules.dependents(schedule.id),
      loadEntries(deps, schedule, view),
      scheduleCoverRows(store, { scheduleId: schedule.id, view }),
      store.calendars.list(schedule.id),
    ]);
  const { plan, names } = calendar;
  return {
    ...{ schedule, calendar, opening, uses, covers },
    teamName: team?.name ?? "",
    zones: {
      own: zoneWords({ nowMs: view.nowMs, timeZone: schedule.timeZone }),
      viewer: zoneWords(view),
    },
    layers: plan.layers.toReversed().map((layer, index) => ({
      ...shownLayer(layer, {
        calendar: calendars.find((one) => one.layer.id === layer.id),
        ...{ names, view, timeZone: schedule.timeZone },
      }),
      first: index === 0,
      last: index === plan.layers.length - 1,
    })),
    ...entries,
  };
}

/** The sentences above the calendar: always about now and the days ahead, whatever the calendar shows. */
async function loadOpening(
  { store }: WebDeps,
  schedule: Schedule,
  { view }: Viewer,
): Promise<{ words: Words; gaps: string }> {
  const { nowMs } = view;
  const furthestMs = nowMs + (AHEAD_DAYS.at(-1) ?? 0) * DAY_MS;
  const plans = await store.schedules.plans([schedule.id], nowMs, furthestMs);
  const plan = found(plans.get(schedule.id) ?? null, "schedule");
  const responders = await store.responders.reachable(peopleOf(plan));
  const untilMs = AHEAD_DAYS.map((days) => nowMs + days * DAY_MS)
    .find((ms) => handoffsIn(plan, nowMs, ms).length > 0) ?? furthestMs;
  const [duty] = dutyNow(
    { schedules: [schedule], plans, teams: [], responders },
    { view, untilMs },
  );
  const looked = {
    fromMs: nowMs,
    untilMs: nowMs + GAP_DAYS * DAY_MS,
    words: `the next ${GAP_DAYS} days`,
  };
  const holes = gaps(plan, looked.fromMs, looked.untilMs);
  const words: Words = duty && duty.names.length > 0
    ? [...strongNames(duty.names), ` on call ${duty.until}.`]
    : bareWords(plan, { view, untilMs });
  return { words, gaps: gapWords(holes, looked, view) };
}

function bareWords(
  plan: SchedulePlan,
  { view, untilMs }: { view: Viewpoint; untilMs: number },
): Words {
  if (peopleOf(plan).length === 0) return ["Nobody is on it yet."];
  const [next] = handoffsIn(plan, view.nowMs, untilMs);
  const then = next
    ? `; the next shift begins ${shortTime(next.atMs, view)}.`
    : ".";
  return ["Nobody is on call now", then];
}

function shownLayer(
  layer: PlanLayer,
  { calendar, names, timeZone, view }: {
    calendar: CalendarOfLayer | undefined;
    names: ReadonlyMap<number, string>;
    timeZone: string;
    view: Viewpoint;
  },
): { id: number; name: string; kind: PlanLayer["kind"] } & CalendarState {
  const { id, name, kind } = layer;
  const well = { problem: "", unknown: "" };
  const state = layer.kind === "rotation"
    ? { ...well, words: rotationWords(layer.rotation, { names, timeZone }) }
    : calendar
    ? calendarState(calendar.calendar, view)
    : { ...well, words: ["A calendar that is kept elsewhere."] };
  return { id, name, kind, ...state };
}

async function loadEntries(
  { store }: WebDeps,
  { id }: Schedule,
  view: Viewpoint,
) {
  const toMs = view.nowMs + (AHEAD_DAYS.at(-1) ?? 0) * DAY_MS;
  const entries = await store.schedules.entries([id], view.nowMs, toMs);
  const ids = entries.flatMap(({ responderId, replacesResponderId }) =>
    replacesResponderId === null
      ? [responderId]
      : [responderId, replacesResponderId]
  );
  const people = await store.responders.reachable([...new Set(ids)]);
  const names = new Map(people.map((one) => [one.id, one.name]));
  return {
    entries: entries.slice(0, MOST_ENTRIES)
      .map((entry) => shownEntry(entry, { names, view })),
    truncated: entries.length > MOST_ENTRIES ? MOST_ENTRIES : 0,
  };
}

function shownEntry(
  entry: ScheduleEntry,
  { names, view }: { names: ReadonlyMap<number, string>; view: Viewpoint },
) {
  const nameOf = (id: number) => names.get(id) ?? "somebody who is gone";
  const { id, kind, responderId, replacesResponderId } = entry;
  return {
    id,
    override: kind === "override",
    name: nameOf(responderId),
    insteadOf: replacesResponderId === null ? "" : nameOf(replacesResponderId),
    starts: shownTime(entry.startsAtMs, view, dayTime(entry.startsAtMs, view)),
    ends: shownTime(entry.endsAtMs, view, dayTime(entry.endsAtMs, view)),
  };
}
