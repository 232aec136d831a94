import assert from "node:assert/strict";
import { PostgresPool } from "../../../src/store/postgres/postgres_pool.ts";
import { createTestDatabase } from "../../databases.ts";

Deno.test("a write that need not be durable leaves the connection as durable as it was, also where it fails", async () => {
  await using database = await createTestDatabase();
  const pool = new PostgresPool(database.url, { size: 1, statementMs: 15_000 });
  try {
    const durability = async () => {
      const { rows } = await pool.read("SHOW synchronous_commit", []);
      return rows[0]?.["synchronous_commit"];
    };
    const usual = await durability();
    const now = await pool.writeOnce({
      sql: "SELECT current_setting('synchronous_commit') AS now",
      parameters: [],
    }, { durable: false });
    assert.deepEqual(now.rows, [{ now: "off" }]);
    assert.equal(await durability(), usual);
    await assert.rejects(
      pool.writeOnce({ sql: "SELECT 1 / $1::int", parameters: [0] }, {
        durable: false,
      }),
      /division by zero/,
    );
    assert.equal(await durability(), usual);
    const durable = await pool.writeOnce({
      sql: "SELECT current_setting('synchronous_commit') AS now",
      parameters: [],
    }, { durable: true });
    assert.deepEqual(durable.rows, [{ now: usual }]);
  } finally {
    await pool.close();
  }
});
