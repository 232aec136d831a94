-- Calendars that are kept elsewhere as layers, and our own as feeds.

-- Beside its row in schedule_layers, whose kind is `calendar`. The text is kept because recurring events are read some
-- way ahead only and have to be read again as time goes on.
CREATE TABLE layer_calendars (
  layer_id BIGINT NOT NULL PRIMARY KEY REFERENCES schedule_layers (id) ON DELETE CASCADE,
  origin TEXT NOT NULL,
  sealed_url TEXT,
  shown_origin TEXT NOT NULL,
  people TEXT NOT NULL,
  content TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  due_at_ms BIGINT NOT NULL,
  read_at_ms BIGINT,
  problem TEXT,
  problem_since_ms BIGINT,
  report TEXT NOT NULL,
  windows_hash TEXT NOT NULL
);

CREATE INDEX layer_calendars_by_due ON layer_calendars (due_at_ms, layer_id);

-- Whoever has a window to come is also in schedule_layer_members, which keeps the row from being deleted.
CREATE TABLE layer_calendar_windows (
  id @identity@,
  layer_id BIGINT NOT NULL REFERENCES layer_calendars (layer_id) ON DELETE CASCADE,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  starts_at_ms BIGINT NOT NULL,
  ends_at_ms BIGINT NOT NULL
);

CREATE INDEX layer_calendar_windows_by_layer ON layer_calendar_windows (layer_id, ends_at_ms);
CREATE INDEX layer_calendar_windows_by_responder ON layer_calendar_windows (responder_id, ends_at_ms);

-- schedule_id is null in the feed of all shifts of the account's responder.
CREATE TABLE calendar_feeds (
  id @identity@,
  token_id TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES user_accounts (id) ON DELETE CASCADE,
  schedule_id BIGINT REFERENCES schedules (id) ON DELETE CASCADE,
  with_gaps INTEGER NOT NULL DEFAULT 0,
  created_at_ms BIGINT NOT NULL,
  used_at_ms BIGINT,
  content_hash TEXT NOT NULL DEFAULT '',
  changed_at_ms BIGINT NOT NULL
);

CREATE INDEX calendar_feeds_by_account ON calendar_feeds (account_id, id);
CREATE INDEX calendar_feeds_by_schedule ON calendar_feeds (schedule_id, id);
