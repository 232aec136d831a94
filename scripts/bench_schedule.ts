/**
 * Measures who is on call: a schedule of 10 layers (hours, days, weeks, months; every second one with windows of duty)
 * and 50 members each, at instants and months all over one year. `deno task bench-schedule`
 */
import { cpuUsage } from "node:process";
import {
  PERIOD_UNITS,
  type Rotation,
} from "../src/domain/schedules/rotation.ts";
import {
  onCallAt,
  type PlanLayer,
  type SchedulePlan,
  shifts,
} from "../src/domain/schedules/schedule.ts";

const DAY_MS = 86_400_000;
const YEAR_FROM_MS = Date.UTC(2026, 0, 6);

const office = [1, 2, 3, 4, 5].map((day) => ({
  fromDay: day,
  fromTime: "09:00",
  toDay: day,
  toTime: "17:00",
}));

const plan: SchedulePlan = {
  timeZone: "Europe/London",
  layers: Array.from({ length: 10 }, (_, index) => {
    const unit = PERIOD_UNITS[index % PERIOD_UNITS.length] ?? "weeks";
    const count = unit === "hours" ? 12 : 1;
    return layerOf(index, rotationOf(index, { unit, count }));
  }),
  windows: [],
};

/** As heavy as layers may be: 20 of them, each with a handoff every hour. */
const hourly: SchedulePlan = {
  ...plan,
  layers: Array.from({ length: 20 }, (_, index) => {
    const rotation = rotationOf(index, { unit: "hours", count: 1 });
    return layerOf(index, rotation);
  }),
};

const ROUNDS = 15;
console.table({
  "onCallAt, over a year": measure(2_000, (part) => {
    onCallAt(plan, YEAR_FROM_MS + part * 365 * DAY_MS);
  }),
  "shifts of 30 days": measure(100, (part) => {
    const fromMs = YEAR_FROM_MS + part * 335 * DAY_MS;
    shifts(plan, fromMs, fromMs + 30 * DAY_MS);
  }),
  "shifts of 370 days, 20 hourly layers": measure(2, (part) => {
    const fromMs = YEAR_FROM_MS + part * 30 * DAY_MS;
    shifts(hourly, fromMs, fromMs + 370 * DAY_MS);
  }),
});

function layerOf(index: number, rotation: Rotation): PlanLayer {
  const [id, name] = [index + 1, `Layer ${index + 1}`];
  return { id, name, kind: "rotation", rotation };
}

function rotationOf(index: number, period: Rotation["period"]): Rotation {
  return {
    responderIds: Array.from({ length: 50 }, (_, member) => member + 1),
    period,
    handoff: { time: "09:00", weekday: 1, dayOfMonth: 1 },
    startsAt: "2026-01-05T09:00",
    endsAt: null,
    restrictions: index % 2 === 1 ? office : [],
    turnCounts: "calendar_time",
  };
}

/**
 * Promises, in milliseconds, the p50, p99 and most of what each piece of work takes at its best of all rounds after a
 * first one to warm up, which leaves out what else the machine did meanwhile; the same p99 of all rounds, which leaves
 * nothing out; and the CPU time of the process for one piece.
 */
function measure(pieces: number, work: (part: number) => void) {
  const best = Array<number>(pieces).fill(Infinity);
  const all: number[] = [];
  for (let piece = 0; piece < pieces; piece++) work(piece / pieces);
  const before = cpuUsage();
  for (let run = 0; run < ROUNDS * pieces; run++) {
    const piece = run % pieces;
    const began = performance.now();
    work(piece / pieces);
    const tookMs = performance.now() - began;
    best[piece] = Math.min(best[piece] ?? Infinity, tookMs);
    all.push(tookMs);
  }
  const { user, system } = cpuUsage(before);
  return {
    "p50 ms": quantile(best, 0.5),
    "p99 ms": quantile(best, 0.99),
    "most ms": quantile(best, 1),
    "p99 ms, noise and all": quantile(all, 0.99),
    "CPU ms": ((user + system) / 1_000 / all.length).toFixed(3),
  };
}

function quantile(values: readonly number[], part: number): string {
  const inOrder = values.toSorted((a, b) => a - b);
  const index = Math.min(
    inOrder.length - 1,
    Math.floor(inOrder.length * part),
  );
  return (inOrder[index] ?? NaN).toFixed(3);
}
