-- Calendars that somebody looks at before they are saved: what is shown is what will be, and nothing is fetched twice.

-- layer_id is null for what is to be a new layer. content is null where only the names of the layer's own text change.
-- below_layer_id says where a new layer is to lie; it may be gone by then, and is on top then.
CREATE TABLE calendar_drafts (
  id @identity@,
  account_id BIGINT NOT NULL REFERENCES user_accounts (id) ON DELETE CASCADE,
  schedule_id BIGINT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  layer_id BIGINT REFERENCES layer_calendars (layer_id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  below_layer_id BIGINT,
  origin TEXT NOT NULL,
  sealed_url TEXT,
  shown_origin TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  people TEXT NOT NULL,
  content TEXT,
  created_at_ms BIGINT NOT NULL
);

CREATE INDEX calendar_drafts_by_account ON calendar_drafts (account_id, id);
CREATE INDEX calendar_drafts_by_schedule ON calendar_drafts (schedule_id);
CREATE INDEX calendar_drafts_by_layer ON calendar_drafts (layer_id) WHERE layer_id IS NOT NULL;
CREATE INDEX calendar_drafts_by_age ON calendar_drafts (created_at_ms);
