/** A login for a responder. */
import type { Role, UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { checkPassword } from "./password_rules.ts";
import { hashPassword } from "./passwords.ts";
import { type Change, recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";

export interface NewAccount {
  responderId: number;
  /** null: the responder's own address. */
  email: string | null;
  password: string;
  role: Role;
}

/**
 * Promises the hash for `insertAccount`, or throws what is wrong with the password. Apart from the insertion, because
 * hashing takes its time and must not hold a transaction open.
 */
export async function prepareAccount(
  repositories: Pick<Repositories, "responders">,
  account: NewAccount,
): Promise<{ email: string; passwordHash: string }> {
  const responder = await repositories.responders.find(account.responderId);
  if (!responder) throw notFound("responder", account.responderId);
  const email = (account.email ?? responder.email).toLowerCase();
  checkPassword(account.password, { email, field: "password" });
  return { email, passwordHash: await hashPassword(account.password) };
}

/** Promises the new, enabled account; to be called in a transaction. A responder has at most one. */
export async function insertAccount(
  tx: Pick<Repositories, "accounts" | "auditLog">,
  account: Pick<UserAccount, "responderId" | "email" | "passwordHash" | "role">,
  { by, nowMs }: { by: Change["by"]; nowMs: number },
): Promise<UserAccount> {
  if (await tx.accounts.findByResponder(account.responderId)) {
    throw new RefusedError(
      "conflict",
      "account_exists",
      `Responder ${account.responderId} has an account already.`,
    );
  }
  const inserted = await tx.accounts.insert(
    { ...account, enabled: true },
    nowMs,
  );
  await recordChange(tx, {
    by,
    action: "account.create",
    objectId: inserted.id,
    before: null,
    after: shownAccount(inserted),
  }, nowMs);
  return inserted;
}

/** Promises what the audit log may hold of an account. */
export function shownAccount(account: UserAccount): Record<string, unknown> {
  const { responderId, email, role, enabled } = account;
  return { responder_id: responderId, email, role, enabled };
}
