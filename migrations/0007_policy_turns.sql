-- How many turns a round-robin step has given. No foreign key: an incident keeps its copy of a policy that has been deleted.
CREATE TABLE policy_turns (
  policy_id BIGINT NOT NULL,
  step INTEGER NOT NULL,
  turns BIGINT NOT NULL,
  PRIMARY KEY (policy_id, step)
);
