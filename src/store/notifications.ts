/** Messages, whose rows are the outbox. */
import { sql } from "kysely";
import type { NewNotification, Notification } from "../domain/notification.ts";
import type {
  Claim,
  ClaimedNotification,
  NotificationRepository,
} from "../ports/paging_repositories.ts";
import { cancelAbandonedIds, claimIds, IS_WANTED } from "./claim.ts";
import { claimedOf } from "./claimed.ts";
import { instant } from "./column.ts";
import { inFewLengths } from "./id_list.ts";
import {
  deliveryColumns,
  newNotificationColumns,
  notificationOf,
} from "./notification_row.ts";
import { chunks, within } from "./page.ts";
import type { Session } from "./session.ts";

const MOST_CLAIMED = 500;
const MOST_LISTED = 1_000;
/** A row has 22 columns, and SQLite takes 32,766 parameters. */
const ROWS_PER_INSERT = 500;
const IDS_PER_QUERY = 500;

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
    await this.#session.write(async (db) => {
      for (const some of chunks(notifications, ROWS_PER_INSERT)) {
        await db.insertInto("notifications")
          .values(some.map(newNotificationColumns)).execute();
      }
    });
  }

  claim(claim: Claim): Promise<ClaimedNotification[]> {
    const limit = within(claim.limit, 0, MOST_CLAIMED);
    if (limit === 0) return Promise.resolve([]);
    const { dialect } = this.#session;
    return this.#session.write(async (db) => {
      const ids = await claimIds(db, { claim, dialect, limit });
      return ids.length === 0 ? [] : await claimedOf(db, ids);
    });
  }

  settle(
    notification: Notification,
    held: { owner: string; attempt: number },
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("notifications")
        .set(deliveryColumns(notification))
        .where("id", "=", notification.id)
        .where("state", "=", "sending")
        .where("lease_owner", "=", held.owner)
        .where("attempt", "=", held.attempt)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
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
    const { rows } = await sql<{ claimable_at_ms: number }>`
      SELECT n.claimable_at_ms FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.claimable_at_ms IS NOT NULL AND ${IS_WANTED}
      ORDER BY n.claimable_at_ms LIMIT 1`.execute(this.#session.read);
    return rows[0]?.claimable_at_ms ?? null;
  }
}
