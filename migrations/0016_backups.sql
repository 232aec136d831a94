-- When the database was backed up, and which node is at it.

-- slot_at_ms is the instant that a nightly backup is for, and so what nodes claim; null for one that somebody asked for.
-- claimable_at_ms: when another node may try, because the one at work is lost or the last try failed; null: none needs to.
CREATE TABLE backups (
  id @identity@,
  slot_at_ms BIGINT UNIQUE,
  node TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  claimable_at_ms BIGINT,
  began_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  location TEXT,
  size_bytes BIGINT,
  error TEXT
);

CREATE INDEX backups_by_begin ON backups (began_at_ms);
CREATE INDEX backups_by_end ON backups (state, ended_at_ms);
