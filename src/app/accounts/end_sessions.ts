/** Logging browsers out from the account page. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { recordChange } from "../record_change.ts";
import { notFound } from "../refused_error.ts";

type Tx = Pick<Repositories, "sessions" | "auditLog">;

/** Promises that this session of the account has ended; to be called in a transaction. */
export async function endOwnSession(
  tx: Tx,
  { id, by }: { id: number; by: UserAccount },
  nowMs: number,
): Promise<void> {
  const own = await tx.sessions.listByAccount(by.id);
  const session = own.find((one) => one.id === id);
  if (!session) throw notFound("session", id);
  await tx.sessions.delete(id);
  const { address } = session;
  await recordChange(tx, {
    by,
    action: "session.end",
    objectId: id,
    before: { address },
    after: null,
  }, nowMs);
}

/** Promises how many sessions of the account have ended, all but `keepId`; to be called in a transaction. */
export async function endOtherSessions(
  tx: Tx,
  { keepId, by }: { keepId: number; by: UserAccount },
  nowMs: number,
): Promise<number> {
  const ended = await tx.sessions.deleteByAccount(by.id, keepId);
  await recordChange(tx, {
    by,
    action: "account.end_other_sessions",
    objectId: by.id,
    before: null,
    after: { ended },
  }, nowMs);
  return ended;
}
