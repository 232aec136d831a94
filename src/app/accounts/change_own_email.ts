/** Changing the address that one logs in with oneself. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { changeAccount } from "./change_account.ts";
import { demandCurrent } from "./change_own_password.ts";
import { updateRow } from "../resource.ts";
import { responderResource } from "../responders/responder_fields.ts";

/**
 * Promises that the account has the address, which must be a valid one, and so has its responder where it had the old
 * one. Refuses the field `current_password`.
 */
export async function changeOwnEmail(
  deps: { store: Store; clock: Clock },
  { account, wanted, current, addressKey }: {
    account: UserAccount;
    wanted: string;
    current: string;
    addressKey: string;
  },
): Promise<void> {
  const attempt = { email: account.email, current, addressKey };
  const before = await demandCurrent(deps, attempt);
  const email = wanted.toLowerCase();
  const by = account;
  const nowMs = deps.clock();
  await deps.store.transaction(async (tx) => {
    await changeAccount(tx, { before, patch: { email } }, { by, nowMs });
    const responder = await tx.responders.find(account.responderId);
    if (responder?.email.toLowerCase() !== account.email) return;
    await updateRow(tx, {
      resource: responderResource,
      id: responder.id,
      fields: { email },
      by,
      nowMs,
    });
  });
}
