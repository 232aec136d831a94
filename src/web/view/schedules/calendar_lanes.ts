/** The lanes of a calendar: the final result, then what decides it from the strongest to the weakest. */
import {
  layerShifts,
  type PlanWindow,
  type SchedulePlan,
  type Shift,
  shifts,
} from "../../../domain/schedules/schedule.ts";
import type { Stretch } from "../../../domain/time/weekly_windows.ts";

export const LANE_KINDS = ["final", "override", "entry", "layer"] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

export interface LaneStretch extends Stretch {
  /** Empty in a gap. */
  responderIds: number[];
  /** True where an override decides. */
  overridden: boolean;
  /** What it is or what decides it, as "layer Weekly". */
  by: string;
  /** How many shifts it stands for where they are too many to draw; else 1. */
  count: number;
  /** Where a click leads; empty for nowhere. */
  href: string;
}

export interface Lane {
  kind: LaneKind;
  /** Empty where it belongs to the lane above. */
  label: string;
  stretches: LaneStretch[];
}

/** Where clicks lead; each may be empty. */
export interface LaneLinks {
  /** Of the final result. */
  shift(shift: Shift, index: number): string;
  window(window: PlanWindow): string;
  layer(layerId: number): string;
}

interface Range {
  fromMs: number;
  toMs: number;
}

/** More in one lane are drawn as one: nobody could tell them apart, and each costs the page some hundred bytes. */
const MOST_STRETCHES = 200;
/** Windows that overlap are drawn below each other, in so many rows. */
const MOST_ROWS = 6;

/** Promises the final lane: it tiles the range as `shifts` does. */
export function finalLane(
  plan: SchedulePlan,
  range: Range,
  link: LaneLinks["shift"],
): Lane {
  const decided = decider(plan, range);
  const stretches = shifts(plan, range.fromMs, range.toMs).map(
    (shift, index): LaneStretch => ({
      ...shift,
      by: decided(shift),
      count: 1,
      href: link(shift, index),
    }),
  );
  return { kind: "final", label: "On call", stretches: condensed(stretches) };
}

/** Promises the lanes of overrides, of entries, and of the layers from the last, which wins, to the first. */
export function deciderLanes(
  plan: SchedulePlan,
  range: Range,
  links: Omit<LaneLinks, "shift">,
): Lane[] {
  return [
    ...windowLanes(plan, range, { kind: "override", link: links.window }),
    ...windowLanes(plan, range, { kind: "entry", link: links.window }),
    ...plan.layers.toReversed().map((layer): Lane => ({
      kind: "layer",
      label: layer.name,
      stretches: condensed(
        layerShifts(plan, layer, range).filter(isManned).map((shift) => ({
          ...shift,
          by: `layer ${layer.name}`,
          count: 1,
          href: links.layer(layer.id),
        })),
      ),
    })),
  ];
}

/** Promises what decides a shift where it begins, as "override", "entry" or "layer Weekly"; empty for a gap. */
function decider(
  plan: SchedulePlan,
  { fromMs, toMs }: Range,
): (shift: Shift) => string {
  const entries = plan.windows.filter(({ kind }) => kind === "entry");
  const layers = plan.layers.toReversed().map((layer) => ({
    name: layer.name,
    manned: layerShifts(plan, layer, { fromMs, toMs }).filter(isManned),
    next: 0,
  }));
  return ({ responderIds, overridden, startsAtMs }) => {
    if (overridden) return "override";
    if (responderIds.length === 0) return "";
    if (entries.some((one) => covers(one, startsAtMs))) return "entry";
    for (const layer of layers) {
      // Shifts are asked for in their order, so what is over stays over.
      const { manned } = layer;
      while ((manned[layer.next]?.endsAtMs ?? Infinity) <= startsAtMs) {
        layer.next++;
      }
      const [one] = manned.slice(layer.next, layer.next + 1);
      if (one && covers(one, startsAtMs)) return `layer ${layer.name}`;
    }
    return "";
  };
}

function windowLanes(
  plan: SchedulePlan,
  { fromMs, toMs }: Range,
  { kind, link }: { kind: "override" | "entry"; link: LaneLinks["window"] },
): Lane[] {
  const windows = plan.windows
    .filter((window) =>
      window.kind === kind && window.startsAtMs < toMs &&
      window.endsAtMs > fromMs
    )
    .toSorted((a, b) => a.startsAtMs - b.startsAtMs || a.id - b.id);
  const rows: LaneStretch[][] = [];
  let left = 0;
  for (const window of windows) {
    const stretch: LaneStretch = {
      startsAtMs: Math.max(window.startsAtMs, fromMs),
      endsAtMs: Math.min(window.endsAtMs, toMs),
      responderIds: [window.responderId],
      overridden: kind === "override",
      by: kind,
      count: 1,
      href: link(window),
    };
    const row = rows.find((own) =>
      (own.at(-1)?.endsAtMs ?? -Infinity) <= stretch.startsAtMs
    );
    if (row) row.push(stretch);
    else if (rows.length < MOST_ROWS) rows.push([stretch]);
    else left++;
  }
  const word = kind === "override" ? "Overrides" : "Entries";
  const label = left === 0 ? word : `${word}, ${left} more than are drawn`;
  return rows.map((stretches, row) => ({
    kind,
    label: row === 0 ? label : "",
    stretches: condensed(stretches),
  }));
}

/** Too many become few: neighbours that follow each other without a gap are one. Gaps stay, and so do all edges of them. */
function condensed(stretches: LaneStretch[]): LaneStretch[] {
  if (stretches.length <= MOST_STRETCHES) return stretches;
  const few: LaneStretch[] = [];
  for (const one of stretches) {
    const last = few.at(-1);
    const joins = last && last.endsAtMs === one.startsAtMs &&
      isManned(last) === isManned(one);
    if (joins) {
      last.endsAtMs = one.endsAtMs;
      last.count++;
      last.overridden &&= one.overridden;
      last.by = last.by === one.by ? last.by : "";
      last.href = last.href === one.href ? last.href : "#shifts";
    } else few.push({ ...one });
  }
  return few;
}

function isManned({ responderIds }: { responderIds: number[] }): boolean {
  return responderIds.length > 0;
}

function covers({ startsAtMs, endsAtMs }: Stretch, atMs: number): boolean {
  return startsAtMs <= atMs && atMs < endsAtMs;
}
