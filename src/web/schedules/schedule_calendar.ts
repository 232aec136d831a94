/** The calendar of a schedule: its pictures, the links through time, and the same shifts as a list. */
import {
  peopleOf,
  type PlanWindow,
  type Schedule,
  type SchedulePlan,
  type Shift,
  shifts,
} from "../../domain/schedules/schedule.ts";
import { wallClockOf } from "../../domain/time/wall_clock.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { WebDeps } from "../deps.ts";
import { found } from "../posted.ts";
import { rangeOf } from "../view/schedules/calendar_days.ts";
import { deciderLanes, finalLane } from "../view/schedules/calendar_lanes.ts";
import { calendarPictures } from "../view/schedules/calendar_picture.ts";
import {
  type CalendarSpan,
  spanOf,
  spanQuery,
} from "../view/schedules/calendar_span.ts";
import { cityOf, dayTime } from "../view/schedules/stretch_words.ts";
import { strongNames } from "../view/words.ts";
import { shownTime, type Viewpoint } from "../view/zoned_time.ts";
import type { Viewer } from "../viewer.ts";

const MOST_SHIFTS = 200;

interface Shown {
  schedule: Schedule;
  plan: SchedulePlan;
  names: ReadonlyMap<number, string>;
  span: CalendarSpan;
  viewer: Viewer;
}

/** Promises what the calendar and the list below it draw, for the span and the lanes that the address asks for. */
export async function loadCalendar(
  c: EdgeContext,
  { store }: WebDeps,
  { schedule, viewer }: { schedule: Schedule; viewer: Viewer },
) {
  const { view } = viewer;
  const layers = c.req.query("layers") !== "hidden";
  const span = spanOf({
    view: c.req.query("view"),
    from: c.req.query("from"),
  }, view);
  const { fromMs, toMs } = rangeOf(span.days);
  const plans = await store.schedules.plans([schedule.id], fromMs, toMs);
  const plan = found(plans.get(schedule.id) ?? null, "schedule");
  const responders = await store.responders.reachable(peopleOf(plan));
  const names = new Map(responders.map(({ id, name }) => [id, name]));
  const shown = { schedule, plan, names, span, viewer };
  const tiles = shifts(plan, fromMs, toMs);
  return {
    plan,
    names,
    links: links(schedule, span, layers),
    title: span.title,
    city: cityOf(schedule.timeZone),
    pictures: pictures(shown, layers),
    shifts: tiles.slice(0, MOST_SHIFTS).map((tile, index) => ({
      ...shownShift(tile, shown),
      id: `shift-${index}`,
    })),
    moreShifts: Math.max(0, tiles.length - MOST_SHIFTS),
    has: {
      gaps: tiles.some(({ responderIds }) => responderIds.length === 0),
      overrides: tiles.some(({ overridden }) => overridden),
      own: tiles.some(({ responderIds }) =>
        responderIds.includes(viewer.responderId)
      ),
    },
  };
}

/** Promises the way to the form that puts somebody on call in this stretch, from now on where it has begun. */
export function overridePath(
  { id, timeZone }: Pick<Schedule, "id" | "timeZone">,
  { startsAtMs, endsAtMs }: Pick<Shift, "startsAtMs" | "endsAtMs">,
  { nowMs, replaces }: { nowMs: number; replaces?: number | undefined },
): string {
  const query = new URLSearchParams({
    kind: "override",
    ...remaining({ startsAtMs, endsAtMs }, { timeZone, nowMs }),
    ...replaces === undefined
      ? {}
      : { replaces_responder_id: String(replaces) },
  });
  return `/schedules/${id}/entries/new?${query.toString()}`;
}

/** The way to the form that asks somebody to take over what is left of a shift. */
function coverPath(
  { id, timeZone }: Schedule,
  shift: Shift,
  nowMs: number,
): string {
  const query = new URLSearchParams(remaining(shift, { timeZone, nowMs }));
  return `/schedules/${id}/cover-requests/new?${query.toString()}`;
}

/** What is left of a stretch, on the schedule's wall clock. */
function remaining(
  { startsAtMs, endsAtMs }: Pick<Shift, "startsAtMs" | "endsAtMs">,
  { timeZone, nowMs }: { timeZone: string; nowMs: number },
): { from: string; to: string } {
  const from = Math.max(startsAtMs, wholeMinute(nowMs));
  return {
    from: wallClockOf(from, timeZone),
    to: wallClockOf(endsAtMs, timeZone),
  };
}

function pictures(shown: Shown, layers: boolean) {
  const { schedule, plan, names, span, viewer } = shown;
  const { view, can } = viewer;
  const range = rangeOf(span.days);
  const path = `/schedules/${schedule.id}`;
  const shift = (one: Shift, index: number) =>
    can.administer && one.responderIds.length === 0 && one.endsAtMs > view.nowMs
      ? overridePath(schedule, one, view)
      : index < MOST_SHIFTS
      ? `#shift-${index}`
      : "";
  const window = ({ id }: PlanWindow) =>
    can.administer ? `${path}/entries/${id}` : "";
  const layer = (id: number) => `#layer-${id}`;
  return calendarPictures({
    days: span.days,
    lanes: [
      finalLane(plan, range, shift),
      ...layers ? deciderLanes(plan, range, { window, layer }) : [],
    ],
    names,
    ownId: viewer.responderId,
    timeZone: schedule.timeZone,
    month: span.month,
    view,
  });
}

function links(schedule: Schedule, span: CalendarSpan, layers: boolean) {
  const path = `/schedules/${schedule.id}`;
  const { kind, from } = span;
  const to = (changes: Partial<Parameters<typeof spanQuery>[0]>) =>
    `${path}${spanQuery({ kind, from, layers, ...changes })}`;
  return {
    kind,
    layers,
    previous: to({ from: span.previous }),
    today: to({ from: null }),
    next: to({ from: span.next }),
    month: to({ kind: "month" }),
    twoWeeks: to({ kind: "two-weeks" }),
    toggleLayers: to({ layers: !layers }),
  };
}

function shownShift(shift: Shift, { schedule, names, viewer }: Shown) {
  const { view, can } = viewer;
  const { responderIds, startsAtMs, endsAtMs } = shift;
  const gap = responderIds.length === 0;
  const past = endsAtMs <= view.nowMs;
  const [only] = responderIds;
  const replaces = responderIds.length === 1 ? undefined : only;
  const own = responderIds.includes(viewer.responderId);
  return {
    starts: shownTime(startsAtMs, view, dayTime(startsAtMs, view)),
    ends: shownTime(endsAtMs, view, dayTime(endsAtMs, view)),
    there: thereWords(shift, schedule, view),
    who: strongNames(
      responderIds.map((id) => names.get(id) ?? "somebody who is gone"),
      6,
    ),
    ...{ gap, past, overridden: shift.overridden },
    own,
    cover: own && can.respond && !past
      ? coverPath(schedule, shift, view.nowMs)
      : "",
    now: !past && startsAtMs <= view.nowMs,
    override: can.administer && !past
      ? overridePath(schedule, shift, { nowMs: view.nowMs, replaces })
      : "",
  };
}

/** The same on the schedule's clock; empty where it shows what the viewer's shows. */
function thereWords(
  { startsAtMs, endsAtMs }: Shift,
  { timeZone }: Schedule,
  view: Viewpoint,
): string {
  const there = { nowMs: view.nowMs, timeZone };
  const words = (at: Viewpoint) =>
    `${dayTime(startsAtMs, at)} to ${dayTime(endsAtMs, at)}`;
  return words(view) === words(there) ? "" : words(there);
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}
