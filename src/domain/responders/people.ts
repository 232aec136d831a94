/** Teams, the people who can be paged, and how each of them is reached. */
import type { Urgency } from "../intake/alert.ts";

export const ROLES = ["viewer", "responder", "admin"] as const;
/** What an account may do: `viewer` reads, `responder` also acts on incidents, `admin` everything. */
export type Role = (typeof ROLES)[number];

/** Promises whether `role` may do what `needed` may. */
export function allows(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export interface Team {
  id: number;
  name: string;
  description: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A person who can be paged; may have no login. */
export interface Responder {
  id: number;
  name: string;
  /** For mail that is not a page, and the login where there is an account; a page goes to contact methods only. */
  email: string;
  /** IANA name, as `Europe/London`. */
  timeZone: string;
  /** Wants to be told when an incident they were paged for is over. */
  notifyOnResolve: boolean;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A responder's login. The password itself is never kept: `passwordHash` is an argon2id PHC string. */
export interface UserAccount {
  id: number;
  responderId: number;
  /** Lower case, unique. */
  email: string;
  passwordHash: string;
  role: Role;
  enabled: boolean;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface ApiToken {
  id: number;
  name: string;
  /** The first characters, to look the token up and to show which one it is; not secret. */
  tokenId: string;
  /** SHA-256 of the whole token, hex. */
  tokenHash: string;
  role: Role;
  accountId: number;
  createdAtMs: number;
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
}

export const CHANNEL_KINDS = ["sms", "whatsapp", "email"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** One way to reach a responder. `address` is E.164 with `+` for sms and whatsapp, an addr-spec for email. */
export interface ContactMethod {
  id: number;
  responderId: number;
  channel: ChannelKind;
  address: string;
  label: string;
  enabled: boolean;
  /**
   * When somebody last proved with a code that this address on this channel reaches them; null: nobody has. An unverified
   * method is paged all the same: a pager that stays silent is worse than one that is wrong.
   */
  verifiedAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** "For this urgency use this contact method after so many minutes." */
export interface ContactRule {
  id: number;
  responderId: number;
  urgency: Urgency;
  contactMethodId: number;
  delayMinutes: number;
}

/** A responder with all that is needed to page them. */
export interface ReachableResponder {
  id: number;
  name: string;
  notifyOnResolve: boolean;
  contactMethods: ContactMethod[];
  contactRules: ContactRule[];
}
