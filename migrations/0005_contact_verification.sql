-- Whether somebody has proved that a contact method reaches them, and the codes that are on their way.

ALTER TABLE contact_methods ADD COLUMN verified_at_ms BIGINT;

-- One code at most for each contact method; a new one replaces it. It belongs to the channel and the address that it was
-- sent to, whatever the contact method has become since.
CREATE TABLE contact_verifications (
  contact_method_id BIGINT NOT NULL PRIMARY KEY REFERENCES contact_methods (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  salt TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  tries INTEGER NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL
);

CREATE INDEX contact_verifications_by_expiry ON contact_verifications (expires_at_ms);
