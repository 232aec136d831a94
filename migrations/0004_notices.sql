-- Messages to people that are not about an incident: that a shift begins, that somebody asks to be covered.

-- A notice keeps its address, so the contact method that it names may be deleted. It is data that expires: one that is
-- late is worth nothing, and is cancelled instead of sent.
CREATE TABLE notices (
  id @identity@,
  dedup_key @text@ NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  contact_method_id BIGINT,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  link TEXT,
  state TEXT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  first_due_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
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

CREATE INDEX notices_claimable ON notices (claimable_at_ms, id) WHERE claimable_at_ms IS NOT NULL;
CREATE INDEX notices_by_turn ON notices (channel, claimable_at_ms, id) WHERE claimable_at_ms IS NOT NULL;
CREATE INDEX notices_by_responder ON notices (responder_id, id);
CREATE INDEX notices_by_idempotency_key ON notices (idempotency_key);
CREATE INDEX notices_by_provider_message ON notices (provider_message_id) WHERE provider_message_id IS NOT NULL;
CREATE INDEX notices_by_creation ON notices (created_at_ms);

-- Null: nobody is told. So it is with the schedules that are there already.
ALTER TABLE schedules ADD COLUMN handoff_notice_minutes INTEGER;

CREATE INDEX schedules_with_handoff_notices ON schedules (id) WHERE handoff_notice_minutes IS NOT NULL;
