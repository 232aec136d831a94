/** What is due on a channel, read without a lock: what a sender chooses from. */
import { type RawBuilder, sql } from "kysely";
import {
  goesNow,
  QUIET,
  RESOLUTION_RANK,
  type Waiting,
} from "../../domain/delivery/bundling.ts";
import type { Claim } from "../../ports/notification_repository.ts";
import { IS_WANTED, lockRows } from "./claim.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { prepared } from "../statements/prepared.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

export interface DueRow {
  id: number;
  responder_id: number;
  address: string;
  kind: string;
  state: string;
  attempt: number;
  bundle_id: number | null;
  severity_rank: number;
  due_at_ms: number;
  first_due_at_ms: number;
  is_test: number;
  /** Its person's pace, which may have changed since; null: nothing was ever sent. */
  until_ms: number | null;
  pace_rank: number | null;
}

/** Promises up to `limit` messages that are due and wanted, the most severe first, then the longest due. */
export async function readDue(
  db: Database,
  { claim, limit }: { claim: Claim; limit: number },
): Promise<DueRow[]> {
  const read = claim.firstAttemptsOnly ? READ_DUE.untried : READ_DUE.all;
  const now_ms = instant(claim.nowMs);
  const { rows } = await read(db, [{ channel: claim.channel, now_ms, limit }]);
  return rows;
}

/**
 * Promises the value in a form of which PostgreSQL foresees nothing: it expects a third of the rows then. Rows are counted
 * in quiet times, when all is sent; expecting none to be due, it would read and sort all that waits in a storm, for each
 * claim, in the place of reading in order up to the limit. Where all values are unforeseen the plan is kept.
 */
function unforeseen(value: unknown) {
  return sql`(SELECT CAST(${value} AS BIGINT))`;
}

const READ_DUE = {
  all: readingDue(sql``),
  untried: readingDue(sql`AND n.attempt = 0`),
};

function readingDue(untried: RawBuilder<unknown>) {
  return prepared((
    _db: Database,
    [asked]: { channel: string; now_ms: number; limit: number }[],
  ) =>
    sql<DueRow>`
    SELECT n.id, n.responder_id, n.address, n.kind, n.state, n.attempt,
      n.bundle_id, n.severity_rank, n.due_at_ms, n.first_due_at_ms, i.is_test,
      p.until_ms, p.severity_rank AS pace_rank
    FROM notifications n
    JOIN incidents i ON i.id = n.incident_id
    LEFT JOIN page_pacing p ON p.responder_id = n.responder_id
      AND p.channel = n.channel AND p.address = n.address
    WHERE n.channel = ${asked?.channel}
      AND n.claimable_at_ms <= ${unforeseen(asked?.now_ms)}
      ${untried} AND ${IS_WANTED}
    ORDER BY n.severity_rank DESC, n.due_at_ms, n.id
    LIMIT ${unforeseen(asked?.limit)}`
  );
}

/** Never tried, and of those that wait for one another; a test waits for nobody. `n` and `i` are the rows. */
export const IS_PACED = sql<boolean>`(
  n.state = 'queued' AND n.attempt = 0 AND n.bundle_id IS NULL AND i.is_test = 0
)`;

/** As IS_PACED, of a row that was read. */
export function isPaced(row: DueRow): boolean {
  return row.state === "queued" && row.attempt === 0 &&
    row.bundle_id === null && row.is_test === 0;
}

/** The rank of a message as rankOf() in domain/delivery/bundling.ts has it. */
export const RANK = sql<
  number
>`CASE n.kind WHEN 'page' THEN n.severity_rank ELSE ${
  sql.lit(RESOLUTION_RANK)
} END`;

/** Promises the row as the rules of bundling see it. */
export function waiting(
  row: Pick<
    DueRow,
    "kind" | "severity_rank" | "due_at_ms" | "first_due_at_ms"
  >,
): Waiting {
  return {
    rank: row.kind === "page" ? row.severity_rank : RESOLUTION_RANK,
    held: row.due_at_ms > row.first_due_at_ms,
  };
}

/** Promises whether nothing here is likely to be sent now: each would wait for the end of an open window. */
export function isAllWaiting(
  rows: readonly DueRow[],
  { nowMs, bundlingMs: windowMs }: Claim,
): boolean {
  return windowMs > 0 && rows.every((row) => {
    const pace = row.until_ms === null || row.pace_rank === null
      ? QUIET
      : { untilMs: row.until_ms, rank: row.pace_rank };
    return isPaced(row) && !goesNow(waiting(row), pace, { nowMs, windowMs });
  });
}

/** Promises the ids of all that is due to one person of one kind, above a rank or held before; up to `limit`. */
export async function readRest(
  db: Database,
  { claim, like, aboveRank, limit }: {
    claim: Claim;
    like: Pick<DueRow, "responder_id" | "address" | "kind">;
    aboveRank: number;
    limit: number;
  },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    SELECT n.id FROM notifications n
    JOIN incidents i ON i.id = n.incident_id
    WHERE n.responder_id = ${like.responder_id} AND n.channel = ${claim.channel}
      AND n.address = ${like.address} AND n.kind = ${like.kind}
      AND n.claimable_at_ms <= ${instant(claim.nowMs)}
      AND ${IS_PACED} AND ${IS_WANTED}
      AND (n.due_at_ms > n.first_due_at_ms OR ${RANK} > ${aboveRank})
    ORDER BY n.severity_rank DESC, n.due_at_ms, n.id
    LIMIT ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Promises the ids of all messages of those bundles that can be sent again whole. A bundle in parts would be lost in
 * part: the provider takes the second part, under the same idempotency key, for a repetition of the first. So one of
 * which a message is in other hands, or whose incident is being changed, is left for later.
 */
export async function readWholeBundles(
  db: Database,
  { claim, dialect, bundleIds }: {
    claim: Claim;
    dialect: DialectName;
    bundleIds: number[];
  },
): Promise<number[]> {
  if (bundleIds.length === 0) return [];
  const members = (locks = sql``) =>
    sql<{ id: number; bundle_id: number; is_free: number }>`
      SELECT n.id, n.bundle_id, CASE
          WHEN n.state = 'queued' OR n.claimable_at_ms <= ${
      instant(claim.nowMs)
    } THEN 1 ELSE 0 END AS is_free
      FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.bundle_id IN (${sql.join(inFewLengths(bundleIds))})
        AND n.claimable_at_ms IS NOT NULL AND ${IS_WANTED}
      ${locks}`.execute(db);
  const { rows } = await members();
  const held = dialect === "sqlite"
    ? rows
    : (await members(lockRows(dialect))).rows;
  const free = new Set(
    held.filter((row) => row.is_free === 1).map((row) => row.id),
  );
  const broken = new Set(
    rows.filter((row) => !free.has(row.id)).map((row) => row.bundle_id),
  );
  return rows.filter((row) => !broken.has(row.bundle_id)).map((row) => row.id);
}
