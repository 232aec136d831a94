-- Which handoffs people have been told of lately: where one does not happen after all, they are told that.

CREATE INDEX notices_told ON notices (expires_at_ms, id)
  WHERE kind = 'handoff' AND state IN ('sent', 'delivered');
