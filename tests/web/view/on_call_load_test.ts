import assert from "node:assert/strict";
import type { PersonLoad } from "../../../src/domain/schedules/on_call_load.ts";
import {
  loadRows,
  loadSentence,
} from "../../../src/web/view/schedules/on_call_load.ts";

const HOUR_MS = 3_600_000;

function aLoad(schedules: number): PersonLoad {
  return {
    ...{ responderId: 1, name: "Maya Okafor", timeZone: "Europe/London" },
    onCallMs: 24 * HOUR_MS,
    bySchedule: Array.from({ length: schedules }, (_, index) => ({
      ...{ id: index + 1, name: `Rota ${index + 1}`, onCallMs: HOUR_MS },
    })),
    ...{ pages: 0, incidents: 0, nights: 0, weekendDays: 0 },
  };
}

const mean = { onCallMs: 24 * HOUR_MS, pages: 0, nights: 0, weekendDays: 0 };

Deno.test("somebody on many schedules has the first of them named and the rest counted", () => {
  const words = (schedules: number) =>
    loadRows({ people: [aLoad(schedules)], mean }).rows[0]?.schedules;
  assert.equal(words(2), "Rota 1 1\u00A0h, Rota 2 1\u00A0h");
  assert.match(words(4) ?? "", /Rota 4 1\u00A0h$/);
  assert.match(words(40) ?? "", /Rota 4 1\u00A0h and 36 more$/);
});

Deno.test("of a month to come nothing is said about nights, which nobody knows yet", () => {
  const told = (isPlan: boolean) =>
    loadSentence({ people: [aLoad(1)], mean, isPlan })
      .filter((word) => typeof word === "string").join("");
  assert.match(told(false), /No page broke into a night/);
  assert.match(told(true), /is planned to carry most/);
  assert.doesNotMatch(told(true), /night/);
});
