/** Browsers that are logged in. The token itself is in the browser's cookie only; here is its hash. */
import type { UserAccount } from "../domain/responders/people.ts";

export interface LoginSession {
  id: number;
  /** SHA-256 of the token, hex. */
  tokenHash: string;
  accountId: number;
  createdAtMs: number;
  /** Exact to a minute. */
  lastSeenAtMs: number;
  /** The session ends here however much it is used. */
  expiresAtMs: number;
  /** Where it was begun: the client's address and what its browser calls itself, at most 300 characters each. */
  address: string;
  userAgent: string;
}

export interface SessionRepository {
  findByTokenHash(
    tokenHash: string,
  ): Promise<{ session: LoginSession; account: UserAccount } | null>;
  /** Last used first, at most 100. */
  listByAccount(accountId: number): Promise<LoginSession[]>;
  insert(session: Omit<LoginSession, "id">): Promise<LoginSession>;
  /** Moves the last use forward. May be lost when the machine fails. */
  recordUse(id: number, nowMs: number): Promise<void>;
  delete(id: number): Promise<boolean>;
  /** Ends all sessions of the account but the one; tells how many. */
  deleteByAccount(accountId: number, exceptId: number | null): Promise<number>;
  /** Forgets sessions that were last used before `idleBeforeMs` or have expired at `nowMs`. */
  prune(idleBeforeMs: number, nowMs: number): Promise<number>;
}
