import assert from "node:assert/strict";
import SqliteConnection from "libsql";
import {
  type Examination,
  examine,
} from "../../../src/store/whole_database/examine.ts";
import { StoreUnavailableError } from "../../../src/ports/store.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { createTestDatabase, createTestFile } from "../../databases.ts";
import { holdLock, runSql } from "../../sql.ts";
import { EVERY_BACKEND, forEachStore } from "../../stores.ts";

const QUICK = { deep: false, signal: new AbortController().signal };
const WHOLE = { faults: [], isComplete: true };
const DEEP = { ...QUICK, deep: true };

async function looking(
  url: string,
  look: (examination: Examination) => Promise<void>,
): Promise<void> {
  const examination = await examine({ url }, { tries: 10, pauseMs: 50 });
  try {
    await look(examination);
  } finally {
    await examination.close();
  }
}

forEachStore(
  "a database that is well is found well, and a trial write leaves nothing behind",
  async (store, { url, name }) => {
    await looking(url, async (examination) => {
      await examination.reach();
      const before = await store.check();
      await examination.tryToWrite();
      await examination.tryToWrite();
      assert.deepEqual(await store.check(), before);
      assert.ok(await examination.sizeBytes() > 100_000);
      const clockMs = await examination.serverClockMs();
      if (name === "libSQL") assert.equal(clockMs, null);
      else assert.ok(Math.abs(Number(clockMs) - Date.now()) < 60_000);
      assert.deepEqual(await examination.findDamage(QUICK), WHOLE);
      assert.deepEqual(await examination.findDamage(DEEP), WHOLE);
    });
  },
  EVERY_BACKEND,
);

Deno.test("a PostgreSQL that takes no writes says so, and an index that is not valid is named", async () => {
  await using database = await createTestDatabase();
  const { url } = database;
  await migrate({ url }, 0);
  const name = new URL(url).pathname.slice(1);
  await runSql(
    url,
    "CREATE EXTENSION amcheck; CREATE TABLE twins (n INTEGER); INSERT INTO twins VALUES (1), (1);",
  );
  // A concurrent build that fails leaves the index behind.
  await assert.rejects(
    runSql(url, "CREATE UNIQUE INDEX CONCURRENTLY one_twin ON twins (n)"),
  );
  await runSql(
    url,
    `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
  );
  await looking(url, async (examination) => {
    const { faults } = await examination.findDamage(DEEP);
    assert.deepEqual(faults, [
      { kind: "index_invalid", words: "the index one_twin is not valid" },
    ]);
    await assert.rejects(
      examination.tryToWrite(),
      (error) =>
        error instanceof StoreUnavailableError && error.reason === "read_only",
    );
  });
});

Deno.test("a lock that another process holds is said, and so is a row that refers to nothing", async () => {
  await using database = await createTestFile();
  const { url } = database;
  await migrate({ url }, 0);
  await looking(url, async (examination) => {
    const letGo = await holdLock(url);
    await assert.rejects(
      examination.tryToWrite(),
      (error) =>
        error instanceof StoreUnavailableError && error.reason === "locked",
    );
    const waiting = examination.tryToWrite();
    await letGo();
    await waiting;
    leaveOrphan(url);
    assert.deepEqual(await examination.findDamage(QUICK), WHOLE);
    const { faults } = await examination.findDamage(DEEP);
    const words =
      "row 1 of children refers to a row of parents that is not there";
    assert.deepEqual(faults, [{ kind: "damaged", words }]);
  });
});

Deno.test("a look that is to end is broken off, and says so", async () => {
  await using database = await createTestFile();
  const { url } = database;
  await migrate({ url }, 0);
  await looking(url, async (examination) => {
    const look = { ...QUICK, signal: AbortSignal.abort() };
    assert.deepEqual(await examination.findDamage(look), {
      faults: [],
      isComplete: false,
    });
  });
});

/** As a shell does it that does not ask SQLite to hold references. */
function leaveOrphan(url: string): void {
  const connection = new SqliteConnection(url.slice("file:".length));
  connection.exec("PRAGMA foreign_keys=OFF");
  connection.exec(`CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent_id INTEGER REFERENCES parents (id));
    INSERT INTO children VALUES (7);`);
  connection.close();
}
