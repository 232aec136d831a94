/** The statements by which senders take messages, each message by one sender. */
import { sql } from "kysely";
import type { Claim } from "../ports/paging_repositories.ts";
import { instant } from "./column.ts";
import type { Database } from "./schema.ts";
import type { DialectName } from "./session.ts";

/** A page is wanted while its incident is triggered, a resolution while it is resolved. `n` and `i` are the rows. */
export const IS_WANTED = sql<boolean>`(
  (n.kind = 'page' AND i.status = 'triggered') OR
  (n.kind = 'resolution' AND i.status = 'resolved')
)`;

/** The one difference between the databases here: SQLite has one writer at a time and so no rows to lock. */
function lockRows(dialect: DialectName) {
  // The share lock holds up an acknowledgement until the claim is committed. Without it both could commit with the page
  // claimed after the incident had stopped wanting it. An incident that is being changed right now is left for later.
  return dialect === "postgres"
    ? sql`FOR UPDATE OF n SKIP LOCKED FOR SHARE OF i SKIP LOCKED`
    : sql``;
}

/**
 * Promises the ids of the messages that this owner now holds. The outer WHERE says again what the inner one says:
 * PostgreSQL may have chosen a row just before another sender took it.
 */
export async function claimIds(
  db: Database,
  { claim, dialect, limit }: {
    claim: Claim;
    dialect: DialectName;
    limit: number;
  },
): Promise<number[]> {
  const nowMs = instant(claim.nowMs);
  const untried = claim.firstAttemptsOnly ? sql`AND n.attempt = 0` : sql``;
  const { rows } = await sql<{ id: number }>`
    WITH due AS MATERIALIZED (
      SELECT n.id FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.channel = ${claim.channel} AND n.claimable_at_ms <= ${nowMs}
        ${untried} AND ${IS_WANTED}
      ORDER BY n.severity_rank DESC, n.due_at_ms, n.id
      LIMIT ${limit}
      ${lockRows(dialect)}
    )
    UPDATE notifications AS n SET
      state = 'sending',
      attempt = attempt + 1,
      lease_owner = ${claim.owner},
      lease_until_ms = ${instant(claim.leaseUntilMs)},
      maybe_sent_twice = CASE state WHEN 'sending' THEN 1 ELSE maybe_sent_twice END,
      updated_at_ms = ${nowMs}
    WHERE n.id IN (SELECT id FROM due) AND n.claimable_at_ms <= ${nowMs}
      ${untried}
      AND EXISTS (
        SELECT 1 FROM incidents i WHERE i.id = n.incident_id AND ${IS_WANTED}
      )
    RETURNING id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Promises the ids of messages it has cancelled: in flight, their lease over, and no longer wanted. */
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
      WHERE n.claimable_at_ms <= ${instant(nowMs)} AND n.state = 'sending'
        AND NOT ${IS_WANTED}
      ORDER BY n.claimable_at_ms, n.id
      LIMIT ${limit}
      ${lock}
    )
    UPDATE notifications AS n SET
      state = 'cancelled',
      lease_owner = NULL,
      lease_until_ms = NULL,
      updated_at_ms = ${instant(nowMs)}
    WHERE n.id IN (SELECT id FROM abandoned)
      AND n.claimable_at_ms <= ${instant(nowMs)} AND n.state = 'sending'
    RETURNING id`.execute(db);
  return rows.map(({ id }) => id);
}
