-- An attempt without an answer: the provider may have the message, and the next attempt may be the second to arrive.

ALTER TABLE notifications ADD COLUMN outcome_unknown INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notices ADD COLUMN outcome_unknown INTEGER NOT NULL DEFAULT 0;
