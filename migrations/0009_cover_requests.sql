-- "Take my Friday 18:00 to Saturday 09:00": asked of one colleague, or of the whole team (asked_id is null).
CREATE TABLE cover_requests (
  id @identity@,
  schedule_id BIGINT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  requester_id BIGINT NOT NULL REFERENCES responders (id) ON DELETE CASCADE,
  asked_id BIGINT REFERENCES responders (id) ON DELETE CASCADE,
  starts_at_ms BIGINT NOT NULL,
  ends_at_ms BIGINT NOT NULL,
  note TEXT NOT NULL,
  status TEXT NOT NULL,
  answered_by_id BIGINT REFERENCES responders (id) ON DELETE SET NULL,
  answered_at_ms BIGINT,
  override_ids TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

CREATE INDEX cover_requests_by_schedule ON cover_requests (schedule_id, id);
CREATE INDEX cover_requests_by_requester ON cover_requests (requester_id, id);
CREATE INDEX cover_requests_by_asked ON cover_requests (asked_id, id) WHERE asked_id IS NOT NULL;
CREATE INDEX cover_requests_by_answerer ON cover_requests (answered_by_id) WHERE answered_by_id IS NOT NULL;
CREATE INDEX cover_requests_open ON cover_requests (ends_at_ms, id) WHERE status = 'open';
