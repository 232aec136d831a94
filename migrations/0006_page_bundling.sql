-- Many pages to one person on one channel go as one message.

-- The messages of one bundle were sent as one: they share its idempotency key, and its id is that of the worst of them.
ALTER TABLE notifications ADD COLUMN bundle_id BIGINT;
ALTER TABLE notifications ADD COLUMN bundle_size INTEGER;

CREATE INDEX notifications_by_bundle ON notifications (bundle_id) WHERE bundle_id IS NOT NULL;
CREATE INDEX notifications_by_recipient ON notifications (responder_id, channel, address, claimable_at_ms)
  WHERE claimable_at_ms IS NOT NULL;

-- Until when further messages to a person on a channel wait to go together, and the most severe of what went so far: 0
-- to 3 for a page, -1 for a resolution. Its row is the lock by which senders agree.
CREATE TABLE page_pacing (
  responder_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  severity_rank INTEGER NOT NULL,
  PRIMARY KEY (responder_id, channel, address)
);

CREATE INDEX page_pacing_by_end ON page_pacing (until_ms);
