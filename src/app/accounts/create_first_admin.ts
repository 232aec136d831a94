/** The first account, made in the browser while there is none. */
import { z } from "zod";
import type { UserAccount } from "../../domain/responders/people.ts";
import { cleanLine } from "../../domain/text.ts";
import type { Repositories, Store } from "../../ports/store.ts";
import { insertAccount } from "./create_account.ts";
import { checkPassword } from "./password_rules.ts";
import { hashPassword } from "./passwords.ts";
import { invalid, RefusedError } from "../refused_error.ts";

export interface FirstAdmin {
  name: string;
  email: string;
  password: string;
  /** IANA name. */
  timeZone: string;
}

/** Promises whether nobody can log in yet, because no account was ever made. */
export async function isUnclaimed(
  { accounts }: Pick<Repositories, "accounts">,
): Promise<boolean> {
  return (await accounts.list({ page: 1, pageSize: 1 })).total === 0;
}

/** Promises the new admin with a responder of its own; refuses when there is an account already. */
export async function createFirstAdmin(
  store: Store,
  wanted: FirstAdmin,
  nowMs: number,
): Promise<UserAccount> {
  const name = cleanLine(wanted.name, 100);
  const email = wanted.email.trim().toLowerCase();
  if (name === "") throw invalid("name", "Write your name.");
  if (!z.email().max(254).safeParse(email).success) {
    throw invalid("email", "Write an e-mail address, as maya@example.com.");
  }
  if (!isTimeZone(wanted.timeZone)) {
    throw invalid("time_zone", "Choose a time zone from the list.");
  }
  checkPassword(wanted.password, { email, field: "password" });
  const passwordHash = await hashPassword(wanted.password);
  return await store.transaction(async (tx) => {
    await oneAtATime(tx, nowMs);
    if (!await isUnclaimed(tx)) {
      throw new RefusedError(
        "conflict",
        "already_set_up",
        "PagerPal has an account already. Log in, or ask an admin for an account.",
      );
    }
    const responderId = (await tx.responders.findByEmail(email))?.id ??
      await insertResponder(tx, { ...wanted, name, email }, nowMs);
    return await insertAccount(
      tx,
      { responderId, email, passwordHash, role: "admin" },
      { by: null, nowMs },
    );
  });
}

/** With a contact method, so that the last resort of every escalation policy reaches somebody from the start. */
async function insertResponder(
  { responders }: Pick<Repositories, "responders">,
  { name, email, timeZone }: FirstAdmin,
  nowMs: number,
): Promise<number> {
  const { id } = await responders.insert(
    { name, email, timeZone, notifyOnResolve: true },
    nowMs,
  );
  await responders.insertContactMethod({
    responderId: id,
    channel: "email",
    address: email,
    label: "E-mail",
    enabled: true,
  }, nowMs);
  return id;
}

/** Promises whether the name is an IANA time zone that this process knows. */
export function isTimeZone(name: string): boolean {
  // An offset is no zone: it knows no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Two who send the form at the same moment: writing one common row makes the second see the first one's account. */
async function oneAtATime(
  { rateLimits }: Pick<Repositories, "rateLimits">,
  nowMs: number,
): Promise<void> {
  const bucket = { capacity: 1_000_000, refillPerSecond: 1_000_000, cost: 1 };
  await rateLimits.take("lock:accounts", bucket, nowMs);
}
