/** The tables of people, how they are reached, and how they log in, as the compiler sees them. See schema.ts. */
import type { Flag, Id, Instant, Stamps } from "./column_types.ts";

export interface TeamTable extends Stamps {
  id: Id;
  name: string;
  description: string;
}

export interface ResponderTable extends Stamps {
  id: Id;
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: Flag;
}

export interface TeamMemberTable {
  team_id: number;
  responder_id: number;
}

export interface ContactMethodTable extends Stamps {
  id: Id;
  responder_id: number;
  channel: string;
  address: string;
  label: string;
  enabled: Flag;
  verified_at_ms: Instant | null;
}

export interface ContactVerificationTable {
  contact_method_id: number;
  channel: string;
  address: string;
  salt: string;
  code_hash: string;
  tries: number;
  created_at_ms: Instant;
  expires_at_ms: Instant;
}

export interface ContactRuleTable {
  id: Id;
  responder_id: number;
  urgency: string;
  contact_method_id: number;
  delay_minutes: number;
}

export interface UserAccountTable extends Stamps {
  id: Id;
  responder_id: number;
  email: string;
  password_hash: string;
  role: string;
  enabled: Flag;
}

export interface ApiTokenTable {
  id: Id;
  name: string;
  token_id: string;
  token_hash: string;
  role: string;
  account_id: number;
  created_at_ms: Instant;
  expires_at_ms: Instant | null;
  last_used_at_ms: Instant | null;
}

export interface SessionTable {
  id: Id;
  token_hash: string;
  account_id: number;
  created_at_ms: Instant;
  last_seen_at_ms: Instant;
  expires_at_ms: Instant;
  address: string;
  user_agent: string;
}
