-- Everything PagerPal remembers, in SQL that SQLite and PostgreSQL read alike.
--
-- The two words between at-signs are where they differ; src/store/migrations.ts puts in what each of them needs:
--   identity  a number that the database gives to a new row and never gives again
--   text      text that is compared byte by byte, and whose lower() knows ASCII only, on both databases alike
--
-- Instants are epoch milliseconds and end in _at_ms or _until_ms, JSON is TEXT, flags are 0 or 1.

CREATE TABLE teams (
  id @identity@,
  name @text@ NOT NULL UNIQUE,
  description TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX teams_by_name ON teams (lower(name), id);

CREATE TABLE responders (
  id @identity@,
  name @text@ NOT NULL,
  email @text@ NOT NULL UNIQUE,
  time_zone TEXT NOT NULL,
  notify_on_resolve INTEGER NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX responders_by_name ON responders (lower(name), id);

CREATE TABLE team_members (
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  PRIMARY KEY (team_id, responder_id)
);

CREATE INDEX team_members_by_responder ON team_members (responder_id);

CREATE TABLE contact_methods (
  id @identity@,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  label TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX contact_methods_by_responder ON contact_methods (responder_id, id);

CREATE TABLE contact_rules (
  id @identity@,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  urgency TEXT NOT NULL,
  contact_method_id BIGINT NOT NULL REFERENCES contact_methods (id) ON DELETE CASCADE,
  delay_minutes DOUBLE PRECISION NOT NULL
);

CREATE INDEX contact_rules_by_responder ON contact_rules (responder_id, id);
CREATE INDEX contact_rules_by_contact_method ON contact_rules (contact_method_id);

CREATE TABLE user_accounts (
  id @identity@,
  responder_id BIGINT NOT NULL UNIQUE REFERENCES responders (id) ON DELETE RESTRICT,
  email @text@ NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE TABLE api_tokens (
  id @identity@,
  name TEXT NOT NULL,
  token_id TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES user_accounts (id) ON DELETE CASCADE,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT,
  last_used_at_ms BIGINT
);

CREATE INDEX api_tokens_by_account ON api_tokens (account_id, id);

CREATE TABLE schedules (
  id @identity@,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
  name @text@ NOT NULL,
  description TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  UNIQUE (team_id, name)
);

CREATE INDEX schedules_by_name ON schedules (lower(name), id);

-- A responder with an entry cannot be deleted: nobody leaves a rota unseen.
CREATE TABLE schedule_entries (
  id @identity@,
  schedule_id BIGINT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL,
  starts_at_ms BIGINT NOT NULL,
  ends_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE INDEX schedule_entries_by_end ON schedule_entries (schedule_id, ends_at_ms);
CREATE INDEX schedule_entries_by_responder ON schedule_entries (responder_id);

CREATE TABLE escalation_policies (
  id @identity@,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
  name @text@ NOT NULL,
  description TEXT NOT NULL,
  steps TEXT NOT NULL,
  repeat_count INTEGER NOT NULL,
  acknowledgement_timeout_minutes DOUBLE PRECISION,
  fallback TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  UNIQUE (team_id, name)
);

CREATE INDEX escalation_policies_by_name ON escalation_policies (lower(name), id);

-- What the JSON of a policy names, kept beside it so that the database refuses to delete a target.
CREATE TABLE escalation_policy_targets (
  id @identity@,
  policy_id BIGINT NOT NULL REFERENCES escalation_policies (id) ON DELETE CASCADE,
  responder_id BIGINT REFERENCES responders (id) ON DELETE RESTRICT,
  schedule_id BIGINT REFERENCES schedules (id) ON DELETE RESTRICT,
  team_id BIGINT REFERENCES teams (id) ON DELETE RESTRICT
);

CREATE INDEX escalation_policy_targets_by_policy ON escalation_policy_targets (policy_id);
CREATE INDEX escalation_policy_targets_by_responder ON escalation_policy_targets (responder_id);
CREATE INDEX escalation_policy_targets_by_schedule ON escalation_policy_targets (schedule_id);
CREATE INDEX escalation_policy_targets_by_team ON escalation_policy_targets (team_id);

CREATE TABLE alert_sources (
  id @identity@,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
  name @text@ NOT NULL,
  kind TEXT NOT NULL,
  escalation_policy_id BIGINT NOT NULL REFERENCES escalation_policies (id) ON DELETE RESTRICT,
  enabled INTEGER NOT NULL,
  key_id TEXT NOT NULL UNIQUE,
  key_hash TEXT NOT NULL,
  settings TEXT NOT NULL,
  sns TEXT NOT NULL,
  last_alert_at_ms BIGINT,
  last_problem TEXT,
  last_problem_at_ms BIGINT,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  UNIQUE (team_id, name)
);

CREATE INDEX alert_sources_by_name ON alert_sources (lower(name), id);
CREATE INDEX alert_sources_by_policy ON alert_sources (escalation_policy_id);

-- The latest episode of each key that its source itself has declared over.
CREATE TABLE alert_source_recoveries (
  source_id BIGINT NOT NULL REFERENCES alert_sources (id) ON DELETE CASCADE,
  external_id TEXT NOT NULL,
  starts_at_ms BIGINT NOT NULL,
  received_at_ms BIGINT NOT NULL,
  PRIMARY KEY (source_id, external_id)
);

CREATE INDEX alert_source_recoveries_by_receipt ON alert_source_recoveries (received_at_ms);

-- The long columns come last: SQLite then finds the short ones without walking through the overflow pages.
CREATE TABLE incidents (
  id @identity@,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
  source_id BIGINT NOT NULL REFERENCES alert_sources (id) ON DELETE RESTRICT,
  external_id @text@ NOT NULL,
  title @text@ NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  is_test INTEGER NOT NULL,
  opened_at_ms BIGINT NOT NULL,
  triggered_at_ms BIGINT NOT NULL,
  acknowledged_at_ms BIGINT,
  acknowledged_by TEXT,
  acknowledged_by_responder_id BIGINT,
  resolved_at_ms BIGINT,
  resolved_by TEXT,
  resolved_by_actor TEXT,
  starts_at_ms BIGINT,
  latest_starts_at_ms BIGINT,
  alert_count BIGINT NOT NULL,
  last_alert_at_ms BIGINT NOT NULL,
  next_step INTEGER NOT NULL,
  round INTEGER NOT NULL,
  next_action_at_ms BIGINT,
  snoozed_until_ms BIGINT,
  exhausted_at_ms BIGINT,
  auto_resolve_at_ms BIGINT,
  refired INTEGER NOT NULL,
  version BIGINT NOT NULL,
  description @text@ NOT NULL,
  links TEXT NOT NULL,
  labels TEXT NOT NULL,
  policy TEXT NOT NULL,
  payload TEXT NOT NULL
);

CREATE UNIQUE INDEX incidents_open_by_key ON incidents (source_id, external_id) WHERE status <> 'resolved';
CREATE INDEX incidents_resolved_by_key ON incidents (source_id, external_id, resolved_at_ms) WHERE status = 'resolved';
CREATE INDEX incidents_by_opening ON incidents (opened_at_ms, id);
CREATE INDEX incidents_by_team ON incidents (team_id, opened_at_ms, id);
CREATE INDEX incidents_by_source ON incidents (source_id, opened_at_ms, id);
CREATE INDEX incidents_by_acknowledger ON incidents (acknowledged_by_responder_id)
  WHERE acknowledged_by_responder_id IS NOT NULL;
CREATE INDEX incidents_open_by_opening ON incidents (opened_at_ms, id) WHERE status <> 'resolved';
CREATE INDEX incidents_open_by_next_action ON incidents (next_action_at_ms, id) WHERE status <> 'resolved';
CREATE INDEX incidents_open_by_age_limit ON incidents (auto_resolve_at_ms, id) WHERE status <> 'resolved';
CREATE INDEX incidents_without_next_action ON incidents (id)
  WHERE status = 'triggered' AND is_test = 0 AND exhausted_at_ms IS NULL AND next_action_at_ms IS NULL;

CREATE TABLE timeline_entries (
  id @identity@,
  incident_id BIGINT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL
);

CREATE INDEX timeline_entries_by_incident ON timeline_entries (incident_id, id);

-- A notification keeps its address, so the responder and the contact method that it names may be deleted. Its severity
-- is the one of its incident, 0 to 3, kept here for the order of claims.
CREATE TABLE notifications (
  id @identity@,
  incident_id BIGINT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  responder_id BIGINT NOT NULL,
  contact_method_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  kind TEXT NOT NULL,
  step INTEGER NOT NULL,
  round INTEGER NOT NULL,
  state TEXT NOT NULL,
  severity_rank INTEGER NOT NULL,
  due_at_ms BIGINT NOT NULL,
  first_due_at_ms BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until_ms BIGINT,
  claimable_at_ms BIGINT GENERATED ALWAYS AS (
    CASE state WHEN 'queued' THEN due_at_ms WHEN 'sending' THEN lease_until_ms END
  ) STORED,
  maybe_sent_twice INTEGER NOT NULL,
  provider TEXT,
  provider_message_id TEXT,
  error TEXT,
  sent_at_ms BIGINT,
  delivered_at_ms BIGINT,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX notifications_by_incident ON notifications (incident_id, id);
CREATE INDEX notifications_by_responder ON notifications (responder_id, incident_id);
CREATE INDEX notifications_claimable ON notifications (claimable_at_ms) WHERE claimable_at_ms IS NOT NULL;
-- In the order in which senders claim: ten thousand that are due cost a claim no more than ten.
CREATE INDEX notifications_by_turn ON notifications (channel, severity_rank DESC, due_at_ms, id, claimable_at_ms)
  WHERE claimable_at_ms IS NOT NULL;
CREATE INDEX notifications_by_idempotency_key ON notifications (idempotency_key);
CREATE INDEX notifications_by_provider_message ON notifications (provider_message_id)
  WHERE provider_message_id IS NOT NULL;

CREATE TABLE job_runs (
  name TEXT NOT NULL,
  node TEXT NOT NULL,
  started_at_ms BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  message TEXT NOT NULL,
  runs BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  PRIMARY KEY (name, node)
);

CREATE INDEX job_runs_by_start ON job_runs (started_at_ms);

-- One instant per bucket, in microseconds: when it will be full again.
CREATE TABLE rate_limits (
  key TEXT NOT NULL PRIMARY KEY,
  full_at_us BIGINT NOT NULL
);

CREATE INDEX rate_limits_by_full ON rate_limits (full_at_us);

CREATE TABLE seen_messages (
  scope TEXT NOT NULL,
  message_id TEXT NOT NULL,
  seen_at_ms BIGINT NOT NULL,
  PRIMARY KEY (scope, message_id)
);

CREATE INDEX seen_messages_by_age ON seen_messages (seen_at_ms);

CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);

CREATE TABLE audit_log_entries (
  id @identity@,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  account_id BIGINT,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  detail TEXT NOT NULL
);

CREATE INDEX audit_log_entries_by_object ON audit_log_entries (object_kind, object_id, id);
