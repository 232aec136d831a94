/** The keyed hash of a code that is on its way to a contact method. */
import { createHmac } from "node:crypto";
import type { PendingVerification } from "../../domain/responders/verification.ts";

/** What the hash is bound to besides the code: this contact method, this address, this one sending. */
export type CodeBinding = Pick<
  PendingVerification,
  "contactMethodId" | "channel" | "address" | "salt"
>;

/** Promises 64 hexadecimal digits. */
export type HashCode = (binding: CodeBinding, code: string) => string;

/**
 * Promises the hash under a key of its own, derived from the secret: a million codes are soon tried, so that without the
 * key a stolen database tells none of them.
 */
export function createCodeHash(secretKey: string): HashCode {
  const key = createHmac("sha256", secretKey).update("contact method codes")
    .digest();
  return ({ contactMethodId, channel, address, salt }, code) =>
    createHmac("sha256", key)
      .update(JSON.stringify([contactMethodId, channel, address, salt, code]))
      .digest("hex");
}
