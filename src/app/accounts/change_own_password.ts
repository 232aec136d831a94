/** Changing what one logs in with oneself: the present password is asked first, so that an open browser is not enough. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { authenticatePassword } from "./authenticate.ts";
import { changeAccount } from "./change_account.ts";
import { checkPassword } from "./password_rules.ts";
import { hashPassword } from "./passwords.ts";
import { invalid } from "../refused_error.ts";

interface Deps {
  store: Store;
  clock: Clock;
}

export interface OwnPassword {
  account: UserAccount;
  current: string;
  wanted: string;
  /** Where the request comes from, for throttling. */
  addressKey: string;
  /** The session that goes on; all others end. null: all end. */
  keepSessionId: number | null;
}

/** Promises the password changed. Refuses the field `current_password` or `new_password`. */
export async function changeOwnPassword(
  deps: Deps,
  { account, current, wanted, addressKey, keepSessionId }: OwnPassword,
): Promise<void> {
  const { email } = account;
  checkPassword(wanted, { email, field: "new_password" });
  const before = await demandCurrent(deps, { email, current, addressKey });
  const patch = { passwordHash: await hashPassword(wanted) };
  const nowMs = deps.clock();
  await deps.store.transaction((tx) =>
    changeAccount(tx, { before, patch, keepSessionId }, { by: account, nowMs })
  );
}

/** Promises the account, once its present password was given; refuses the field `current_password`. */
export async function demandCurrent(
  deps: Deps,
  { email, current, addressKey }: {
    email: string;
    current: string;
    addressKey: string;
  },
): Promise<UserAccount> {
  const attempt = { email, password: current, addressKey };
  const account = await authenticatePassword(deps, attempt);
  if (account) return account;
  throw invalid("current_password", "The current password is not right.");
}
