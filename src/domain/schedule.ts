/**
 * Who is on call. At any instant the topmost of these that says somebody decides: overrides, one-off entries, then the
 * layers from the last to the first. After that, overrides that name whom they replace put one person for another.
 */
import type { Rotation } from "./rotation.ts";
import { turnsIn } from "./turns.ts";
import type { Stretch } from "./weekly_windows.ts";
import { type ZoneClock, zoneClock } from "./zone_clock.ts";

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
    ...plan.windows.map((window) => ({
      ...window,
      rank: plan.layers.length + Number(window.kind === "override"),
    })),
  ], { fromMs, toMs });
}

/** Promises what one layer of the plan would say alone, tiled as `shifts` does. */
export function layerShifts(
  plan: SchedulePlan,
  layer: PlanLayer,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Shift[] {
  const only = { ...plan, layers: [layer], windows: [] };
  return shifts(only, fromMs, toMs);
}

/** Promises the stretches of [fromMs, toMs) in which nobody is on call. */
export function gaps(
  plan: SchedulePlan,
  fromMs: number,
  toMs: number,
): Shift[] {
  return shifts(plan, fromMs, toMs).filter((shift) =>
    shift.responderIds.length === 0
  );
}

/** Promises every change of the people on call after fromMs and before toMs, in order. */
export function handoffsIn(
  plan: SchedulePlan,
  fromMs: number,
  toMs: number,
): Handoff[] {
  const handoffs: Handoff[] = [];
  let before: number[] | null = null;
  for (const { startsAtMs, responderIds } of shifts(plan, fromMs, toMs)) {
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

/** A stretch for which one layer or window names somebody. */
interface Piece extends Stretch {
  /** The highest that covers an instant decides it. */
  rank: number;
  id: number;
  responderId: number;
  kind: "layer" | ScheduleEntry["kind"];
  replacesResponderId: number | null;
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
    ? layer.windows
    : turnsIn(layer.rotation, clock, { fromMs, toMs });
  return windows.map(({ responderId, startsAtMs, endsAtMs }) => ({
    rank,
    id: layer.id,
    responderId,
    startsAtMs,
    endsAtMs,
    kind: "layer",
    replacesResponderId: null,
  }));
}

/** Walks from edge to edge with the pieces that cover the stretch between them. */
function tiled(
  pieces: readonly Piece[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Shift[] {
  const coming = pieces
    .filter(({ startsAtMs, endsAtMs }) =>
      startsAtMs < toMs && endsAtMs > fromMs && startsAtMs < endsAtMs
    )
    .sort((a, b) => a.startsAtMs - b.startsAtMs);
  const tiles: Shift[] = [];
  let covering: Piece[] = [];
  let next = 0;
  for (let atMs = fromMs; atMs < toMs;) {
    covering = covering.filter(({ endsAtMs }) => endsAtMs > atMs);
    for (; (coming[next]?.startsAtMs ?? Infinity) <= atMs; next++) {
      const piece = coming[next];
      if (piece) covering.push(piece);
    }
    const endsAtMs = Math.min(
      toMs,
      coming[next]?.startsAtMs ?? Infinity,
      ...covering.map((piece) => piece.endsAtMs),
    );
    const tile = { startsAtMs: atMs, endsAtMs, ...decide(covering) };
    const last = tiles.at(-1);
    if (last && sameDuty(last, tile)) last.endsAtMs = endsAtMs;
    else tiles.push(tile);
    atMs = endsAtMs;
  }
  return tiles;
}

function decide(
  covering: readonly Piece[],
): Pick<Shift, "responderIds" | "overridden"> {
  const replacing = covering
    .filter((piece) => piece.replacesResponderId !== null)
    .sort((a, b) => a.id - b.id);
  const rest = covering.filter((piece) => piece.replacesResponderId === null);
  const top = Math.max(...rest.map(({ rank }) => rank));
  const deciding = rest.filter(({ rank }) => rank === top);
  const onDuty = new Set(deciding.map(({ responderId }) => responderId));
  let overridden = deciding.some(({ kind }) => kind === "override");
  // In the order of their making: who covers for somebody may be covered for in turn.
  for (const { replacesResponderId, responderId } of replacing) {
    if (replacesResponderId === null || !onDuty.delete(replacesResponderId)) {
      continue;
    }
    onDuty.add(responderId);
    overridden = true;
  }
  const responderIds = [...onDuty].sort((a, b) => a - b);
  return { responderIds, overridden };
}

function sameDuty(a: Shift, b: Shift): boolean {
  return a.overridden === b.overridden &&
    a.responderIds.join() === b.responderIds.join();
}
