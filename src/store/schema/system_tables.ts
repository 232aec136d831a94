/** The tables of nodes, jobs, limits, logs and the like, as the compiler sees them. See schema.ts. */
import type { Flag, Id, Instant, Json } from "./column_types.ts";

export interface JobRunTable {
  name: string;
  node: string;
  started_at_ms: Instant;
  duration_ms: number;
  outcome: string;
  message: string;
  runs: number;
  failures: number;
}

export interface NodeTable {
  name: string;
  hostname: string;
  version: string;
  schema_version: number;
  phase: string;
  delivers: Flag;
  escalates: Flag;
  started_at_ms: Instant;
  last_seen_at_ms: Instant;
}

export interface BackupTable {
  id: Id;
  slot_at_ms: Instant | null;
  node: string;
  state: "running" | "done" | "failed";
  attempt: number;
  claimable_at_ms: Instant | null;
  began_at_ms: Instant;
  ended_at_ms: Instant | null;
  location: string | null;
  size_bytes: number | null;
  error: string | null;
}

export interface RateLimitTable {
  key: string;
  /** Microseconds since the epoch. */
  full_at_us: number;
}

export interface SeenMessageTable {
  scope: string;
  message_id: string;
  seen_at_ms: Instant;
}

export interface IdempotencyKeyTable {
  scope: string;
  key: string;
  request_hash: string;
  status: number;
  body: string;
  created_at_ms: Instant;
}

export interface AuditLogEntryTable {
  id: Id;
  at_ms: Instant;
  actor: string;
  account_id: number | null;
  action: string;
  object_kind: string;
  object_id: number;
  detail: Json;
}

export interface SchemaMigrationTable {
  version: number;
  name: string;
  checksum: string;
  applied_at_ms: Instant;
}
