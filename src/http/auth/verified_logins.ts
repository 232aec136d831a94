/**
 * Remembers for a minute that a password was right, so that a script that sends it with every request does not pay for
 * argon2id each time. Nothing in it can be turned back into a password without the process's memory.
 */
import { createHmac } from "node:crypto";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { RandomBytes } from "../../app/secrets.ts";
import type { Clock } from "../../ports/clock.ts";

const REMEMBERED_MS = 60_000;
const MOST = 1_000;

interface Verified {
  accountId: number;
  /** The hash that the password was right for; another one means that the password has changed. */
  passwordHash: string;
  untilMs: number;
}

export class VerifiedLogins {
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #verified = new Map<string, Verified>();

  constructor(clock: Clock, randomBytes: RandomBytes) {
    this.#clock = clock;
    this.#key = randomBytes(32);
  }

  /** Promises the id of the account whose password this was less than a minute ago, with the hash of then; else null. */
  recall(email: string, password: string): Verified | null {
    const name = this.#name(email, password);
    const verified = this.#verified.get(name);
    if (!verified) return null;
    if (verified.untilMs > this.#clock()) return verified;
    this.#verified.delete(name);
    return null;
  }

  remember(account: UserAccount, password: string): void {
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= MOST && oldest !== undefined) {
      this.#verified.delete(oldest);
    }
    this.#verified.set(this.#name(account.email, password), {
      accountId: account.id,
      passwordHash: account.passwordHash,
      untilMs: this.#clock() + REMEMBERED_MS,
    });
  }

  #name(email: string, password: string): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([email.toLowerCase(), password]))
      .digest("base64");
  }
}
