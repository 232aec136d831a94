-- The processes of this PagerPal. Each writes its own row every few seconds, and says so when it stops.

CREATE TABLE nodes (
  name TEXT NOT NULL PRIMARY KEY,
  hostname TEXT NOT NULL,
  version TEXT NOT NULL,
  schema_version BIGINT NOT NULL,
  phase TEXT NOT NULL,
  delivers INTEGER NOT NULL,
  escalates INTEGER NOT NULL,
  started_at_ms BIGINT NOT NULL,
  last_seen_at_ms BIGINT NOT NULL
);

CREATE INDEX nodes_by_last_seen ON nodes (last_seen_at_ms);
