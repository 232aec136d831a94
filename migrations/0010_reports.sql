-- What the readiness check and the reports look up. Rows come into these indexes when a message is settled, so that
-- writing a page costs no more than before.

CREATE INDEX notifications_settled_by_contact_method ON notifications (contact_method_id, id)
  WHERE state IN ('sent', 'delivered', 'failed');
CREATE INDEX notifications_failed ON notifications (updated_at_ms) WHERE state = 'failed';
