/** One schedule: its real shifts for two weeks, and the entries and overrides that make them. */
import {
  peopleOf,
  type Schedule,
  type ScheduleEntry,
  type SchedulePlan,
  type Shift,
  shifts,
} from "../domain/schedule.ts";
import { wallClockOf } from "../domain/wall_clock.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { showPage } from "./page.ts";
import { found, pathId } from "./posted.ts";
import { findingsAbout } from "./view/findings.ts";
import { gapWords, stretchWords } from "./view/gap_words.ts";
import { dutyNow } from "./view/on_call.ts";
import { midnights, shiftLanes } from "./view/shift_lanes.ts";
import { strongNames, type Words } from "./view/words.ts";
import {
  dayOnly,
  shortTime,
  shownTime,
  type Viewpoint,
  zoneWords,
} from "./view/zoned_time.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

const DAYS = 14;
const AHEAD_MS = 370 * 86_400_000;
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
        ...await scheduleView(deps, schedule, viewer),
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
  { store }: WebDeps,
  schedule: Schedule,
  { view }: Viewer,
) {
  const edges = midnights(view, DAYS);
  const [fromMs = 0] = edges;
  const untilMs = edges.at(-1) ?? fromMs;
  const entries = await store.schedules.entries(
    [schedule.id],
    fromMs,
    view.nowMs + AHEAD_MS,
  );
  const plans = await store.schedules.plans(
    [schedule.id],
    fromMs,
    view.nowMs + AHEAD_MS,
  );
  const plan = found(plans.get(schedule.id) ?? null, "schedule");
  const responders = await store.responders.reachable(peopleOf(plan));
  const names = new Map(responders.map(({ id, name }) => [id, name]));
  const tiles = shifts(plan, fromMs, untilMs);
  const [team, uses] = await Promise.all([
    store.teams.find(schedule.teamId),
    store.schedules.dependents(schedule.id),
  ]);
  const zones = {
    own: zoneWords({ nowMs: view.nowMs, timeZone: schedule.timeZone }),
    viewer: zoneWords(view),
  };
  return {
    schedule,
    zones,
    teamName: team?.name ?? "",
    uses,
    opening: opening({ schedule, plan, responders, untilMs }, view),
    picture: shiftLanes(tiles, { edges, names, view }),
    shifts: tiles.map((tile) => shownShift(tile, { schedule, names, view })),
    entries: entries.filter(({ endsAtMs }) => endsAtMs > view.nowMs)
      .slice(0, MOST_ENTRIES)
      .map((entry) => shownEntry(entry, { names, view })),
    truncated: entries.length > MOST_ENTRIES ? MOST_ENTRIES : 0,
    period: `${dayOnly(fromMs, view)} to ${dayOnly(untilMs - 1, view)}`,
  };
}

function opening(
  { schedule, plan, responders, untilMs }: {
    schedule: Schedule;
    plan: SchedulePlan;
    responders: Parameters<typeof dutyNow>[0]["responders"];
    untilMs: number;
  },
  view: Viewpoint,
): { words: Words; gaps: string } {
  const [duty] = dutyNow(
    {
      schedules: [schedule],
      plans: new Map([[schedule.id, plan]]),
      teams: [],
      responders,
    },
    { view, untilMs: view.nowMs + AHEAD_MS },
  );
  const looked = {
    fromMs: view.nowMs,
    untilMs,
    words: `the next ${DAYS} days`,
  };
  const tiles = shifts(plan, looked.fromMs, looked.untilMs);
  const holes = tiles.filter(({ responderIds }) => responderIds.length === 0);
  const words: Words = duty && duty.names.length > 0
    ? [...strongNames(duty.names), ` on call ${duty.until}.`]
    : peopleOf(plan).length === 0
    ? ["Nobody is on it yet."]
    : [
      "Nobody is on call now",
      holes[0] && holes[0].endsAtMs < untilMs
        ? `; the next shift begins ${shortTime(holes[0].endsAtMs, view)}.`
        : ".",
    ];
  return { words, gaps: gapWords(holes, looked, view) };
}

function shownShift(
  shift: Shift,
  { schedule, names, view }: {
    schedule: Schedule;
    names: ReadonlyMap<number, string>;
    view: Viewpoint;
  },
) {
  const gap = shift.responderIds.length === 0;
  const past = shift.endsAtMs <= view.nowMs;
  // What is over cannot be filled; what has begun is filled from now on.
  const from = Math.max(shift.startsAtMs, wholeMinute(view.nowMs));
  const query = new URLSearchParams({
    from: wallClockOf(from, schedule.timeZone),
    to: wallClockOf(shift.endsAtMs, schedule.timeZone),
  });
  return {
    starts: shownTime(shift.startsAtMs, view, dayTime(shift.startsAtMs, view)),
    ends: shownTime(shift.endsAtMs, view, dayTime(shift.endsAtMs, view)),
    who: strongNames(
      shift.responderIds.map((id) => names.get(id) ?? "somebody who is gone"),
      6,
    ),
    gap,
    past,
    now: !past && shift.startsAtMs <= view.nowMs,
    overridden: shift.overridden,
    fill: gap && !past
      ? `/schedules/${schedule.id}/entries/new?${query.toString()}`
      : "",
    words: stretchWords(shift, { fromMs: 0, untilMs: Infinity }, view),
  };
}

function shownEntry(
  entry: ScheduleEntry,
  { names, view }: { names: ReadonlyMap<number, string>; view: Viewpoint },
) {
  return {
    id: entry.id,
    override: entry.kind === "override",
    name: names.get(entry.responderId) ?? "somebody who is gone",
    starts: shownTime(entry.startsAtMs, view, dayTime(entry.startsAtMs, view)),
    ends: shownTime(entry.endsAtMs, view, dayTime(entry.endsAtMs, view)),
  };
}

/** Days that are near have names only: here they stand beside others, so the date is always said. */
function dayTime(atMs: number, view: Viewpoint): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(view.timeZone);
  const day = at.toLocaleString("en-GB", { weekday: "short" });
  const time = at.toPlainTime().toString({ smallestUnit: "minute" });
  return `${day} ${dayOnly(atMs, view)}, ${time}`;
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}
