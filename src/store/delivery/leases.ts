/** What is the same about the leases of both outboxes. */
import { sql } from "kysely";
import { instant } from "../statements/column.ts";
import type { Session } from "../connection/session.ts";

/** Promises that what the owner still holds in this outbox can be claimed from `nowMs` on; tells how many rows. */
export function releaseLeases(
  session: Session,
  outbox: "notifications" | "notices",
  { owner, nowMs }: { owner: string; nowMs: number },
): Promise<number> {
  const now = instant(nowMs);
  return session.write(async (db) => {
    const { rows } = await sql<{ id: number }>`
      UPDATE ${sql.table(outbox)} SET lease_until_ms = ${now}
      WHERE claimable_at_ms > ${now} AND state = 'sending'
        AND lease_owner = ${owner}
      RETURNING id`.execute(db);
    return rows.length;
  });
}
