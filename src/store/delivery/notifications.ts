/** Messages, whose rows are the outbox. */
import { sql } from "kysely";
import type {
  NewNotification,
  Notification,
} from "../../domain/delivery/notification.ts";
import type {
  Claim,
  ClaimedNotification,
  HeldNotification,
  NewPage,
  NotificationRepository,
  SharedOutcome,
} from "../../ports/notification_repository.ts";
import { cancelAbandonedIds } from "./claim.ts";
import { claimedOf } from "./claimed.ts";
import { instant } from "../statements/column.ts";
import { isAllWaiting, readDue } from "./due.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { insertClaimed, insertQueued } from "./insert.ts";
import {
  deliveryColumns,
  notificationOf,
  sharedColumns,
} from "./notification_row.ts";
import { deletePaces, letGo } from "./pacing.ts";
import { prepared } from "../statements/prepared.ts";
import { releaseLeases } from "./leases.ts";
import { pruneBatches } from "../statements/deletion.ts";
import { chunks, within } from "../statements/page.ts";
import type { Session } from "../connection/session.ts";
import { writeOutcomes } from "./outcomes.ts";
import { MOST_TOGETHER, take } from "./take.ts";

const MOST_CLAIMED = 500;
/** Rows read for each message that may be claimed: those of one person go together. */
const READ_AHEAD = 4;
/** How often a claim looks again when what it chose went to another sender. */
const MOST_FRUITLESS = 3;
const MOST_LISTED = 1_000;
const IDS_PER_QUERY = 500;

/**
 * As IS_WANTED, asked of each message in its turn, the earliest first. Of a join PostgreSQL may compare all messages with
 * all incidents where it has not counted them yet, right after the installation; and having counted them while all was
 * sent, it would ask of all that wait before it sorts them.
 */
const nextDue = prepared((_db, _rows: object[]) =>
  sql<{ claimable_at_ms: number }>`
    SELECT n.claimable_at_ms FROM (
      SELECT claimable_at_ms, kind, incident_id FROM notifications
      WHERE claimable_at_ms IS NOT NULL ORDER BY claimable_at_ms
    ) AS n
    WHERE (SELECT i.status FROM incidents i WHERE i.id = n.incident_id)
        = CASE n.kind WHEN 'page' THEN 'triggered' WHEN 'resolution' THEN 'resolved' END
    ORDER BY n.claimable_at_ms LIMIT 1`
);

export class Notifications implements NotificationRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<Notification | null> {
    const row = await this.#session.read.selectFrom("notifications")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? notificationOf(row) : null;
  }

  async listByIncident(incidentId: number): Promise<Notification[]> {
    const rows = await this.#session.read.selectFrom("notifications")
      .selectAll().where("incident_id", "=", incidentId)
      .orderBy("id").limit(MOST_LISTED).execute();
    return rows.map(notificationOf);
  }

  async insert(notifications: NewNotification[]): Promise<void> {
    if (notifications.length === 0) return;
    await this.#session.write((db) => insertQueued(db, notifications));
  }

  insertClaimed(
    pages: readonly NewPage[],
    claims: readonly Claim[],
  ): Promise<ClaimedNotification[]> {
    if (pages.length === 0) return Promise.resolve([]);
    return this.#session.write((db) => insertClaimed(db, { pages, claims }));
  }

  async claim(claim: Claim): Promise<ClaimedNotification[]> {
    const limit = within(claim.limit, 0, MOST_CLAIMED);
    if (limit === 0) return [];
    const { read, dialect } = this.#session;
    const most = claim.bundlingMs > 0 ? limit * READ_AHEAD : limit;
    for (let fruitless = 0; fruitless < MOST_FRUITLESS;) {
      const due = await readDue(read, { claim, limit: most });
      if (due.length === 0) return [];
      // What only has to wait need not be on disk: it would be found due once more.
      const sends = fruitless > 0 || !isAllWaiting(due, claim);
      const isCut = due.length === most;
      const taken = await this.#session.write(async (db) => {
        const { rows, said, held } = await take({
          ...{ db, dialect, claim: { ...claim, limit }, due, isCut, sends },
        });
        return { claimed: claimedOf(rows, said, due), held };
      }, { durable: sends, urgent: true });
      if (taken.claimed.length > 0) return taken.claimed;
      if (taken.held === 0) fruitless++;
    }
    return [];
  }

  settleTogether(
    ids: number[],
    outcome: SharedOutcome,
    read: Pick<Notification, "state" | "attempt"> & { owner?: string },
  ): Promise<number[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.#session.write(async (db) => {
      let update = db.updateTable("notifications")
        .set(sharedColumns(outcome))
        .where("id", "in", inFewLengths(ids))
        .where("state", "=", read.state)
        .where("attempt", "=", read.attempt);
      if (read.owner !== undefined) {
        update = update.where("lease_owner", "=", read.owner);
      }
      const rows = await update.returning("id").execute();
      return rows.map(({ id }) => id);
    });
  }

  async listBundle(bundleId: number): Promise<Notification[]> {
    const rows = await this.#session.read.selectFrom("notifications")
      .selectAll().where("bundle_id", "=", bundleId)
      .orderBy("severity_rank", "desc").orderBy("id")
      .limit(MOST_TOGETHER).execute();
    return rows.map(notificationOf);
  }

  async endWindow(
    { responderId, channel, address }: Pick<
      Notification,
      "responderId" | "channel" | "address"
    >,
  ): Promise<void> {
    const to = { responder_id: responderId, channel, address };
    await this.#session.write((db) => letGo(db, to));
  }

  pruneWindows(beforeMs: number): Promise<number> {
    return pruneBatches(this.#session, (db) => deletePaces(db, beforeMs));
  }

  async settle(
    notification: Notification,
    held: { owner: string; attempt: number },
  ): Promise<boolean> {
    const written = await this.settleEach([{ notification, ...held }]);
    return written.length > 0;
  }

  settleEach(held: readonly HeldNotification[]): Promise<number[]> {
    if (held.length === 0) return Promise.resolve([]);
    return this.#session.write((db) => writeOutcomes(db, held));
  }

  save(
    notification: Notification,
    read: Pick<Notification, "state" | "attempt">,
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notifications")
        .set(deliveryColumns(notification))
        .where("id", "=", notification.id)
        .where("state", "=", read.state)
        .where("attempt", "=", read.attempt)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  cancelQueued(incidentId: number, nowMs: number): Promise<number> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notifications")
        .set({ state: "cancelled", updated_at_ms: instant(nowMs) })
        .where("incident_id", "=", incidentId)
        .where("state", "=", "queued")
        .where("kind", "=", "page")
        .executeTakeFirst();
      return Number(numUpdatedRows);
    });
  }

  async listOfStep(
    incidentId: number,
    step: number,
    round: number,
  ): Promise<Notification[]> {
    const rows = await this.#session.read.selectFrom("notifications")
      .selectAll()
      .where("incident_id", "=", incidentId)
      .where("step", "=", step).where("round", "=", round)
      .where("kind", "=", "page")
      .orderBy("id").limit(MOST_LISTED).execute();
    return rows.map(notificationOf);
  }

  async findByProviderMessageIds(ids: string[]): Promise<Notification[]> {
    const found = new Map<number, Notification>();
    for (const chunk of chunks([...new Set(ids)], IDS_PER_QUERY)) {
      const some = inFewLengths(chunk);
      const rows = await this.#session.read.selectFrom("notifications")
        .selectAll()
        .where((eb) =>
          eb.or([
            eb("provider_message_id", "in", some),
            eb("idempotency_key", "in", some),
          ])
        )
        .orderBy("id").execute();
      for (const row of rows) found.set(row.id, notificationOf(row));
    }
    return [...found.values()];
  }

  cancelAbandoned(nowMs: number, limit: number): Promise<Notification[]> {
    const most = within(limit, 0, MOST_CLAIMED);
    const { dialect } = this.#session;
    return this.#session.write(async (db) => {
      const ids = await cancelAbandonedIds(db, { nowMs, limit: most, dialect });
      if (ids.length === 0) return [];
      const rows = await db.selectFrom("notifications").selectAll()
        .where("id", "in", inFewLengths(ids)).orderBy("id").execute();
      return rows.map(notificationOf);
    });
  }

  releaseLeases(owner: string, nowMs: number): Promise<number> {
    return releaseLeases(this.#session, "notifications", { owner, nowMs });
  }

  async hasPending(incidentId: number): Promise<boolean> {
    const row = await this.#session.read.selectFrom("notifications")
      .select("id")
      .where("incident_id", "=", incidentId)
      .where("state", "in", ["queued", "sending"])
      .where("kind", "=", "page")
      .limit(1).executeTakeFirst();
    return row !== undefined;
  }

  async nextDueAtMs(): Promise<number | null> {
    const { rows } = await nextDue(this.#session.read, []);
    return rows[0]?.claimable_at_ms ?? null;
  }
}
