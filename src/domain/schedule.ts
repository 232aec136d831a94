/**
 * Who is on call. A schedule is a list of one-off entries, each a window with a responder, and overrides that beat them.
 * Rotating layers join here as a further source of windows below the entries.
 */

export interface Schedule {
  id: number;
  teamId: number;
  name: string;
  description: string;
  /** IANA name; the zone that the schedule's wall-clock times are written in. */
  timeZone: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A window, half open: on call from `startsAtMs` up to but not at `endsAtMs`. */
export interface ScheduleEntry {
  id: number;
  scheduleId: number;
  responderId: number;
  kind: "entry" | "override";
  startsAtMs: number;
  endsAtMs: number;
  createdAtMs: number;
}

/** A stretch of time with the same people on call. `responderIds` is empty in a gap. */
export interface Shift {
  startsAtMs: number;
  endsAtMs: number;
  responderIds: number[];
  /** True where an override decides. */
  overridden: boolean;
}

type Window = Pick<
  ScheduleEntry,
  "responderId" | "kind" | "startsAtMs" | "endsAtMs"
>;

/**
 * Promises the responders on call at the instant, each once, in ascending id. Where overrides cover the instant they
 * alone decide; where entries overlap, all of them are on call.
 */
export function onCallAt(
  windows: readonly Window[],
  instantMs: number,
): number[] {
  return decide(windows.filter((window) => covers(window, instantMs)))
    .responderIds;
}

/**
 * Promises stretches that tile [fromMs, toMs) without gap or overlap, neighbours different, each telling what onCallAt
 * says for every instant in it. Empty when the range is empty.
 */
export function shifts(
  windows: readonly Window[],
  fromMs: number,
  toMs: number,
): Shift[] {
  const inside = windows.filter((w) =>
    w.startsAtMs < toMs && w.endsAtMs > fromMs
  );
  const edges = new Set([fromMs]);
  for (const { startsAtMs, endsAtMs } of inside) {
    if (startsAtMs > fromMs) edges.add(startsAtMs);
    if (endsAtMs < toMs) edges.add(endsAtMs);
  }
  const starts = [...edges].filter((edge) => edge < toMs).sort((a, b) => a - b);
  const tiles: Shift[] = [];
  starts.forEach((startsAtMs, index) => {
    const endsAtMs = starts[index + 1] ?? toMs;
    const tile = {
      startsAtMs,
      endsAtMs,
      ...decide(inside.filter((w) => covers(w, startsAtMs))),
    };
    const last = tiles.at(-1);
    if (last && sameDuty(last, tile)) last.endsAtMs = endsAtMs;
    else tiles.push(tile);
  });
  return tiles;
}

/** Promises the stretches of [fromMs, toMs) in which nobody is on call. */
export function gaps(
  windows: readonly Window[],
  fromMs: number,
  toMs: number,
): Shift[] {
  return shifts(windows, fromMs, toMs).filter((shift) =>
    shift.responderIds.length === 0
  );
}

function covers(window: Window, instantMs: number): boolean {
  return window.startsAtMs <= instantMs && instantMs < window.endsAtMs;
}

function decide(
  covering: readonly Window[],
): Pick<Shift, "responderIds" | "overridden"> {
  const overrides = covering.filter((window) => window.kind === "override");
  const deciding = overrides.length > 0 ? overrides : covering;
  const responderIds = [
    ...new Set(deciding.map((window) => window.responderId)),
  ].sort((a, b) => a - b);
  return { responderIds, overridden: overrides.length > 0 };
}

function sameDuty(a: Shift, b: Shift): boolean {
  return a.overridden === b.overridden &&
    a.responderIds.join() === b.responderIds.join();
}
