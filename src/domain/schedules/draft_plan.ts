/** A plan as it would be after a change to its layers, and what that changes. */
import type { PlanLayer, SchedulePlan, Shift } from "./schedule.ts";
import type { Stretch } from "../time/weekly_windows.ts";

export type LayersChange =
  /** Right below the layer that is named, else on top of the others. */
  | { kind: "add"; layer: PlanLayer; below?: number | null }
  /** The layer with the same id, where it stands. */
  | { kind: "change"; layer: PlanLayer }
  | { kind: "remove"; layerId: number }
  /** Lowest first; layers that are not named stay below the named ones. */
  | { kind: "order"; layerIds: readonly number[] };

/** A stretch in which other people would be on call. */
export interface DutyChange extends Stretch {
  before: number[];
  after: number[];
}

/** Promises the plan after the change; the given one stays as it is, and so do its windows. */
export function draftPlan(
  plan: SchedulePlan,
  change: LayersChange,
): SchedulePlan {
  return { ...plan, layers: changed(plan.layers, change) };
}

function changed(
  layers: readonly PlanLayer[],
  change: LayersChange,
): PlanLayer[] {
  switch (change.kind) {
    case "add":
      return placed(layers, change.layer, change.below ?? null);
    case "change":
      return layers.map((layer) =>
        layer.id === change.layer.id ? change.layer : layer
      );
    case "remove":
      return layers.filter(({ id }) => id !== change.layerId);
    case "order": {
      const rank = ({ id }: PlanLayer) => change.layerIds.indexOf(id);
      return layers.toSorted((a, b) => rank(a) - rank(b));
    }
  }
}

/** Promises the layers, lowest first, with this one right below the one that is named; on top where that is not there. */
export function placed<T extends { id: number }>(
  layers: readonly T[],
  layer: T,
  below: number | null,
): T[] {
  const others = layers.filter(({ id }) => id !== layer.id);
  const at = others.findIndex(({ id }) => id === below);
  return others.toSpliced(at < 0 ? others.length : at, 0, layer);
}

/**
 * Promises the stretches in which `after` names others than `before`, in order, neighbours different. Both are shifts
 * of the same range.
 */
export function dutyChanges(
  before: readonly Shift[],
  after: readonly Shift[],
): DutyChange[] {
  const changes: DutyChange[] = [];
  let old = 0;
  let young = 0;
  for (;;) {
    const one = before[old];
    const other = after[young];
    if (!one || !other) return changes;
    const endsAtMs = Math.min(one.endsAtMs, other.endsAtMs);
    note(changes, {
      startsAtMs: Math.max(one.startsAtMs, other.startsAtMs),
      endsAtMs,
      before: one.responderIds,
      after: other.responderIds,
    });
    if (one.endsAtMs === endsAtMs) old++;
    if (other.endsAtMs === endsAtMs) young++;
  }
}

function note(changes: DutyChange[], one: DutyChange): void {
  const [before, after] = [one.before.join(), one.after.join()];
  if (before === after) return;
  const last = changes.at(-1);
  const goesOn = last?.endsAtMs === one.startsAtMs &&
    last.before.join() === before && last.after.join() === after;
  if (goesOn) last.endsAtMs = one.endsAtMs;
  else changes.push(one);
}
