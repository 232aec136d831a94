import assert from "node:assert/strict";
import type { BusinessHours } from "../../../src/domain/policies/escalation_policy.ts";
import {
  concerns,
  whyPassedOver,
} from "../../../src/domain/policies/step_condition.ts";

const OFFICE: BusinessHours = {
  timeZone: "Europe/London",
  mode: "during",
  windows: [1, 2, 3, 4, 5].map((day) => ({
    fromDay: day,
    fromTime: "09:00",
    toDay: day,
    toTime: "17:00",
  })),
};

function at(
  instant: string,
  businessHours: BusinessHours | null = OFFICE,
): string | null {
  const atMs = Date.parse(instant);
  const step = { severities: [], businessHours };
  return whyPassedOver(step, { severity: "error", atMs });
}

Deno.test("a step without conditions always applies", () => {
  assert.equal(at("2026-11-28T03:00Z", null), null);
  assert.ok(concerns({ severities: [] }, "info"));
  assert.ok(concerns({ severities: ["info", "error"] }, "error"));
  assert.ok(!concerns({ severities: ["info", "error"] }, "critical"));
});

Deno.test("hours keep to the wall clock of their zone when the clocks change", () => {
  // London is at UTC until 29 March 2026, an hour ahead until 25 October.
  assert.equal(at("2026-03-27T08:59Z"), "outside_business_hours");
  assert.equal(at("2026-03-27T09:00Z"), null);
  assert.equal(at("2026-03-30T08:00Z"), null);
  assert.equal(at("2026-03-30T07:59:59.999Z"), "outside_business_hours");
  assert.equal(at("2026-03-30T15:59:59.999Z"), null);
  assert.equal(at("2026-03-30T16:00Z"), "outside_business_hours", "half open");
  assert.equal(at("2026-10-26T16:59Z"), null);
  assert.equal(at("2026-11-28T12:00Z"), "outside_business_hours", "a Saturday");
});

Deno.test("windows run across midnight and across the end of the week", () => {
  const weekend: BusinessHours = {
    ...OFFICE,
    windows: [{ fromDay: 5, fromTime: "22:00", toDay: 1, toTime: "06:00" }],
  };
  assert.equal(at("2026-11-27T21:59Z", weekend), "outside_business_hours");
  assert.equal(at("2026-11-27T22:00Z", weekend), null);
  assert.equal(at("2026-11-29T23:59Z", weekend), null);
  assert.equal(at("2026-11-30T05:59Z", weekend), null);
  assert.equal(at("2026-11-30T06:00Z", weekend), "outside_business_hours");
  const outside: BusinessHours = { ...weekend, mode: "outside" };
  assert.equal(at("2026-11-30T06:00Z", outside), null);
  assert.equal(at("2026-11-29T12:00Z", outside), "within_business_hours");
});
