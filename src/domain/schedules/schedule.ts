/**
 * Who is on call. At any instant the topmost of these that says somebody decides: overrides, one-off entries, then the
 * layers from the last to the first. After that, overrides that name whom they replace put one person for another.
 */
import { WEEK_MS } from "../time/reading.ts";
import type { Rotation } from "./rotation.ts";
import { append, joined, type Piece, tiled } from "./tiling.ts";
import { turnsIn } from "./turns.ts";
import type { Stretch } from "../time/weekly_windows.ts";
import { type ZoneClock, zoneClock } from "../time/zone_clock.ts";

export interface Schedule {
  id: number;
  teamId: number;
  name: string;
  description: string;
  /** IANA name; the zone that the schedule's wall-clock times are written in. */
  timeZone: string;
  /** How long before a handoff those who start and those who end are told; null: nobody is. */
  handoffNoticeMinutes: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A window, half open: on call from `startsAtMs` up to but not at `endsAtMs`. */
export interface ScheduleEntry {
  id: number;
  scheduleId: number;
  responderId: number;
  kind: "entry" | "override";
  /**
   * Of an override: the one person whose place the responder takes, wherever that person is on call in the window; null:
   * the responder is on call in the window instead of everybody.
   */
  replacesResponderId: number | null;
  startsAtMs: number;
  endsAtMs: number;
  createdAtMs: number;
}

/** A stretch of a calendar from elsewhere, with the responder that its event stands for. */
export interface CalendarWindow extends Stretch {
  responderId: number;
}

/** What says who is on call below the entries: a rotation, or a calendar that is kept elsewhere. */
export type PlanLayer =
  & { id: number; name: string }
  & (
    | { kind: "rotation"; rotation: Rotation }
    | { kind: "calendar"; windows: readonly CalendarWindow[] }
  );

export type PlanWindow = Omit<ScheduleEntry, "scheduleId" | "createdAtMs">;

/** All that decides who is on call, for the stretch of time that it was read for. */
export interface SchedulePlan {
  /** IANA name. */
  timeZone: string;
  /** A later one wins. */
  layers: readonly PlanLayer[];
  windows: readonly PlanWindow[];
}

/** One of the layers of a schedule, as it is kept. */
export type ScheduleLayer = RotationLayer | CalendarLayer;

export interface RotationLayer extends LayerRow {
  kind: "rotation";
  rotation: Rotation;
}

/** What it says comes from a calendar that is kept elsewhere (calendar.ts). */
export interface CalendarLayer extends LayerRow {
  kind: "calendar";
}

interface LayerRow {
  id: number;
  scheduleId: number;
  name: string;
  /** From 0; a later one wins. */
  position: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A stretch of time with the same people on call. `responderIds` is empty in a gap. */
export interface Shift extends Stretch {
  /** Each once, in ascending order. */
  responderIds: number[];
  /** True where an override decides. */
  overridden: boolean;
}

/** The people on call change: from `before` to `after`, either of which may be nobody. */
export interface Handoff {
  atMs: number;
  before: number[];
  after: number[];
}

/** Promises the ids of everybody whom the plan may name, each once. */
export function peopleOf({ layers, windows }: SchedulePlan): number[] {
  return [
    ...new Set([
      ...layers.flatMap((layer) =>
        layer.kind === "calendar"
          ? layer.windows.map(({ responderId }) => responderId)
          : layer.rotation.responderIds
      ),
      ...windows.map(({ responderId }) => responderId),
    ]),
  ];
}

/** Promises the responders on call at the instant, each once, in ascending id; empty in a gap. */
export function onCallAt(plan: SchedulePlan, instantMs: number): number[] {
  return shifts(plan, instantMs, instantMs + 1)[0]?.responderIds ?? [];
}

/**
 * Promises stretches that tile [fromMs, toMs) without gap or overlap, neighbours different, each telling what onCallAt
 * says for every instant in it. Empty when the range is empty.
 */
export function shifts(
  plan: SchedulePlan,
  fromMs: number,
  toMs: number,
): Shift[] {
  const clock = zoneClock(plan.timeZone);
  return tiled([
    ...plan.layers.flatMap((layer, rank) =>
      piecesOf(layer, { rank, clock, fromMs, toMs })
    ),
    ...joined(
      plan.windows.filter(within({ fromMs, toMs })).map((window) => ({
        ...window,
        rank: plan.layers.length + Number(window.kind === "override"),
      })),
    ),
  ], { fromMs, toMs });
}

/** Promises what `shifts` does, and yields after every week of the range, for whoever has other things to do. */
export function* shiftsInSlices(
  plan: SchedulePlan,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Generator<void, Shift[]> {
  const tiles: Shift[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += WEEK_MS) {
    if (atMs > fromMs) yield;
    const untilMs = Math.min(toMs, atMs + WEEK_MS);
    for (const tile of shifts(plan, atMs, untilMs)) append(tiles, tile);
  }
  return tiles;
}

/** Promises what one layer of the plan would say alone, tiled as `shifts` does. */
export function layerShifts(
  plan: SchedulePlan,
  layer: PlanLayer,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Shift[] {
  return shifts(layerAlone(plan, layer), fromMs, toMs);
}

/** Promises the plan with nothing but the layer. */
export function layerAlone(plan: SchedulePlan, layer: PlanLayer): SchedulePlan {
  return { ...plan, layers: [layer], windows: [] };
}

/** Promises the stretches of [fromMs, toMs) in which nobody is on call. */
export function gaps(
  plan: SchedulePlan,
  fromMs: number,
  toMs: number,
): Shift[] {
  return gapsOf(shifts(plan, fromMs, toMs));
}

/** Promises those of the shifts in which nobody is on call. */
export function gapsOf(tiles: readonly Shift[]): Shift[] {
  return tiles.filter(({ responderIds }) => responderIds.length === 0);
}

/** Promises every change of the people on call after fromMs and before toMs, in order. */
export function handoffsIn(
  plan: SchedulePlan,
  fromMs: number,
  toMs: number,
): Handoff[] {
  return handoffsOf(shifts(plan, fromMs, toMs));
}

/** Promises the changes of the people on call from one to the next of the shifts, which tile a range. */
export function handoffsOf(tiles: readonly Shift[]): Handoff[] {
  const handoffs: Handoff[] = [];
  let before: number[] | null = null;
  for (const { startsAtMs, responderIds } of tiles) {
    if (before && before.join() !== responderIds.join()) {
      handoffs.push({ atMs: startsAtMs, before, after: responderIds });
    }
    before = responderIds;
  }
  return handoffs;
}

/**
 * Promises who comes on call first of those who are not on call at the instant: the next shift's newcomers, looked for
 * until `untilMs`; empty when nobody else comes.
 */
export function nextOnCall(
  plan: SchedulePlan,
  atMs: number,
  untilMs: number,
): number[] {
  const [now, ...later] = shifts(plan, atMs, untilMs);
  for (const { responderIds } of later) {
    const others = responderIds.filter((id) => !now?.responderIds.includes(id));
    if (others.length > 0) return others;
  }
  return [];
}

function piecesOf(
  layer: PlanLayer,
  { rank, clock, fromMs, toMs }: {
    rank: number;
    clock: ZoneClock;
    fromMs: number;
    toMs: number;
  },
): Piece[] {
  const windows = layer.kind === "calendar"
    ? layer.windows.filter(within({ fromMs, toMs }))
    : turnsIn(layer.rotation, clock, { fromMs, toMs });
  const pieces = windows.map((
    { responderId, startsAtMs, endsAtMs },
  ): Piece => ({
    rank,
    id: layer.id,
    responderId,
    startsAtMs,
    endsAtMs,
    kind: "layer",
    replacesResponderId: null,
  }));
  return layer.kind === "calendar" ? joined(pieces) : pieces;
}

/** Whether a stretch has a part in the range. Most of a calendar has none in a short one. */
function within(
  { fromMs, toMs }: { fromMs: number; toMs: number },
): (stretch: Stretch) => boolean {
  return ({ startsAtMs, endsAtMs }) => startsAtMs < toMs && endsAtMs > fromMs;
}
