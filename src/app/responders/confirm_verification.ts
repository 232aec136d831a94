/** Takes in a code that was typed, and marks the contact method as verified where it is the right one. */
import type {
  ContactMethod,
  UserAccount,
} from "../../domain/responders/people.ts";
import {
  type PendingVerification,
  typedCode,
  VERIFICATION,
} from "../../domain/responders/verification.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories, Store } from "../../ports/store.ts";
import type { HashCode } from "./code_hash.ts";
import {
  demandMethod,
  type MethodKey,
  shownMethod,
} from "./contact_methods.ts";
import { recordChange } from "../record_change.ts";
import { invalid, RefusedError } from "../refused_error.ts";
import { sameSecret } from "../secrets.ts";

export interface ConfirmDeps {
  store: Store;
  clock: Clock;
  hashCode: HashCode;
}

interface Typed {
  key: MethodKey;
  code: string;
  by: UserAccount;
}

type Outcome =
  | { kind: "verified"; method: ContactMethod }
  | { kind: "wrong"; triesLeft: number }
  | { kind: "none"; last: PendingVerification | null };

/**
 * Promises the verified contact method. A code is good for one success, five tries and fifteen minutes; a try is counted,
 * and stays counted, before the code is looked at. Throws a refusal that says what to do.
 */
export async function confirmVerification(
  deps: ConfirmDeps,
  { key, code, by }: Typed,
): Promise<ContactMethod> {
  const typed = typedCode(code);
  // What cannot be a code costs no try.
  if (typed === null) {
    throw invalid("code", `A code has ${VERIFICATION.digits} digits.`);
  }
  const nowMs = deps.clock();
  // Not thrown in the transaction: a wrong try must be written.
  const outcome = await deps.store.transaction((tx) =>
    tryCode(tx, { key, code: typed, by }, { ...deps, nowMs })
  );
  if (outcome.kind === "verified") return outcome.method;
  throw outcome.kind === "wrong"
    ? wrongCode(outcome.triesLeft)
    : noCode(outcome.last);
}

async function tryCode(
  tx: Repositories,
  { key, code, by }: Typed,
  { hashCode, nowMs }: ConfirmDeps & { nowMs: number },
): Promise<Outcome> {
  const before = await demandMethod(tx, key);
  const { id } = before;
  const pending = await tx.verifications.takeTry(id, nowMs);
  if (!pending) return { kind: "none", last: await tx.verifications.find(id) };
  if (!sameSecret(hashCode(pending, code), pending.codeHash)) {
    const triesLeft = VERIFICATION.tries - pending.tries;
    return { kind: "wrong", triesLeft };
  }
  await tx.verifications.delete(id);
  const method = await tx.responders.verifyContactMethod(id, pending, nowMs);
  if (!method) return { kind: "none", last: null };
  await recordChange(tx, {
    by,
    action: "contact_method.verify",
    objectId: id,
    before: shownMethod(before),
    after: shownMethod(method),
  }, nowMs);
  return { kind: "verified", method };
}

function wrongCode(triesLeft: number): RefusedError {
  const message = triesLeft === 0
    ? "That is not the code, and it was the last try. Send a new code."
    : `That is not the code. ${
      triesLeft === 1 ? "One try is" : `${triesLeft} tries are`
    } left.`;
  return new RefusedError("invalid", "wrong_code", message, { field: "code" });
}

function noCode(last: PendingVerification | null): RefusedError {
  const refusal = (code: string, message: string) =>
    new RefusedError("conflict", code, message);
  if (last === null) {
    return refusal("no_code", "There is no code to type in. Send one.");
  }
  return last.tries >= VERIFICATION.tries
    ? refusal(
      "code_used_up",
      `${VERIFICATION.tries} wrong codes were typed in, so this one is used up. Send a new code.`,
    )
    : refusal("code_expired", "The code has expired. Send a new code.");
}
