/** Role, password and state of a login. There is always an enabled admin left. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { shownAccount } from "./create_account.ts";
import { given } from "../given.ts";
import { checkPassword } from "./password_rules.ts";
import { hashPassword } from "./passwords.ts";
import { type Change, recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";

export type AccountPatch = Partial<
  Pick<UserAccount, "email" | "passwordHash" | "role" | "enabled">
>;

type Tx = Pick<
  Repositories,
  "accounts" | "auditLog" | "rateLimits" | "sessions"
>;

export interface AccountChange {
  email?: string | undefined;
  password?: string | undefined;
  role?: UserAccount["role"] | undefined;
  enabled?: boolean | undefined;
}

/** Promises the patch for these wishes, or throws what is wrong with the password. Hashes, so outside of any transaction. */
export async function prepareChange(
  { email, password, role, enabled }: AccountChange,
  presentEmail: string,
): Promise<AccountPatch> {
  const login = email?.toLowerCase();
  const patch = given({ email: login, role, enabled });
  if (password === undefined) return patch;
  checkPassword(password, { email: login ?? presentEmail, field: "password" });
  return { ...patch, passwordHash: await hashPassword(password) };
}

type By = { by: Change["by"]; nowMs: number };

/**
 * Promises the changed account; to be called in a transaction. Refuses to take the last admin away. With another password,
 * or switched off, its browsers are logged out, all but `keepSessionId`: whoever knew the old password is out too.
 */
export async function changeAccount(
  tx: Tx,
  { before, patch, keepSessionId = null }: {
    before: UserAccount;
    patch: AccountPatch;
    keepSessionId?: number | null;
  },
  { by, nowMs }: By,
): Promise<UserAccount> {
  await oneAtATime(tx, nowMs);
  const after = await tx.accounts.update(before.id, patch, nowMs);
  if (!after) throw notFound("account", before.id);
  await keepAnAdmin(tx, before, "change");
  if (patch.passwordHash !== undefined || !after.enabled) {
    await tx.sessions.deleteByAccount(before.id, keepSessionId);
  }
  const action = patch.passwordHash === undefined
    ? "account.update"
    : "account.change_password";
  await recordChange(tx, {
    by,
    action,
    objectId: before.id,
    before: shownAccount(before),
    after: shownAccount(after),
  }, nowMs);
  return after;
}

/** Promises that the account is gone, its tokens with it; to be called in a transaction. */
export async function deleteAccount(
  tx: Tx,
  account: UserAccount,
  { by, nowMs }: By,
): Promise<void> {
  await oneAtATime(tx, nowMs);
  if (!await tx.accounts.delete(account.id)) {
    throw notFound("account", account.id);
  }
  await keepAnAdmin(tx, account, "delete");
  await recordChange(tx, {
    by,
    action: "account.delete",
    objectId: account.id,
    before: shownAccount(account),
    after: null,
  }, nowMs);
}

/** Thrown after the write, so that the transaction takes it back. */
async function keepAnAdmin(
  tx: Tx,
  before: UserAccount,
  verb: string,
): Promise<void> {
  const wasAdmin = before.role === "admin" && before.enabled;
  if (!wasAdmin || await tx.accounts.countAdmins() > 0) return;
  throw new RefusedError(
    "conflict",
    "last_admin",
    `Cannot ${verb} account ${before.email}: it is the last enabled admin. Make somebody else an admin first.`,
  );
}

/**
 * Two admins who demote each other at the same moment would each still see the other. Writing one common row makes the
 * second wait for the first, whatever the isolation level.
 */
async function oneAtATime(tx: Tx, nowMs: number): Promise<void> {
  const bucket = { capacity: 1_000_000, refillPerSecond: 1_000_000, cost: 1 };
  await tx.rateLimits.take("lock:accounts", bucket, nowMs);
}
