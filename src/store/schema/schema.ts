/** The tables as the compiler sees them. migrations/ is what the database sees; the contract suite holds both together. */
import type { Kysely } from "kysely";
import type {
  AlertSourceRecoveryTable,
  AlertSourceTable,
  EscalationPolicyTable,
  EscalationPolicyTargetTable,
  IncidentTable,
  NoticeTable,
  NotificationTable,
  PagePacingTable,
  PolicyTurnsTable,
  TimelineEntryTable,
} from "./paging_tables.ts";
import type {
  ApiTokenTable,
  ContactMethodTable,
  ContactRuleTable,
  ContactVerificationTable,
  ResponderTable,
  SessionTable,
  TeamMemberTable,
  TeamTable,
  UserAccountTable,
} from "./people_tables.ts";
import type {
  CalendarDraftTable,
  CalendarFeedTable,
  CoverRequestTable,
  LayerCalendarTable,
  LayerCalendarWindowTable,
  ScheduleEntryTable,
  ScheduleLayerMemberTable,
  ScheduleLayerTable,
  ScheduleTable,
} from "./schedule_tables.ts";
import type {
  AuditLogEntryTable,
  BackupTable,
  IdempotencyKeyTable,
  JobRunTable,
  NodeTable,
  RateLimitTable,
  SchemaMigrationTable,
  SeenMessageTable,
} from "./system_tables.ts";

/** All tables by name. */
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
