/** The processes that work on one database, and how they stand. */

/** What a node says of itself: `standing_back` does no work by itself, `draining` finishes what it began. */
export type NodePhase = "running" | "standing_back" | "draining" | "stopped";

/** One process, from its start to its end. A process that starts again is another node. */
export interface Node {
  /** The host's name and a random part; owner of leases, and named in the runs of jobs. */
  name: string;
  hostname: string;
  /** Of the program. */
  version: string;
  /** The newest migration that the program knows. */
  schemaVersion: number;
  phase: NodePhase;
  /** Retries what failed to be sent, and sends notices of its own accord. */
  delivers: boolean;
  escalates: boolean;
  startedAtMs: number;
  /** By the node's own clock. */
  lastSeenAtMs: number;
}

/** A phase, or `lost`: not heard of, and it did not say that it would stop. */
export type NodeState = NodePhase | "lost";

/** Several missed heartbeats, and longer than any lease. */
export const LOST_AFTER_MS = 30_000;

/** Promises how the node stands now, as seen by another. */
export function nodeState(
  { phase, lastSeenAtMs }: Pick<Node, "phase" | "lastSeenAtMs">,
  nowMs: number,
): NodeState {
  const isLost = phase !== "stopped" && nowMs - lastSeenAtMs > LOST_AFTER_MS;
  return isLost ? "lost" : phase;
}
