/** Who is it? Passwords with throttling, and API tokens. */
import type { ApiToken, UserAccount } from "../../domain/responders/people.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories } from "../../ports/store.ts";
import { noteUse } from "./note_use.ts";
import { verifyPassword } from "./passwords.ts";
import { RefusedError } from "../refused_error.ts";
import { apiTokenId, sameHash, sha256Hex } from "../secrets.ts";

type Deps = {
  store: Pick<Repositories, "accounts" | "tokens" | "rateLimits">;
  clock: Clock;
};

/** `addressKey` names where the attempt comes from; for IPv6 it is the network, not the one address. */
export interface LoginAttempt {
  email: string;
  password: string;
  addressKey: string;
}

// One person at one place has ten tries, then two a minute. The wider buckets stop one place that tries many accounts,
// and many places that try one account; the last is wide, because it also stops the account's owner.
const BUCKETS = {
  pair: { capacity: 10, refillPerSecond: 1 / 30, cost: 1 },
  address: { capacity: 60, refillPerSecond: 0.5, cost: 1 },
  account: { capacity: 200, refillPerSecond: 1, cost: 1 },
};

const LAST_USE_GRAIN_MS = 60_000;
// RFC 5321, section 4.5.3.1: a path has at most 256 octets with its angle brackets.
const LONGEST_EMAIL = 254;

/**
 * Promises the enabled account with this e-mail address and password, or null. An unknown account, a wrong password
 * and a disabled account cost the same work. Throws a `throttled` refusal, right password or not, when there were too
 * many attempts for this account or from this place.
 */
export async function authenticatePassword(
  { store, clock }: Deps,
  { email, password, addressKey }: LoginAttempt,
): Promise<UserAccount | null> {
  const who = sha256Hex(email.toLowerCase()).slice(0, 32);
  const pair = `login:pair:${who}:${addressKey}`;
  const nowMs = clock();
  for (
    const [key, bucket] of [
      [pair, BUCKETS.pair],
      [`login:address:${addressKey}`, BUCKETS.address],
      [`login:account:${who}`, BUCKETS.account],
    ] as const
  ) {
    const { retryAfterMs } = await store.rateLimits.take(key, bucket, nowMs);
    if (retryAfterMs > 0) throw throttled(retryAfterMs);
  }
  const account = isStorableEmail(email)
    ? await store.accounts.findByEmail(email)
    : null;
  const matches = await verifyPassword(account?.passwordHash ?? null, password);
  if (account === null || !matches || !account.enabled) return null;
  await store.rateLimits.reset(pair);
  return account;
}

/** Promises the token and its enabled account; null when the token is unknown, wrong, expired or its account disabled. */
export async function authenticateToken(
  { store, clock }: Deps,
  text: string,
): Promise<{ token: ApiToken; account: UserAccount } | null> {
  const tokenId = apiTokenId(text) ?? "--------";
  const found = await store.tokens.findByTokenId(tokenId);
  const matches = sameHash(
    sha256Hex(text),
    found?.token.tokenHash ?? "0".repeat(64),
  );
  if (found === null || !matches || !found.account.enabled) return null;
  const nowMs = clock();
  const { expiresAtMs, lastUsedAtMs } = found.token;
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return null;
  if (lastUsedAtMs === null || nowMs - lastUsedAtMs >= LAST_USE_GRAIN_MS) {
    await noteUse(store.tokens.recordUse(found.token.id, nowMs));
  }
  return found;
}

/** Promises whether a database can be asked for it: a NUL in a text makes PostgreSQL fail. */
export function isStorableEmail(email: string): boolean {
  return email.length <= LONGEST_EMAIL && /^[^\s\p{Cc}]+$/u.test(email);
}

function throttled(retryAfterMs: number): RefusedError {
  return new RefusedError(
    "throttled",
    "too_many_logins",
    "There were too many login attempts for this account or from this address. Wait, then try again.",
    { retryAfterMs },
  );
}
