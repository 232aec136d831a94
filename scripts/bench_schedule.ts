/**
 * Measures who is on call: a schedule of 10 layers (hours, days, weeks, months; every second one with windows of duty)
 * and 50 members each, at instants and months all over one year. `deno task bench-schedule`
 */
import { PERIOD_UNITS } from "../src/domain/rotation.ts";
import {
  onCallAt,
  type PlanLayer,
  type SchedulePlan,
  shifts,
} from "../src/domain/schedule.ts";

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
  layers: Array.from({ length: 10 }, (_, index): PlanLayer => {
    const unit = PERIOD_UNITS[index % PERIOD_UNITS.length] ?? "weeks";
    return {
      id: index + 1,
      name: `Layer ${index + 1}`,
      kind: "rotation",
      rotation: {
        responderIds: Array.from({ length: 50 }, (_, member) => member + 1),
        period: { unit, count: unit === "hours" ? 12 : 1 },
        handoff: { time: "09:00", weekday: 1, dayOfMonth: 1 },
        startsAt: "2026-01-05T09:00",
        endsAt: null,
        restrictions: index % 2 === 1 ? office : [],
        turnCounts: "calendar_time",
      },
    };
  }),
  windows: [],
};

const instants = measure(2_000, (index) => {
  onCallAt(plan, YEAR_FROM_MS + index / 2_000 * 365 * DAY_MS);
});
const months = measure(100, (index) => {
  const fromMs = YEAR_FROM_MS + index / 100 * 335 * DAY_MS;
  shifts(plan, fromMs, fromMs + 30 * DAY_MS);
});
console.table({
  "onCallAt, over a year": instants,
  "shifts of 30 days": months,
});

/** Promises the p50 and p99 of the runs after a tenth as many to warm up, in milliseconds. */
function measure(runs: number, work: (index: number) => void) {
  const took: number[] = [];
  for (let index = 0; index < runs * 1.1; index++) {
    const began = performance.now();
    work(index % runs);
    if (index >= runs * 0.1) took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const at = (part: number) =>
    (took[Math.floor(took.length * part)] ?? NaN).toFixed(3);
  return { "p50 ms": at(0.5), "p99 ms": at(0.99) };
}
