/** Sends the code that shows that a contact method reaches its person. At once and not by the outbox: it is a secret. */
import type {
  ContactMethod,
  UserAccount,
} from "../../domain/responders/people.ts";
import {
  codeExpiresAtMs,
  codeFrom,
  VERIFICATION,
} from "../../domain/responders/verification.ts";
import type { SendResult } from "../../ports/channel.ts";
import type { Repositories } from "../../ports/store.ts";
import type { HashCode } from "./code_hash.ts";
import { recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";
import { type RandomBytes, sha256Hex } from "../secrets.ts";
import {
  demandSending,
  NO_PROVIDER,
  notSent,
  type SendNowDeps,
  throttle,
} from "../delivery/send_now.ts";

export interface VerificationDeps extends SendNowDeps {
  store: Pick<
    Repositories,
    "responders" | "verifications" | "rateLimits" | "auditLog"
  >;
  randomBytes: RandomBytes;
  hashCode: HashCode;
}

/** An admin who sets up a team sends some in a row. */
const PER_ACCOUNT = { capacity: 10, refillPerSecond: 1 / 360 };
/** Whoever has the address may be a stranger: three, then two an hour, from all accounts and contact methods together. */
const PER_ADDRESS = { capacity: 3, refillPerSecond: 1 / 1_800 };

/**
 * Promises that a new code is with the provider, until when it is good, and that any earlier one is not. Throws a refusal
 * when it could not be sent, in the provider's words, or when many were sent lately.
 */
export async function sendVerification(
  deps: VerificationDeps,
  { method, by }: { method: ContactMethod; by: UserAccount },
): Promise<{ expiresAtMs: number }> {
  const { store, clock, newId } = deps;
  const responder = await store.responders.find(method.responderId);
  if (!responder) throw notFound("responder", method.responderId);
  demandSending(deps, "no code");
  if (method.verifiedAtMs !== null) throw alreadyVerified();
  const nowMs = clock();
  await throttleCodes(deps, { method, by }, nowMs);
  const { code, salt, expiresAtMs } = await newCode(deps, method, nowMs);
  const result = await deps.sendMessage(method.channel, {
    kind: "verification",
    address: method.address,
    responderName: responder.name,
    idempotencyKey: newId(),
    code,
    validMinutes: VERIFICATION.validMinutes,
  });
  await recordChange(store, {
    by,
    action: "contact_method.send_code",
    objectId: method.id,
    before: null,
    after: { channel: method.channel, outcome: result?.outcome ?? "none" },
  }, nowMs);
  if (result?.outcome === "sent") return { expiresAtMs };
  // After a `retry` it may have left all the same, and is good if it has.
  if (result?.outcome !== "retry") {
    await store.verifications.delete(method.id, salt);
  }
  throw notSent(failureWords(result));
}

/** Keeps the hash before the code leaves: it may be typed in before the provider has answered. */
async function newCode(
  { store, randomBytes, hashCode }: VerificationDeps,
  method: ContactMethod,
  nowMs: number,
) {
  const { id: contactMethodId, channel, address } = method;
  const code = randomCode(randomBytes);
  const salt = randomBytes(16).toHex();
  const binding = { contactMethodId, channel, address, salt };
  const expiresAtMs = codeExpiresAtMs(nowMs);
  await store.verifications.put({
    ...binding,
    codeHash: hashCode(binding, code),
    createdAtMs: nowMs,
    expiresAtMs,
  });
  return { code, salt, expiresAtMs };
}

function randomCode(randomBytes: RandomBytes): string {
  for (;;) {
    const code = codeFrom(randomBytes(4));
    if (code !== null) return code;
  }
}

/** The account first: who is refused there must not use up an address that is not theirs. */
async function throttleCodes(
  { store: { rateLimits } }: VerificationDeps,
  { method, by }: { method: ContactMethod; by: UserAccount },
  nowMs: number,
): Promise<void> {
  const code = "too_many_codes";
  await throttle(rateLimits, {
    key: `verification:account:${by.id}`,
    bucket: PER_ACCOUNT,
    code,
    message: "You have sent many codes lately. Wait some minutes.",
  }, nowMs);
  const address = sha256Hex(method.address.toLowerCase());
  await throttle(rateLimits, {
    key: `verification:address:${address}`,
    bucket: PER_ADDRESS,
    code,
    message:
      "Many codes were sent to this address lately. Type in the newest one, or wait half an hour.",
  }, nowMs);
}

function failureWords(result: SendResult | null): string {
  if (result === null) return NO_PROVIDER;
  const error = result.outcome === "sent" ? "" : result.error;
  return result.outcome === "retry"
    ? `The code may not have left: ${error} If none arrives within a minute, send a new one.`
    : `The code was not sent: ${error}`;
}

function alreadyVerified(): RefusedError {
  return new RefusedError(
    "conflict",
    "already_verified",
    "This contact method is verified already.",
  );
}
