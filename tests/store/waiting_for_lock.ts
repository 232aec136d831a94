import assert from "node:assert/strict";
import { onConnection } from "../databases.ts";

/** Promises that a session of the database waits for another's lock. Fails after twenty seconds. */
export async function waitingForLock(url: string): Promise<void> {
  await onConnection(url, async (sql) => {
    const endMs = performance.now() + 20_000;
    while (performance.now() < endMs) {
      const [row] = await sql`SELECT count(*)::int AS waiting
        FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      if (row?.waiting > 0) return;
      await new Promise((go) => setTimeout(go, 10));
    }
    assert.fail("Nobody waits.");
  });
}
