import assert from "node:assert/strict";
import postgres from "postgres";
import { databaseOn } from "../../../src/store/connection/executor.ts";
import type { Session } from "../../../src/store/connection/session.ts";
import { Notifications } from "../../../src/store/delivery/notifications.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { openStore } from "../../../src/store/open.ts";
import { PostgresPool } from "../../../src/store/postgres/postgres_pool.ts";
import { createTestDatabase } from "../../databases.ts";
import { createWorld, MINUTE, newPage, NOW, open } from "../fixture.ts";

const SENT = 3_000;
const WAITING = 2_000;

Deno.test("a storm after quiet times, in which all was counted as sent, does not make each claim read all that waits", async () => {
  await using database = await createTestDatabase();
  const { url } = database;
  await migrate({ url }, NOW);
  const store = await openStore({ url });
  const world = await createWorld(store);
  const incident = await open(store, world, { externalId: "storm" });
  const pages = (count: number) =>
    Array.from({ length: count }, () => newPage(world, incident));
  await store.notifications.insert(pages(SENT));
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`UPDATE notifications SET state = 'sent'`;
  await sql`VACUUM ANALYZE`;
  await sql.end();
  await store.notifications.insert(pages(WAITING));
  await store.close();

  const pool = new PostgresPool(url, { size: 1, statementMs: 0 });
  const read: number[] = [];
  const db = databaseOn(async (sql, parameters) => {
    if (/^\s*SELECT n\./.test(sql)) {
      const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`;
      const { rows: [row] } = await pool.read(explain, parameters);
      read.push(blocksOf(row));
    }
    return await pool.read(sql, parameters);
  }, "postgres");
  const session: Session = {
    dialect: "postgres",
    read: db,
    write: (work) => work(db),
  };
  const notifications = new Notifications(session);
  const claimed = await notifications.claim({
    ...{ channel: "sms", owner: "node", nowMs: NOW, limit: 10 },
    ...{ leaseUntilMs: NOW + MINUTE, firstAttemptsOnly: false, bundlingMs: 0 },
  });
  assert.equal(claimed.length, 10);
  assert.equal(await notifications.nextDueAtMs(), NOW);
  await pool.close();
  assert.equal(read.length, 2);
  // A look at the incident of each that waits would be three blocks each.
  assert.ok(Math.max(...read) < WAITING / 4, `${read} blocks were read`);
});

/** How many blocks a statement has read, by EXPLAIN's word. */
function blocksOf(row: Record<string, unknown> | undefined): number {
  const plan = row?.["QUERY PLAN"];
  const [{ Plan }] = typeof plan === "string" ? JSON.parse(plan) : plan;
  return Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"];
}
