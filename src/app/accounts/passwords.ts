/** Passwords as argon2id hashes (RFC 9106), with the parameters of the OWASP Password Storage Cheat Sheet. */
import { RefusedError } from "../refused_error.ts";

// 19 MiB, two passes, one lane. argon2id is the library's default algorithm; its enum cannot be imported, being a
// `const enum`.
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// A well-formed hash that no password matches, so that an unknown account costs what a known one does.
const DECOY =
  `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$` +
  "cGFnZXJwYWwtZGVjb3ktc2FsdA$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

const AT_ONCE = 4;
const MOST_WAITING = 64;

/** Longer passwords are refused, so that hashing them cannot be made expensive. */
export const LONGEST_PASSWORD = 1_024;

let running = 0;
const waiting: (() => void)[] = [];

/** Promises an argon2id PHC string. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(async () => {
    const { hash } = await argon2();
    return await hash(password, PARAMETERS);
  });
}

/**
 * Promises whether the password belongs to the hash. With null, which stands for an account that is not there, the
 * answer is no, after the same work. Refuses as busy when too many are waiting already.
 */
export function verifyPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  const bounded = password.slice(0, LONGEST_PASSWORD);
  return inTurn(async () => {
    const { verify } = await argon2();
    const matches = await verify(passwordHash ?? DECOY, bounded);
    return matches && passwordHash !== null && bounded === password;
  });
}

/** The native library is loaded by the first password, and not by every start. */
function argon2() {
  return import("@node-rs/argon2");
}

/** Bounds the memory and the threads that a flood of logins can take. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) {
      throw new RefusedError(
        "busy",
        "too_many_logins",
        "Too many logins are being checked at the moment. Try again in a few seconds.",
        { retryAfterMs: 5_000 },
      );
    }
    // The one who leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((enter) => waiting.push(enter));
  } else {
    running++;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
