/** Sessions of browsers that are logged in. */
import type { Selectable } from "kysely";
import type { UserAccount } from "../../domain/responders/people.ts";
import type {
  LoginSession,
  SessionRepository,
} from "../../ports/session_repository.ts";
import { accountOf } from "./accounts.ts";
import { instant } from "../statements/column.ts";
import {
  deleteById,
  PRUNE_BATCH,
  pruneBatches,
} from "../statements/deletion.ts";
import type { SessionTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

const MOST_LISTED = 100;

export class Sessions implements SessionRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async findByTokenHash(
    tokenHash: string,
  ): Promise<{ session: LoginSession; account: UserAccount } | null> {
    const db = this.#session.read;
    const row = await db.selectFrom("sessions").selectAll()
      .where("token_hash", "=", tokenHash).executeTakeFirst();
    if (row === undefined) return null;
    const account = await db.selectFrom("user_accounts").selectAll()
      .where("id", "=", row.account_id).executeTakeFirst();
    if (account === undefined) return null;
    return { session: sessionOf(row), account: accountOf(account) };
  }

  async listByAccount(accountId: number): Promise<LoginSession[]> {
    const rows = await this.#session.read.selectFrom("sessions").selectAll()
      .where("account_id", "=", accountId)
      .orderBy("last_seen_at_ms", "desc").orderBy("id", "desc")
      .limit(MOST_LISTED).execute();
    return rows.map(sessionOf);
  }

  insert(session: Omit<LoginSession, "id">): Promise<LoginSession> {
    return this.#session.write(async (db) =>
      sessionOf(
        await db.insertInto("sessions").values({
          token_hash: session.tokenHash,
          account_id: session.accountId,
          created_at_ms: instant(session.createdAtMs),
          last_seen_at_ms: instant(session.lastSeenAtMs),
          expires_at_ms: instant(session.expiresAtMs),
          address: session.address,
          user_agent: session.userAgent,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  async recordUse(id: number, nowMs: number): Promise<void> {
    const at = instant(nowMs);
    await this.#session.write(
      (db) =>
        db.updateTable("sessions").set({ last_seen_at_ms: at })
          .where("id", "=", id).where("last_seen_at_ms", "<", at).execute(),
      { durable: false },
    );
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "sessions", id);
  }

  deleteByAccount(
    accountId: number,
    exceptId: number | null,
  ): Promise<number> {
    return this.#session.write(async (db) => {
      let query = db.deleteFrom("sessions").where("account_id", "=", accountId);
      if (exceptId !== null) query = query.where("id", "<>", exceptId);
      const { numDeletedRows } = await query.executeTakeFirst();
      return Number(numDeletedRows);
    });
  }

  async prune(idleBeforeMs: number, nowMs: number): Promise<number> {
    const idle = instant(idleBeforeMs);
    const now = instant(nowMs);
    return await pruneBatches(this.#session, async (db) => {
      const { numDeletedRows } = await db.deleteFrom("sessions")
        .where(
          "id",
          "in",
          (eb) =>
            eb.selectFrom("sessions").select("id")
              .where((or) =>
                or.or([
                  or("last_seen_at_ms", "<", idle),
                  or("expires_at_ms", "<=", now),
                ])
              ).limit(PRUNE_BATCH),
        ).executeTakeFirst();
      return { numAffectedRows: numDeletedRows };
    });
  }
}

function sessionOf(row: Selectable<SessionTable>): LoginSession {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    accountId: row.account_id,
    createdAtMs: row.created_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    address: row.address,
    userAgent: row.user_agent,
  };
}
