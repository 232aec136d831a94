/** The tables as the compiler sees them. migrations/ is what the database sees; the contract suite holds both together. */
import type { Generated, GeneratedAlways, Kysely } from "kysely";

type Id = Generated<number>;
/** Epoch milliseconds. */
type Instant = number;
/** 0 or 1. */
type Flag = number;
/** JSON text. */
type Json = string;

interface Stamps {
  created_at_ms: Instant;
  updated_at_ms: Instant;
}

export interface TeamTable extends Stamps {
  id: Id;
  name: string;
  description: string;
}

export interface ResponderTable extends Stamps {
  id: Id;
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: Flag;
}

export interface TeamMemberTable {
  team_id: number;
  responder_id: number;
}

export interface ContactMethodTable extends Stamps {
  id: Id;
  responder_id: number;
  channel: string;
  address: string;
  label: string;
  enabled: Flag;
  verified_at_ms: Instant | null;
}

export interface ContactVerificationTable {
  contact_method_id: number;
  channel: string;
  address: string;
  salt: string;
  code_hash: string;
  tries: number;
  created_at_ms: Instant;
  expires_at_ms: Instant;
}

export interface ContactRuleTable {
  id: Id;
  responder_id: number;
  urgency: string;
  contact_method_id: number;
  delay_minutes: number;
}

export interface UserAccountTable extends Stamps {
  id: Id;
  responder_id: number;
  email: string;
  password_hash: string;
  role: string;
  enabled: Flag;
}

export interface ApiTokenTable {
  id: Id;
  name: string;
  token_id: string;
  token_hash: string;
  role: string;
  account_id: number;
  created_at_ms: Instant;
  expires_at_ms: Instant | null;
  last_used_at_ms: Instant | null;
}

export interface SessionTable {
  id: Id;
  token_hash: string;
  account_id: number;
  created_at_ms: Instant;
  last_seen_at_ms: Instant;
  expires_at_ms: Instant;
  address: string;
  user_agent: string;
}

export interface ScheduleTable extends Stamps {
  id: Id;
  team_id: number;
  name: string;
  description: string;
  time_zone: string;
  handoff_notice_minutes: number | null;
}

export interface ScheduleEntryTable {
  id: Id;
  schedule_id: number;
  responder_id: number;
  kind: string;
  replaces_responder_id: number | null;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
  created_at_ms: Instant;
}

export interface ScheduleLayerTable extends Stamps {
  id: Id;
  schedule_id: number;
  position: number;
  name: string;
  kind: string;
  rotation: Json | null;
}

export interface ScheduleLayerMemberTable {
  layer_id: number;
  responder_id: number;
}

export interface LayerCalendarTable {
  layer_id: number;
  origin: string;
  sealed_url: string | null;
  shown_origin: string;
  people: Json;
  content: string;
  etag: string | null;
  last_modified: string | null;
  due_at_ms: Instant;
  read_at_ms: Instant | null;
  problem: string | null;
  problem_since_ms: Instant | null;
  report: Json;
  windows_hash: string;
}

export interface LayerCalendarWindowTable {
  id: Id;
  layer_id: number;
  responder_id: number;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
}

export interface CalendarFeedTable {
  id: Id;
  token_id: string;
  token_hash: string;
  account_id: number;
  schedule_id: number | null;
  with_gaps: Flag;
  created_at_ms: Instant;
  used_at_ms: Instant | null;
  content_hash: string;
  changed_at_ms: Instant;
}

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

export interface NotificationTable {
  id: Id;
  incident_id: number;
  responder_id: number;
  contact_method_id: number;
  channel: string;
  address: string;
  kind: string;
  step: number;
  round: number;
  state: string;
  /** Of the incident, 0 for the mildest. */
  severity_rank: number;
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
  /** The id of the worst message that was sent together with this one; null: it goes alone. */
  bundle_id: number | null;
  bundle_size: number | null;
  provider: string | null;
  provider_message_id: string | null;
  error: string | null;
  sent_at_ms: Instant | null;
  delivered_at_ms: Instant | null;
  created_at_ms: Instant;
  updated_at_ms: Instant;
}

export interface PagePacingTable {
  responder_id: number;
  channel: string;
  address: string;
  until_ms: Instant;
  severity_rank: number;
}

export interface NoticeTable extends Stamps {
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
  state: string;
  due_at_ms: Instant;
  first_due_at_ms: Instant;
  expires_at_ms: Instant;
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

export interface CalendarDraftTable {
  id: Id;
  account_id: number;
  schedule_id: number;
  layer_id: number | null;
  name: string;
  below_layer_id: number | null;
  origin: string;
  sealed_url: string | null;
  shown_origin: string;
  etag: string | null;
  last_modified: string | null;
  people: Json;
  content: string | null;
  created_at_ms: Instant;
}

export interface CoverRequestTable extends Stamps {
  id: Id;
  schedule_id: number;
  requester_id: number;
  asked_id: number | null;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
  note: string;
  status: string;
  answered_by_id: number | null;
  answered_at_ms: Instant | null;
  override_ids: Json;
}

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

export interface Schema {
  teams: TeamTable;
  responders: ResponderTable;
  team_members: TeamMemberTable;
  contact_methods: ContactMethodTable;
  contact_verifications: ContactVerificationTable;
  contact_rules: ContactRuleTable;
  user_accounts: UserAccountTable;
  api_tokens: ApiTokenTable;
  sessions: SessionTable;
  schedules: ScheduleTable;
  schedule_entries: ScheduleEntryTable;
  schedule_layers: ScheduleLayerTable;
  schedule_layer_members: ScheduleLayerMemberTable;
  layer_calendars: LayerCalendarTable;
  layer_calendar_windows: LayerCalendarWindowTable;
  calendar_drafts: CalendarDraftTable;
  calendar_feeds: CalendarFeedTable;
  escalation_policies: EscalationPolicyTable;
  escalation_policy_targets: EscalationPolicyTargetTable;
  policy_turns: PolicyTurnsTable;
  alert_sources: AlertSourceTable;
  alert_source_recoveries: AlertSourceRecoveryTable;
  incidents: IncidentTable;
  timeline_entries: TimelineEntryTable;
  notifications: NotificationTable;
  page_pacing: PagePacingTable;
  notices: NoticeTable;
  cover_requests: CoverRequestTable;
  job_runs: JobRunTable;
  nodes: NodeTable;
  backups: BackupTable;
  rate_limits: RateLimitTable;
  seen_messages: SeenMessageTable;
  idempotency_keys: IdempotencyKeyTable;
  audit_log_entries: AuditLogEntryTable;
  schema_migrations: SchemaMigrationTable;
}

export type Database = Kysely<Schema>;
