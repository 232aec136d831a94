/** Nodes for the doctor to look at. */
import type { Node } from "../../../src/domain/system/node.ts";
import { VERSION } from "../../../src/version.ts";

export const NOW = 1_772_331_240_000;

/** A node of this version that has run for an hour and was heard of two seconds ago. */
export function node(given: Partial<Node> = {}): Node {
  return {
    name: "web-1-a",
    hostname: "web-1",
    version: VERSION,
    schemaVersion: 14,
    phase: "running",
    delivers: true,
    escalates: true,
    startedAtMs: NOW - 3_600_000,
    lastSeenAtMs: NOW - 2_000,
    ...given,
  };
}
