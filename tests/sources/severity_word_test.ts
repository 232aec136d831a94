import assert from "node:assert/strict";
import {
  severityFromLabels,
  severityOf,
} from "../../src/sources/severity_word.ts";

Deno.test("P1 to P5 are graded from critical to info", () => {
  assert.deepEqual(["P1", "p2", "P3", "p4", "P5"].map(severityOf), [
    "critical",
    "error",
    "warning",
    "info",
    "info",
  ]);
});

Deno.test("words that mean nothing here have no severity", () => {
  for (const word of ["", "P6", "constructor", "__proto__", "critical!"]) {
    assert.equal(severityOf(word), null);
  }
});

Deno.test("severity comes before priority, priority before level", () => {
  const labels = { level: "info", priority: "P3", severity: "crit" };
  const of = (from: Record<string, unknown>) =>
    severityFromLabels(from, "error").severity;
  assert.equal(of(labels), "critical");
  assert.equal(of({ ...labels, severity: "?" }), "warning");
  assert.equal(of({ level: "info" }), "info");
  assert.equal(of({ SEVERITY: "info" }), "info");
  assert.equal(of({ severity: ["info"] }), "error");
});
