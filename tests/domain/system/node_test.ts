import assert from "node:assert/strict";
import {
  LOST_AFTER_MS,
  type NodePhase,
  nodeState,
} from "../../../src/domain/system/node.ts";

Deno.test("a node that was not heard of for 30 seconds is lost, unless it said that it stops", () => {
  const NOW = 1_000_000;
  const seen = (phase: NodePhase, agoMs: number) =>
    nodeState({ phase, lastSeenAtMs: NOW - agoMs }, NOW);
  for (const phase of ["running", "standing_back", "draining"] as const) {
    assert.equal(seen(phase, LOST_AFTER_MS), phase);
    assert.equal(seen(phase, LOST_AFTER_MS + 1), "lost");
  }
  assert.equal(seen("stopped", LOST_AFTER_MS + 1), "stopped");
  assert.equal(seen("running", -5_000), "running", "a clock that is ahead");
});
