/** Sessions of the operator UI: begun by a login, ended by a logout, by time, or by whoever owns the account. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LoginSession } from "../../ports/session_repository.ts";
import type { Repositories } from "../../ports/store.ts";
import { noteUse } from "./note_use.ts";
import { type RandomBytes, sha256Hex } from "../secrets.ts";

/** OWASP Session Management Cheat Sheet, "Session Expiration": both an idle and an absolute limit. */
export const SESSION_LIMITS = {
  idleMs: 12 * 3_600_000,
  absoluteMs: 14 * 86_400_000,
} as const;

const USE_GRAIN_MS = 60_000;
const TOKEN_BYTES = 32;
const LONGEST_TEXT = 300;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface SessionDeps {
  store: Pick<Repositories, "sessions">;
  clock: Clock;
  randomBytes: RandomBytes;
}

/**
 * Promises a new session and its token, which is kept nowhere else. A session that the browser had before ends, so that
 * a token from before the login is worth nothing after it.
 */
export async function beginSession(
  { store, clock, randomBytes }: SessionDeps,
  { account, replaces, address, userAgent }: {
    account: UserAccount;
    /** The token that the browser sent with the login, if any. */
    replaces: string | null;
    address: string;
    userAgent: string;
  },
): Promise<{ token: string; session: LoginSession }> {
  if (replaces !== null) await endSession({ store }, replaces);
  const nowMs = clock();
  const token = randomBytes(TOKEN_BYTES).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const session = await store.sessions.insert({
    tokenHash: sha256Hex(token),
    accountId: account.id,
    createdAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_LIMITS.absoluteMs,
    address: address.slice(0, LONGEST_TEXT),
    userAgent: userAgent.slice(0, LONGEST_TEXT),
  });
  return { token, session };
}

/** Promises the live session of the token with its enabled account, and notes the use; null when there is none. */
export async function findSession(
  { store, clock }: Pick<SessionDeps, "store" | "clock">,
  token: string,
): Promise<{ session: LoginSession; account: UserAccount } | null> {
  if (!TOKEN.test(token)) return null;
  const found = await store.sessions.findByTokenHash(sha256Hex(token));
  if (!found || !found.account.enabled) return null;
  const nowMs = clock();
  const { session } = found;
  if (nowMs >= endsAtMs(session)) return null;
  if (nowMs - session.lastSeenAtMs >= USE_GRAIN_MS) {
    await noteUse(store.sessions.recordUse(session.id, nowMs));
  }
  return found;
}

/** Promises that the token is worth nothing any more, whether it was or not. */
export async function endSession(
  { store }: Pick<SessionDeps, "store">,
  token: string,
): Promise<void> {
  if (!TOKEN.test(token)) return;
  const found = await store.sessions.findByTokenHash(sha256Hex(token));
  if (found) await store.sessions.delete(found.session.id);
}

/** When the session ends if it is not used again, epoch milliseconds. */
export function endsAtMs(session: LoginSession): number {
  return Math.min(
    session.expiresAtMs,
    session.lastSeenAtMs + SESSION_LIMITS.idleMs,
  );
}
