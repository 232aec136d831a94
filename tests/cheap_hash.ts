/** Passwords of fixtures. */
import { hash } from "@node-rs/argon2";

/**
 * Promises an argon2id hash like those of src/app/accounts/passwords.ts but with the least cost there is: a hash says itself what
 * it costs to check, and tests that log in for every request would spend their time on that.
 */
export function cheapHash(password: string): Promise<string> {
  return hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
}
