-- What the operator UI needs: sessions, and indexes for what its first page says.

CREATE TABLE sessions (
  id @identity@,
  token_hash TEXT NOT NULL UNIQUE,
  account_id BIGINT NOT NULL REFERENCES user_accounts (id) ON DELETE CASCADE,
  created_at_ms BIGINT NOT NULL,
  last_seen_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
);

CREATE INDEX sessions_by_account ON sessions (account_id, id);
CREATE INDEX sessions_by_last_use ON sessions (last_seen_at_ms);

CREATE INDEX incidents_open_by_rank ON incidents (status, severity, opened_at_ms, id) WHERE status <> 'resolved';
CREATE INDEX notifications_by_creation ON notifications (created_at_ms, state);
