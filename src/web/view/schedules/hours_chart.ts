/** Incidents per hour as bars of an SVG, with the same in words. */
import { counted } from "../plural.ts";
import { shortTime, type Viewpoint } from "../zoned_time.ts";

const HOURS = 24;
const HOUR_MS = 3_600_000;
const WIDTH = 362;
const FLOOR = 64;
const TALLEST = 54;
const STEP = 15;
const RECENT = 2;

export interface HoursChart {
  bars: { x: number; y: number; height: number; recent: boolean }[];
  labels: { x: number; text: string; end: boolean }[];
  width: number;
  floor: number;
  total: number;
  /** What a person who does not see it is told. */
  alternative: string;
}

/** When the first of the chart's hours began: the last one ends now, epoch milliseconds. */
export function chartFromMs(nowMs: number): number {
  return nowMs - HOURS * HOUR_MS;
}

/** Promises the chart of the hours since `chartFromMs`; hours without a count had none. */
export function hoursChart(
  counts: readonly { hour: number; count: number }[],
  view: Viewpoint,
): HoursChart {
  const byHour = Array.from({ length: HOURS }, () => 0);
  for (const { hour, count } of counts) {
    // What opened in this very millisecond belongs to the last hour.
    byHour[Math.min(hour, HOURS - 1)]! += count; // within the array by the line above
  }
  const most = Math.max(...byHour, 6);
  const total = byHour.reduce((sum, count) => sum + count, 0);
  const late = byHour.slice(-RECENT).reduce((sum, count) => sum + count, 0);
  return {
    bars: byHour.map((count, index) => {
      const height = Math.round(count / most * TALLEST);
      return {
        x: 2 + index * STEP,
        y: FLOOR - height,
        height,
        recent: index >= HOURS - RECENT,
      };
    }),
    labels: labels(view),
    width: WIDTH,
    floor: FLOOR,
    total,
    alternative: `Incidents opened per hour in the last 24 hours: ${
      counted(total, "incident")
    } in all, ${counted(late, "incident")} in the last two hours`,
  };
}

function labels(view: Viewpoint): HoursChart["labels"] {
  const from = chartFromMs(view.nowMs);
  const marks = [0, 6, 12, 18].map((hour) => ({
    x: hour * STEP,
    // The time of day only: that the left half is yesterday is plain.
    text: shortTime(from + hour * HOUR_MS, view).split(" ").at(-1) ?? "",
    end: false,
  }));
  return [...marks, { x: WIDTH, text: "now", end: true }];
}

/** Promises the middle value, the lower one of two; null of an empty list. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
