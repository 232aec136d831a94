/** The statements by which senders take messages, each message by one sender. */
import { type Selectable, sql } from "kysely";
import type { Claim } from "../../ports/notification_repository.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import type { NotificationTable } from "../schema/paging_tables.ts";
import { prepared } from "../statements/prepared.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

/** A page is wanted while its incident is triggered, a resolution while it is resolved. `n` and `i` are the rows. */
export const IS_WANTED = sql<boolean>`(
  (n.kind = 'page' AND i.status = 'triggered') OR
  (n.kind = 'resolution' AND i.status = 'resolved')
)`;

/** The one difference between the databases here: SQLite has one writer at a time and so no rows to lock. */
export function lockRows(dialect: DialectName) {
  // The share lock holds up an acknowledgement until the claim is committed. Without it both could commit with the page
  // claimed after the incident had stopped wanting it. An incident that is being changed right now is left for later.
  return dialect === "postgres"
    ? sql`FOR UPDATE OF n SKIP LOCKED FOR SHARE OF i SKIP LOCKED`
    : sql``;
}

/**
 * Promises the rows of these messages that this owner now holds: those that are due and wanted, and what goes with one
 * that is due. On PostgreSQL a row that another sender took since the statement began is looked at once more when it is
 * locked, as it is now, and left out (manual, 13.2.1); the lock then keeps it so until it is written.
 */
export async function claimByIds(
  db: Database,
  { claim, dialect, ids }: {
    claim: Claim;
    dialect: DialectName;
    ids: number[];
  },
): Promise<Selectable<NotificationTable>[]> {
  const shared = {
    owner: claim.owner,
    now_ms: instant(claim.nowMs),
    lease_until_ms: instant(claim.leaseUntilMs),
  };
  const wanted = inFewLengths(ids).map((id) => ({ id, ...shared }));
  const { rows } = await CLAIM[dialect](db, wanted);
  return rows;
}

/** One of those that are claimed; all but the id is the same for each. */
interface Wanted {
  id: number;
  owner: string;
  now_ms: number;
  lease_until_ms: number;
}

const CLAIM = { sqlite: claiming("sqlite"), postgres: claiming("postgres") };

function claiming(dialect: DialectName) {
  return prepared((_db, wanted: Wanted[]) => {
    const [first] = wanted;
    if (!first) throw new Error("There is nothing to claim.");
    const { owner, now_ms, lease_until_ms } = first;
    const ids = wanted.map(({ id }) => id);
    return sql<Selectable<NotificationTable>>`
    WITH due AS MATERIALIZED (
      SELECT n.id FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.id IN (${sql.join(ids)}) AND (n.claimable_at_ms <= ${now_ms} OR
          (n.state = 'queued' AND n.bundle_id IS NOT NULL))
        AND ${IS_WANTED}
      ${lockRows(dialect)}
    )
    UPDATE notifications AS n SET
      state = 'sending',
      attempt = attempt + 1,
      lease_owner = ${owner},
      lease_until_ms = ${lease_until_ms},
      maybe_sent_twice = CASE state WHEN 'sending' THEN 1 ELSE maybe_sent_twice END,
      updated_at_ms = ${now_ms}
    WHERE n.id IN (SELECT id FROM due)
    RETURNING *`;
  });
}

/**
 * Promises the ids of messages it has cancelled, being no longer wanted: those in flight whose lease is over, and those
 * that were in flight when their incident changed and are due once more.
 */
export async function cancelAbandonedIds(
  db: Database,
  { nowMs, limit, dialect }: {
    nowMs: number;
    limit: number;
    dialect: DialectName;
  },
): Promise<number[]> {
  const lock = dialect === "postgres"
    ? sql`FOR UPDATE OF n SKIP LOCKED`
    : sql``;
  const { rows } = await sql<{ id: number }>`
    WITH abandoned AS MATERIALIZED (
      SELECT n.id FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.claimable_at_ms <= ${instant(nowMs)} AND NOT ${IS_WANTED}
      ORDER BY n.claimable_at_ms, n.id
      LIMIT ${limit}
      ${lock}
    )
    UPDATE notifications AS n SET
      state = 'cancelled',
      maybe_sent_twice = CASE WHEN state = 'sending' AND outcome_unknown = 1 THEN 1 ELSE maybe_sent_twice END,
      outcome_unknown = CASE state WHEN 'sending' THEN 1 ELSE outcome_unknown END,
      lease_owner = NULL,
      lease_until_ms = NULL,
      updated_at_ms = ${instant(nowMs)}
    WHERE n.id IN (SELECT id FROM abandoned)
      AND n.claimable_at_ms <= ${instant(nowMs)}
    RETURNING id`.execute(db);
  return rows.map(({ id }) => id);
}
