/** What keeps the service itself going. */
import type { Node } from "../domain/system/node.ts";
import type { Page, PageRequest } from "./store.ts";

/** How a job went the last time it ran on one node. */
export interface JobRun {
  name: string;
  node: string;
  startedAtMs: number;
  durationMs: number;
  outcome: "ok" | "failed";
  /** What it did, in words ("3 sent, 1 to be retried"), or the error. */
  message: string;
  runs: number;
  failures: number;
}

export interface JobRepository {
  /** Keeps the newest run per (name, node) and counts runs and failures. */
  record(run: Omit<JobRun, "runs" | "failures">): Promise<void>;
  /** By name, newest run first. */
  list(): Promise<JobRun[]>;
  prune(beforeMs: number): Promise<number>;
}

export interface NodeRepository {
  /** Writes the node's row, by its name. It need not survive the failure of a machine. */
  save(node: Node): Promise<void>;
  /** The 200 that were heard of last, that one first. */
  list(): Promise<Node[]>;
  /** Forgets those that were heard of last before the instant. */
  prune(beforeMs: number): Promise<number>;
}

export interface RateLimitRepository {
  /**
   * Takes `cost` tokens from the bucket named by `key`, which holds at most `capacity` and gains `refillPerSecond`. One
   * conditional update, so that all processes share the bucket (the generic cell rate algorithm, ITU-T I.371, which is a
   * token bucket kept as one instant). `retryAfterMs` is 0 when they were taken, else how long until they could be.
   */
  take(
    key: string,
    bucket: { capacity: number; refillPerSecond: number; cost: number },
    nowMs: number,
  ): Promise<{ retryAfterMs: number }>;
  /** Takes one token for each key, of which some may be the same, from buckets of one kind; answers in their order. */
  takeEach(
    keys: readonly string[],
    bucket: { capacity: number; refillPerSecond: number },
    nowMs: number,
  ): Promise<{ retryAfterMs: number }[]>;
  /** Fills the bucket again. */
  reset(key: string): Promise<void>;
  /** Forgets buckets that have been full since before the instant. */
  prune(beforeMs: number): Promise<number>;
}

export interface SeenMessageRepository {
  /** True the first time, false for a repetition; in the transaction of what it guards. */
  record(scope: string, messageId: string, nowMs: number): Promise<boolean>;
  /** Whether it was recorded; only `record` decides who is first. */
  has(scope: string, messageId: string): Promise<boolean>;
  prune(beforeMs: number): Promise<number>;
}

export interface StoredResponse {
  /** Hash of the request that the response answered, hex. */
  requestHash: string;
  status: number;
  body: string;
}

export interface IdempotencyRepository {
  find(scope: string, key: string): Promise<StoredResponse | null>;
  /** False when the key is taken. */
  insert(
    scope: string,
    key: string,
    response: StoredResponse,
    nowMs: number,
  ): Promise<boolean>;
  prune(beforeMs: number): Promise<number>;
}

/** Who changed what. `before` and `after` hold no secrets. */
export interface AuditLogEntry {
  id: number;
  atMs: number;
  /** The account's e-mail address, or `system`. */
  actor: string;
  accountId: number | null;
  /** As `alert_source.update`. */
  action: string;
  objectKind: string;
  objectId: number;
  /** JSON object of what changed. */
  detail: string;
}

export interface AuditLogRepository {
  add(entry: Omit<AuditLogEntry, "id">): Promise<void>;
  /** Newest first. */
  list(
    filter: { objectKind?: string; objectId?: number },
    page: PageRequest,
  ): Promise<Page<AuditLogEntry>>;
}
