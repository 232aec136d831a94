-- What the metrics ask at each scrape: the page that has waited longest, and the incidents for which everything was tried.

CREATE INDEX notifications_undelivered ON notifications (first_due_at_ms) WHERE claimable_at_ms IS NOT NULL;
CREATE INDEX incidents_exhausted ON incidents (id) WHERE status = 'triggered' AND exhausted_at_ms IS NOT NULL;
