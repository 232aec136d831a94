-- Rotations in layers, and overrides that name whom they replace.

ALTER TABLE schedule_entries ADD COLUMN replaces_responder_id BIGINT REFERENCES responders (id) ON DELETE RESTRICT;

CREATE INDEX schedule_entries_by_replaced ON schedule_entries (replaces_responder_id)
  WHERE replaces_responder_id IS NOT NULL;

-- A later position wins. The rotation is JSON; its wall-clock times are those of the schedule's zone.
CREATE TABLE schedule_layers (
  id @identity@,
  schedule_id BIGINT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name @text@ NOT NULL,
  kind TEXT NOT NULL,
  rotation TEXT,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX schedule_layers_by_schedule ON schedule_layers (schedule_id, position, id);

-- Whom the JSON of a rotation names, kept beside it so that the database refuses to delete somebody on a rota.
CREATE TABLE schedule_layer_members (
  layer_id BIGINT NOT NULL REFERENCES schedule_layers (id) ON DELETE CASCADE,
  responder_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE RESTRICT,
  PRIMARY KEY (layer_id, responder_id)
);

CREATE INDEX schedule_layer_members_by_responder ON schedule_layer_members (responder_id);
