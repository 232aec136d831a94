import assert from "node:assert/strict";
import { openStore } from "../src/store/open.ts";
import { type BorrowedDatabase, DatabasePool } from "./database_pool.ts";
import { onConnection } from "./databases.ts";
import { createWorld, newPage, open } from "./store/fixture.ts";

/** A pool that no other test file shares. */
async function withPool(body: (pool: DatabasePool) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  const pool = new DatabasePool(folder);
  try {
    await body(pool);
  } finally {
    await pool.drain();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Promises the id of the first page in the database. */
async function used({ url }: BorrowedDatabase): Promise<number | undefined> {
  const store = await openStore({ url });
  const world = await createWorld(store);
  const incident = await open(store, world);
  await store.notifications.insert([newPage(world, incident)]);
  const [page] = await store.notifications.listByIncident(incident.id);
  await store.close();
  return page?.id;
}

Deno.test("the next test gets the same database, without a row and with identities from 1", () =>
  withPool(async (pool) => {
    const first = await pool.borrow();
    assert.equal(await used(first), 1);
    await first.giveBack();
    const second = await pool.borrow();
    assert.equal(second.url, first.url);
    const other = await pool.borrow();
    assert.notEqual(other.url, first.url);
    await other.giveBack();
    assert.equal(await used(second), 1);
    await second.giveBack();
  }));

Deno.test("a database is not used again when more than its rows has changed", () =>
  withPool(async (pool) => {
    let one = await pool.borrow();
    for (
      const change of [
        "ALTER TABLE teams ADD COLUMN colour text",
        "DROP INDEX notifications_claimable",
        "ALTER DATABASE @name@ SET statement_timeout = 1000",
        "ANALYZE teams",
        "DELETE FROM schema_migrations WHERE version = 1",
      ]
    ) {
      await used(one);
      const statement = change.replace(
        "@name@",
        new URL(one.url).pathname.slice(1),
      );
      await onConnection(one.url, (sql) => sql.unsafe(statement));
      await one.giveBack();
      const next = await pool.borrow();
      assert.notEqual(next.url, one.url, change);
      one = next;
    }
    await one.giveBack();
  }));

Deno.test("a database in which somebody is still at work is not used again", () =>
  withPool(async (pool) => {
    const busy = await pool.borrow();
    const store = await openStore(busy);
    await store.check();
    await busy.giveBack();
    await store.close();
    const next = await pool.borrow();
    assert.notEqual(next.url, busy.url);
    await next.giveBack();
  }));
