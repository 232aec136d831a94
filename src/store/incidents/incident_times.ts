/** When incidents are to be looked at next. */
import { sql } from "kysely";
import { instant } from "../statements/column.ts";
import { within } from "../statements/page.ts";
import type { Database } from "../schema/schema.ts";

// Written out, so that the partial indexes serve the query; a bound parameter hides the value from the planner.
export const IS_OPEN = sql<boolean>`status <> 'resolved'`;

const MOST_IDS = 1_000;

/** What an open incident waits for: its next action, or its age limit. */
type DueColumn = "next_action_at_ms" | "auto_resolve_at_ms";

/** Promises the ids of open incidents that are due by this column, longest overdue first. */
export async function readDue(
  db: Database,
  { column, nowMs, limit }: { column: DueColumn; nowMs: number; limit: number },
): Promise<number[]> {
  const rows = await db.selectFrom("incidents").select("id")
    .where(IS_OPEN).where(column, "<=", instant(nowMs))
    .orderBy(column).orderBy("id")
    .limit(within(limit, 0, MOST_IDS)).execute();
  return rows.map(({ id }) => id);
}

/** Promises the earliest instant at which an open incident is due by either column; null: never. */
export async function readNextDue(db: Database): Promise<number | null> {
  const { rows } = await sql<{ at_ms: number | null }>`
    SELECT min(at_ms) AS at_ms FROM (
      SELECT min(next_action_at_ms) AS at_ms FROM incidents WHERE ${IS_OPEN}
      UNION ALL
      SELECT min(auto_resolve_at_ms) FROM incidents WHERE ${IS_OPEN}
    ) AS dues`.execute(db);
  return rows[0]?.at_ms ?? null;
}

/** Promises whether anything of the open incident was due by then, and is due at the later instant now. */
export async function postpone(
  db: Database,
  { id, dueByMs, untilMs }: { id: number; dueByMs: number; untilMs: number },
): Promise<boolean> {
  const dueBy = instant(dueByMs);
  const { numUpdatedRows } = await db.updateTable("incidents")
    .set({
      next_action_at_ms: notBefore("next_action_at_ms", untilMs),
      auto_resolve_at_ms: notBefore("auto_resolve_at_ms", untilMs),
      version: sql`version + 1`,
    })
    .where("id", "=", id).where(IS_OPEN)
    .where((eb) =>
      eb.or([
        eb("next_action_at_ms", "<=", dueBy),
        eb("auto_resolve_at_ms", "<=", dueBy),
      ])
    ).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Promises the ids of incidents that are triggered, no test and not exhausted, and have nothing to come. */
export async function readStranded(
  db: Database,
  limit: number,
): Promise<number[]> {
  const rows = await db.selectFrom("incidents").select("id")
    .where(
      sql<
        boolean
      >`status = 'triggered' AND is_test = 0 AND exhausted_at_ms IS NULL AND next_action_at_ms IS NULL`,
    )
    .where((eb) =>
      eb.not(eb.exists(
        eb.selectFrom("notifications").select("notifications.id")
          .whereRef("notifications.incident_id", "=", "incidents.id")
          .where("notifications.state", "in", ["queued", "sending"])
          .where("notifications.kind", "=", "page"),
      ))
    )
    .orderBy("id").limit(within(limit, 0, MOST_IDS)).execute();
  return rows.map(({ id }) => id);
}

/** What is due earlier moves to the instant; what is not due at all stays so. */
function notBefore(
  column: DueColumn,
  ms: number,
) {
  const ref = sql.ref(column);
  const at = instant(ms);
  return sql<
    number | null
  >`CASE WHEN ${ref} < ${at} THEN ${at} ELSE ${ref} END`;
}
