/** The account itself. */
import { z } from "zod";
import { changeAccount } from "../../src/app/accounts/change_account.ts";
import { insertAccount } from "../../src/app/accounts/create_account.ts";
import { checkPassword } from "../../src/app/accounts/password_rules.ts";
import { hashPassword } from "../../src/app/accounts/passwords.ts";
import { cleanLine } from "../../src/domain/text.ts";
import type { UserAccount } from "../../src/domain/responders/people.ts";
import type { Repositories, Store } from "../../src/ports/store.ts";
import { CommandError } from "../command.ts";

export interface Admin {
  /** As readEmail gives it. */
  email: string;
  /** null: the part of the address before the @. */
  name: string | null;
  password: string;
  /** True: the account must exist; false: it must not. */
  reset: boolean;
}

const LONGEST_NAME = 100;

/** Promises the address in lower case, or throws CommandError. */
export function readEmail(text: string): string {
  const parsed = z.email().max(254).safeParse(text.trim());
  if (parsed.success) return parsed.data.toLowerCase();
  throw new CommandError(
    `${JSON.stringify(text)} is no e-mail address, as maya@example.com.`,
    2,
  );
}

/**
 * Promises an enabled admin account of this address and password, all in one transaction. A responder of the address
 * gets the account; without one a responder is made, whom e-mail reaches, so that the fallback of every escalation
 * policy finds somebody.
 */
export async function saveAdmin(
  store: Store,
  { email, name, password, reset }: Admin,
  nowMs: number,
): Promise<void> {
  checkPassword(password, { email, field: "password" });
  const passwordHash = await hashPassword(password);
  const by = { by: null, nowMs };
  await store.transaction(async (tx) => {
    const before = await tx.accounts.findByEmail(email);
    refuseMistake(before, { email, reset });
    if (before) {
      const patch = { passwordHash, role: "admin", enabled: true } as const;
      await changeAccount(tx, { before, patch }, by);
      return;
    }
    const responderId = (await tx.responders.findByEmail(email))?.id ??
      await insertResponder(tx, { email, name }, nowMs);
    await insertAccount(
      tx,
      { responderId, email, passwordHash, role: "admin" },
      by,
    );
  });
}

/** Throws CommandError when an account is there that is to be created, or is not there that is to be reset. */
export function refuseMistake(
  account: UserAccount | null,
  { email, reset }: { email: string; reset: boolean },
): void {
  if (account && !reset) {
    throw new CommandError(
      `${email} has an account already. To set a new password add --reset-password.`,
    );
  }
  if (!account && reset) {
    throw new CommandError(
      `There is no account ${email}. To create it leave --reset-password out.`,
    );
  }
}

async function insertResponder(
  tx: Repositories,
  { email, name }: Pick<Admin, "email" | "name">,
  nowMs: number,
): Promise<number> {
  const mailbox = email.slice(0, email.lastIndexOf("@"));
  const { id } = await tx.responders.insert({
    name: cleanLine(name ?? mailbox, LONGEST_NAME),
    email,
    timeZone: "UTC",
    notifyOnResolve: false,
  }, nowMs);
  await tx.responders.insertContactMethod({
    responderId: id,
    channel: "email",
    address: email,
    label: "E-mail",
    enabled: true,
  }, nowMs);
  return id;
}
