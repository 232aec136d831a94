import assert from "node:assert/strict";
import {
  ailments,
  LONGEST_WAIT_MS,
  type VitalSigns,
} from "../../../src/domain/system/vital_signs.ts";
import { NOW_MS } from "../examples.ts";

const WELL: VitalSigns = {
  unmended: 0,
  delivers: true,
  escalates: true,
  late: [],
  oldestUndeliveredAtMs: NOW_MS - LONGEST_WAIT_MS,
  nextActionAtMs: NOW_MS - LONGEST_WAIT_MS,
};

Deno.test("a page or an escalation within its patience is no ailment, nor is an empty house", () => {
  assert.deepEqual(ailments(WELL, NOW_MS), []);
  const empty = { ...WELL, oldestUndeliveredAtMs: null, nextActionAtMs: null };
  assert.deepEqual(ailments(empty, NOW_MS), []);
});

for (
  const [name, sign] of [
    ["an incident that could not be mended", { unmended: 1 }],
    ["a delivery worker that is off", { delivers: false }],
    ["an escalation worker that is off", { escalates: false }],
    ["a job that is late", { late: ["The job escalation is late."] }],
    ["a page that waits too long", {
      oldestUndeliveredAtMs: NOW_MS - LONGEST_WAIT_MS - 1,
    }],
    ["an escalation that is too late", {
      nextActionAtMs: NOW_MS - LONGEST_WAIT_MS - 1,
    }],
  ] as [string, Partial<VitalSigns>][]
) {
  Deno.test(`${name} is an ailment, and the only one`, () => {
    assert.equal(ailments({ ...WELL, ...sign }, NOW_MS).length, 1);
  });
}
