/** The tables of sources and policies, incidents and the messages about them, as the compiler sees them. See schema.ts. */
import type { Generated, GeneratedAlways } from "kysely";
import type { Flag, Id, Instant, Json, Stamps } from "./column_types.ts";

export interface EscalationPolicyTable extends Stamps {
  id: Id;
  team_id: number;
  name: string;
  description: string;
  steps: Json;
  repeat_count: number;
  acknowledgement_timeout_minutes: number | null;
  fallback: Json;
}

export interface EscalationPolicyTargetTable {
  id: Id;
  policy_id: number;
  responder_id: number | null;
  schedule_id: number | null;
  team_id: number | null;
}

export interface PolicyTurnsTable {
  policy_id: number;
  step: number;
  turns: number;
}

export interface AlertSourceTable extends Stamps {
  id: Id;
  team_id: number;
  name: string;
  kind: string;
  escalation_policy_id: number;
  enabled: Flag;
  key_id: string;
  key_hash: string;
  settings: Json;
  sns: Json;
  last_alert_at_ms: Instant | null;
  last_problem: string | null;
  last_problem_at_ms: Instant | null;
}

export interface AlertSourceRecoveryTable {
  source_id: number;
  external_id: string;
  starts_at_ms: Instant;
  received_at_ms: Instant;
}

export interface IncidentTable {
  id: Id;
  team_id: number;
  source_id: number;
  external_id: string;
  title: string;
  severity: string;
  status: string;
  is_test: Flag;
  opened_at_ms: Instant;
  triggered_at_ms: Instant;
  acknowledged_at_ms: Instant | null;
  acknowledged_by: Json | null;
  /** The id inside `acknowledged_by` where a responder did it, for filters. */
  acknowledged_by_responder_id: number | null;
  resolved_at_ms: Instant | null;
  resolved_by: string | null;
  resolved_by_actor: Json | null;
  starts_at_ms: Instant | null;
  latest_starts_at_ms: Instant | null;
  alert_count: number;
  last_alert_at_ms: Instant;
  next_step: number;
  round: number;
  next_action_at_ms: Instant | null;
  snoozed_until_ms: Instant | null;
  exhausted_at_ms: Instant | null;
  auto_resolve_at_ms: Instant | null;
  refired: Flag;
  version: number;
  description: string;
  links: Json;
  labels: Json;
  policy: Json;
  payload: string;
}

export interface TimelineEntryTable {
  id: Id;
  incident_id: number;
  kind: string;
  at_ms: Instant;
  actor: Json;
  detail: Json;
}

/** What the rows of both outboxes say of the sending. */
export interface OutboxTable extends Stamps {
  state: string;
  due_at_ms: Instant;
  first_due_at_ms: Instant;
  idempotency_key: string;
  attempt: number;
  lease_owner: string | null;
  lease_until_ms: Instant | null;
  /** When it is due, or its lease over; null when there is nothing left to send. */
  claimable_at_ms: GeneratedAlways<Instant | null>;
  maybe_sent_twice: Flag;
  outcome_unknown: Generated<Flag>;
  provider: string | null;
  provider_message_id: string | null;
  error: string | null;
  sent_at_ms: Instant | null;
  delivered_at_ms: Instant | null;
}

export interface NotificationTable extends OutboxTable {
  id: Id;
  incident_id: number;
  responder_id: number;
  contact_method_id: number;
  channel: string;
  address: string;
  kind: string;
  step: number;
  round: number;
  /** Of the incident, 0 for the mildest. */
  severity_rank: number;
  /** The id of the worst message that was sent together with this one; null: it goes alone. */
  bundle_id: number | null;
  bundle_size: number | null;
}

export interface PagePacingTable {
  responder_id: number;
  channel: string;
  address: string;
  until_ms: Instant;
  severity_rank: number;
}

export interface NoticeTable extends OutboxTable {
  id: Id;
  dedup_key: string;
  kind: string;
  about: Json;
  responder_id: number;
  contact_method_id: number | null;
  channel: string;
  address: string;
  subject: string;
  text: string;
  link: string | null;
  expires_at_ms: Instant;
}
