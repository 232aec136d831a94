/** Notices, whose rows are an outbox of their own. */
import { type RawBuilder, sql } from "kysely";
import type {
  HandoffNotice,
  NewNotice,
  Notice,
} from "../../domain/notices/notice.ts";
import type {
  NoticeClaim,
  NoticeRepository,
} from "../../ports/notice_repository.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { newNoticeColumns, noticeOf, sendingColumns } from "./notice_row.ts";
import { releaseLeases } from "../delivery/leases.ts";
import { PRUNE_BATCH, pruneBatches } from "../statements/deletion.ts";
import { chunks, within } from "../statements/page.ts";
import type { DialectName, Session } from "../connection/session.ts";

const MOST_CLAIMED = 500;
const MOST_LISTED = 200;
/** A row has 26 columns, and SQLite takes 32,766 parameters. */
const ROWS_PER_INSERT = 500;
const IDS_PER_QUERY = 500;
// Written out as in the partial index; a bound parameter hides the value from the planner.
const TOLD_HANDOFF = sql<
  boolean
>`kind = 'handoff' AND state IN ('sent', 'delivered')`;
const TOO_LATE = "It could not be sent while it was worth something.";

export class Notices implements NoticeRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<Notice | null> {
    const row = await this.#session.read.selectFrom("notices").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? noticeOf(row) : null;
  }

  async listByResponder(responderId: number, limit: number): Promise<Notice[]> {
    const rows = await this.#session.read.selectFrom("notices").selectAll()
      .where("responder_id", "=", responderId).orderBy("id", "desc")
      .limit(within(limit, 0, MOST_LISTED)).execute();
    return rows.map(noticeOf);
  }

  async insert(notices: NewNotice[]): Promise<number> {
    if (notices.length === 0) return 0;
    return await this.#session.write(async (db) => {
      let written = 0;
      for (const some of chunks(notices, ROWS_PER_INSERT)) {
        const rows = await db.insertInto("notices")
          .values(some.map(newNoticeColumns))
          .onConflict((conflict) => conflict.column("dedup_key").doNothing())
          .returning("id").execute();
        written += rows.length;
      }
      return written;
    });
  }

  async claim(claim: NoticeClaim): Promise<Notice[]> {
    const limit = within(claim.limit, 0, MOST_CLAIMED);
    if (limit === 0) return [];
    const nowMs = instant(claim.nowMs);
    const untried = claim.firstAttemptsOnly ? sql`AND attempt = 0` : sql``;
    // Mostly there is none, and for that no alert need wait: a transaction of SQLite's holds up every other.
    const due = await sql`
      SELECT id FROM notices
      WHERE channel = ${claim.channel} AND claimable_at_ms <= ${nowMs}
        AND expires_at_ms > ${nowMs} ${untried}
      LIMIT 1`.execute(this.#session.read);
    if (due.rows.length === 0) return [];
    return await this.#session.write(async (db) => {
      // The outer WHERE says again what the inner one says: PostgreSQL may have chosen a row just before another
      // sender took it.
      const { rows } = await sql<{ id: number }>`
        WITH due AS MATERIALIZED (
          SELECT id FROM notices
          WHERE channel = ${claim.channel} AND claimable_at_ms <= ${nowMs}
            AND expires_at_ms > ${nowMs} ${untried}
          ORDER BY claimable_at_ms, id
          LIMIT ${limit}
          ${this.#locked()}
        )
        UPDATE notices SET
          state = 'sending',
          attempt = attempt + 1,
          lease_owner = ${claim.owner},
          lease_until_ms = ${instant(claim.leaseUntilMs)},
          maybe_sent_twice = CASE state WHEN 'sending' THEN 1 ELSE maybe_sent_twice END,
          updated_at_ms = ${nowMs}
        WHERE id IN (SELECT id FROM due) AND claimable_at_ms <= ${nowMs} ${untried}
        RETURNING id`.execute(db);
      if (rows.length === 0) return [];
      const ids = inFewLengths(rows.map(({ id }) => id));
      const claimed = await db.selectFrom("notices").selectAll()
        .where("id", "in", ids).orderBy("due_at_ms").orderBy("id").execute();
      return claimed.map(noticeOf);
    });
  }

  settle(
    notice: Notice,
    held: { owner: string; attempt: number },
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notices")
        .set(sendingColumns(notice))
        .where("id", "=", notice.id)
        .where("state", "=", "sending")
        .where("lease_owner", "=", held.owner)
        .where("attempt", "=", held.attempt)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  save(
    notice: Notice,
    read: Pick<Notice, "state" | "attempt">,
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notices")
        .set(sendingColumns(notice))
        .where("id", "=", notice.id)
        .where("state", "=", read.state)
        .where("attempt", "=", read.attempt)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async findByProviderMessageIds(ids: string[]): Promise<Notice[]> {
    const found = new Map<number, Notice>();
    for (const chunk of chunks([...new Set(ids)], IDS_PER_QUERY)) {
      const some = inFewLengths(chunk);
      const rows = await this.#session.read.selectFrom("notices").selectAll()
        .where((eb) =>
          eb.or([
            eb("provider_message_id", "in", some),
            eb("idempotency_key", "in", some),
          ])
        )
        .orderBy("id").execute();
      for (const row of rows) found.set(row.id, noticeOf(row));
    }
    return [...found.values()];
  }

  async toldHandoffs(
    nowMs: number,
    { after, limit }: {
      after: Pick<Notice, "id" | "expiresAtMs"> | null;
      limit: number;
    },
  ): Promise<HandoffNotice[]> {
    // At this instant exactly they are expired, whatever their id.
    const { expiresAtMs, id } = after ??
      { expiresAtMs: nowMs, id: Number.MAX_SAFE_INTEGER };
    const rows = await this.#session.read.selectFrom("notices").selectAll()
      .where(TOLD_HANDOFF)
      .where("expires_at_ms", ">=", instant(expiresAtMs))
      .where((eb) =>
        eb.or([
          eb("expires_at_ms", ">", instant(expiresAtMs)),
          eb("id", ">", id),
        ])
      )
      .orderBy("expires_at_ms").orderBy("id")
      .limit(within(limit, 0, MOST_LISTED)).execute();
    return rows.map(noticeOf).filter(isHandoff);
  }

  withdraw(
    { id, dedupKey }: Pick<Notice, "id" | "dedupKey">,
    nowMs: number,
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notices")
        .set({
          dedup_key: `${dedupKey}:withdrawn:${id}`,
          expires_at_ms: instant(nowMs),
          updated_at_ms: instant(nowMs),
        })
        .where("id", "=", id).where("dedup_key", "=", dedupKey)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async cancelExpired(nowMs: number, limit: number): Promise<number> {
    const now = instant(nowMs);
    // As in claim(): mostly there is none.
    const late = await sql`
      SELECT id FROM notices
      WHERE claimable_at_ms <= ${now} AND expires_at_ms <= ${now}
      LIMIT 1`.execute(this.#session.read);
    if (late.rows.length === 0) return 0;
    return await this.#session.write(async (db) => {
      const { rows } = await sql<{ id: number }>`
        WITH late AS MATERIALIZED (
          SELECT id FROM notices
          WHERE claimable_at_ms <= ${now} AND expires_at_ms <= ${now}
          ORDER BY claimable_at_ms, id
          LIMIT ${within(limit, 0, MOST_CLAIMED)}
          ${this.#locked()}
        )
        UPDATE notices SET
          state = 'cancelled',
          lease_owner = NULL,
          lease_until_ms = NULL,
          error = ${TOO_LATE},
          updated_at_ms = ${now}
        WHERE id IN (SELECT id FROM late) AND claimable_at_ms <= ${now}
        RETURNING id`.execute(db);
      return rows.length;
    });
  }

  releaseLeases(owner: string, nowMs: number): Promise<number> {
    return releaseLeases(this.#session, "notices", { owner, nowMs });
  }

  async nextDueAtMs(): Promise<number | null> {
    const row = await this.#session.read.selectFrom("notices")
      .select("claimable_at_ms").where("claimable_at_ms", "is not", null)
      .orderBy("claimable_at_ms").limit(1).executeTakeFirst();
    return row?.claimable_at_ms ?? null;
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBatches(this.#session, async (db) => {
      const rows = db.selectFrom("notices").select("id")
        .where("created_at_ms", "<", instant(beforeMs))
        .where("claimable_at_ms", "is", null)
        .orderBy("created_at_ms").limit(PRUNE_BATCH);
      const { numDeletedRows } = await db.deleteFrom("notices")
        .where("id", "in", rows).executeTakeFirst();
      return { numAffectedRows: numDeletedRows };
    });
  }

  #locked(): RawBuilder<unknown> {
    return skipLocked(this.#session.dialect);
  }
}

function isHandoff(notice: Notice): notice is HandoffNotice {
  return notice.about.kind === "handoff";
}

/** SQLite has one writer at a time and so no rows to lock. */
function skipLocked(dialect: DialectName): RawBuilder<unknown> {
  return dialect === "postgres" ? sql`FOR UPDATE SKIP LOCKED` : sql``;
}
