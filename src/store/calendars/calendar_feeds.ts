/** Feeds of shifts. */
import type { Selectable } from "kysely";
import type { UserAccount } from "../../domain/responders/people.ts";
import type {
  CalendarFeed,
  CalendarFeedRepository,
} from "../../ports/calendar_repositories.ts";
import { accountOf } from "../accounts/accounts.ts";
import { flag, instant } from "../statements/column.ts";
import { deleteById } from "../statements/deletion.ts";
import type { CalendarFeedTable } from "../schema/schedule_tables.ts";
import type { Session } from "../connection/session.ts";

/** How exact the time of last use is, milliseconds. */
const USE_PRECISION_MS = 3_600_000;
const MOST = 200;

export class CalendarFeeds implements CalendarFeedRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async findByTokenId(
    tokenId: string,
  ): Promise<{ feed: CalendarFeed; account: UserAccount } | null> {
    const db = this.#session.read;
    const feed = await db.selectFrom("calendar_feeds").selectAll()
      .where("token_id", "=", tokenId).executeTakeFirst();
    if (feed === undefined) return null;
    const account = await db.selectFrom("user_accounts").selectAll()
      .where("id", "=", feed.account_id).executeTakeFirst();
    if (account === undefined) return null;
    return { feed: feedOf(feed), account: accountOf(account) };
  }

  async find(id: number): Promise<CalendarFeed | null> {
    const row = await this.#session.read.selectFrom("calendar_feeds")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? feedOf(row) : null;
  }

  async list(
    { accountId, scheduleId }: {
      accountId?: number;
      scheduleId?: number | null;
    },
  ): Promise<CalendarFeed[]> {
    let matching = this.#session.read.selectFrom("calendar_feeds").selectAll();
    if (accountId !== undefined) {
      matching = matching.where("account_id", "=", accountId);
    }
    if (scheduleId === null) {
      matching = matching.where("schedule_id", "is", null);
    } else if (scheduleId !== undefined) {
      matching = matching.where("schedule_id", "=", scheduleId);
    }
    const rows = await matching.orderBy("id", "desc").limit(MOST).execute();
    return rows.map(feedOf);
  }

  insert(
    feed: Omit<
      CalendarFeed,
      "id" | "usedAtMs" | "contentHash" | "changedAtMs"
    >,
  ): Promise<CalendarFeed> {
    return this.#session.write(async (db) =>
      feedOf(
        await db.insertInto("calendar_feeds").values({
          token_id: feed.tokenId,
          token_hash: feed.tokenHash,
          account_id: feed.accountId,
          schedule_id: feed.scheduleId,
          with_gaps: flag(feed.withGaps),
          created_at_ms: instant(feed.createdAtMs),
          used_at_ms: null,
          content_hash: "",
          changed_at_ms: instant(feed.createdAtMs),
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  replaceToken(
    id: number,
    { tokenId, tokenHash }: Pick<CalendarFeed, "tokenId" | "tokenHash">,
  ): Promise<CalendarFeed | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("calendar_feeds")
        .set({ token_id: tokenId, token_hash: tokenHash })
        .where("id", "=", id).returningAll().executeTakeFirst();
      return row ? feedOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "calendar_feeds", id);
  }

  async recordUse(
    feed: CalendarFeed,
    contentHash: string,
    nowMs: number,
  ): Promise<number> {
    const at = instant(nowMs);
    const { id, usedAtMs, changedAtMs } = feed;
    const changed = feed.contentHash !== contentHash;
    const stale = usedAtMs === null || at - usedAtMs >= USE_PRECISION_MS;
    if (!changed && !stale) return changedAtMs;
    return await this.#session.write(async (db) => {
      if (stale) {
        await db.updateTable("calendar_feeds").set({ used_at_ms: at })
          .where("id", "=", id).execute();
      }
      if (changed) {
        // Of two that see the same change the first says when it was.
        await db.updateTable("calendar_feeds")
          .set({ content_hash: contentHash, changed_at_ms: at })
          .where("id", "=", id).where("content_hash", "<>", contentHash)
          .execute();
      }
      const row = await db.selectFrom("calendar_feeds").select("changed_at_ms")
        .where("id", "=", id).executeTakeFirst();
      return row?.changed_at_ms ?? changedAtMs;
    }, { durable: false });
  }
}

function feedOf(row: Selectable<CalendarFeedTable>): CalendarFeed {
  return {
    id: row.id,
    tokenId: row.token_id,
    tokenHash: row.token_hash,
    accountId: row.account_id,
    scheduleId: row.schedule_id,
    withGaps: row.with_gaps === 1,
    createdAtMs: row.created_at_ms,
    usedAtMs: row.used_at_ms,
    contentHash: row.content_hash,
    changedAtMs: row.changed_at_ms,
  };
}
