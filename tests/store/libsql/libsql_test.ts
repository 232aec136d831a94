import assert from "node:assert/strict";
import { sql } from "kysely";
import Database from "libsql";
import { StoreUnavailableError } from "../../../src/ports/store.ts";
import { openLibsql } from "../../../src/store/libsql/libsql.ts";
import { openFile } from "../../../src/store/libsql/libsql_file.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database as Queries } from "../../../src/store/schema/schema.ts";
import type { Backend } from "../../../src/store/connection/session.ts";
import { createTestFile } from "../../databases.ts";
import { NOW } from "../fixture.ts";

/** Promises the settings of the connection that the queries run on. */
async function settings(db: Queries): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (
    const name of [
      "foreign_keys",
      "synchronous",
      "busy_timeout",
      "query_only",
      "journal_mode",
    ]
  ) {
    const { rows } = await sql<Record<string, unknown>>`PRAGMA ${sql.raw(name)}`
      .execute(db);
    [found[name]] = Object.values(rows[0] ?? {});
  }
  return found;
}

const READING = {
  foreign_keys: 1,
  synchronous: 2,
  busy_timeout: 5_000,
  query_only: 1,
  journal_mode: "wal",
};
const WRITING = { ...READING, query_only: 0 };
const LAX = { ...WRITING, synchronous: 1 };

async function withFile(
  body: (backend: Backend, url: string) => Promise<void>,
  limits = { transactionMs: 30_000, lockMs: 10_000 },
): Promise<void> {
  await using file = await createTestFile();
  await migrate({ url: file.url }, NOW);
  const backend = await openLibsql({ url: file.url }, limits);
  try {
    await body(backend, file.url);
  } finally {
    await backend.close();
  }
}

async function holdsEverywhere(backend: Backend): Promise<void> {
  const all = Array.from({ length: 8 });
  const reads = await Promise.all(all.map(() => settings(backend.read)));
  for (const read of reads) assert.deepEqual(read, READING);
  const writes = await Promise.all(all.map(() => backend.write(settings)));
  for (const write of writes) assert.deepEqual(write, WRITING);
  const lax = await backend.write(settings, { durable: false });
  assert.deepEqual(lax, LAX);
  assert.deepEqual(await backend.write(settings), WRITING);
}

/** Another process, as far as SQLite can tell. */
function stranger(url: string): Database.Database {
  return new Database(url.slice("file:".length));
}

/** Promises whether the thread was there for others while a write was committed. */
async function leavesTheThread(backend: Backend): Promise<boolean> {
  let isCommitted = false;
  const { promise: worked, resolve } = Promise.withResolvers<void>();
  const writing = backend.write(async (db) => {
    await db.updateTable("teams").set({ name: "" }).execute();
    resolve();
  }).then(() => isCommitted = true);
  await worked;
  // As long as this goes on, the event loop has no turn, in which it would hear of the commit.
  for (let tick = 0; tick < 1_000; tick++) await null;
  const left = !isCommitted;
  await writing;
  return left;
}

Deno.test("durable commits that follow one another do not hold the thread while they wait for the disk", async () => {
  await withFile(async (backend) => {
    assert.ok(!await leavesTheThread(backend), "nobody else is there");
    // On a machine that is busy with others, the next one may come late.
    let left = false;
    for (let n = 0; n < 100 && !left; n++) {
      left = await leavesTheThread(backend);
    }
    assert.ok(left);
  });
});

Deno.test("what comes while its transaction is committed is refused, and not written past it", async () => {
  await withFile(async (backend) => {
    const insert = (db: Queries) =>
      db.insertInto("teams").values({
        ...{ name: "Late", description: "" },
        ...{ created_at_ms: NOW, updated_at_ms: NOW },
      }).execute();
    for (let n = 0; n < 20; n++) {
      let late: Promise<unknown> = Promise.resolve();
      await backend.write(async (db) => {
        await db.updateTable("teams").set({ name: "" }).execute();
        late = (async () => {
          // The work is over by then, and nobody has heard of the commit.
          for (let tick = 0; tick < 200; tick++) await null;
          await insert(db);
        })();
        late.catch(() => {});
      });
      await assert.rejects(late, StoreUnavailableError);
    }
    const teams = await backend.read.selectFrom("teams").selectAll().execute();
    assert.deepEqual(teams, []);
  });
});

Deno.test("the settings hold on every connection, also after transactions and errors", async () => {
  await withFile(async (backend, url) => {
    await holdsEverywhere(backend);
    const failing = backend.write(async (db) => {
      await sql`INSERT INTO teams (id) VALUES (NULL)`.execute(db);
    });
    await assert.rejects(failing);
    await assert.rejects(sql`SELECT nothing`.execute(backend.read));
    await assert.rejects(
      backend.write(() => Promise.reject(new Error("Enough"))),
      /Enough/,
    );
    await holdsEverywhere(backend);

    const other = stranger(url);
    other.exec("BEGIN IMMEDIATE");
    const waiting = backend.write(settings);
    await backend.read.selectFrom("teams").selectAll().execute();
    other.exec("ROLLBACK");
    assert.deepEqual(await waiting, WRITING);
    other.close();
    await holdsEverywhere(backend);
  });
});

Deno.test("the connection that reads cannot write", async () => {
  await withFile(async (backend) => {
    const writing = sql`DELETE FROM teams`.execute(backend.read);
    await assert.rejects(writing, /readonly/);
  });
});

Deno.test("a lock that another process keeps is waited for, for a while, and holds up no read", async () => {
  await withFile(async (backend, url) => {
    const other = stranger(url);
    other.exec("BEGIN IMMEDIATE");
    const waiting = assert.rejects(backend.write(settings), {
      name: "StoreUnavailableError",
    });
    await backend.read.selectFrom("teams").selectAll().execute();
    await waiting;
    other.exec("ROLLBACK");
    other.close();
    assert.deepEqual(await backend.write(settings), WRITING);
  }, { transactionMs: 30_000, lockMs: 30 });
});

Deno.test("a transaction that never ends gives the writer back", async () => {
  await withFile(async (backend) => {
    const never = Promise.withResolvers<void>();
    const stuck = backend.write(async (db) => {
      await sql`INSERT INTO teams (name, description, created_at_ms, updated_at_ms)
        VALUES ('Stuck', '', 1, 1)`.execute(db);
      await never.promise;
    });
    const next = backend.write((db) =>
      db.selectFrom("teams").selectAll().execute()
    );
    await assert.rejects(stuck, { name: "StoreUnavailableError" });
    assert.deepEqual(await next, []);
  }, { transactionMs: 500, lockMs: 10_000 });
});

Deno.test("four processes write to one file, and nothing is lost or refused", async () => {
  await using file = await createTestFile();
  const { url } = file;
  await migrate({ url }, NOW);
  const processes = ["a", "b", "c", "d"].map((name) =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        new URL("./writer_process.ts", import.meta.url).href,
        url,
        name,
        "50",
      ],
      stdout: "inherit",
      stderr: "inherit",
    }).output()
  );
  for (const { code } of await Promise.all(processes)) assert.equal(code, 0);
  const store = await openStore({ url });
  const { total } = await store.teams.list({}, { page: 1, pageSize: 1 });
  await store.close();
  assert.equal(total, 200);
});

Deno.test("after the last store is closed, the file alone is the database", async () => {
  await using file = await createTestFile();
  const { url } = file;
  await migrate({ url }, NOW);
  const store = await openStore({ url });
  const another = await openStore({ url });
  await store.teams.insert({ name: "Ops", description: "" }, NOW);
  await another.close();
  await store.close();
  const path = url.slice("file:".length);
  const log = await Deno.stat(`${path}-wal`).catch(() => ({ size: 0 }));
  assert.equal(log.size, 0);
  await Deno.copyFile(path, `${path}.copy`);
  const copy = await openStore({ url: `${url}.copy` });
  const { total } = await copy.teams.list({}, { page: 1, pageSize: 1 });
  await copy.close();
  assert.equal(total, 1);
});

Deno.test("a transaction that was ended writes nothing any more, and leaves the next one alone", async () => {
  await using file = await createTestFile();
  await migrate({ url: file.url }, NOW);
  const connection = openFile(file.url);
  try {
    const write = "INSERT INTO rate_limits (key, full_at_us) VALUES (?, 0)";
    const late = await connection.begin({ durable: true });
    await late.end();
    await assert.rejects(late.execute(write, ["late"]), StoreUnavailableError);
    const next = await connection.begin({ durable: true });
    await assert.rejects(late.execute(write, ["late"]), StoreUnavailableError);
    await assert.rejects(late.commit(), StoreUnavailableError);
    await late.end();
    await next.execute(write, ["next"]);
    await next.commit();
    await next.end();
    const { rows } = await connection.read("SELECT key FROM rate_limits", []);
    assert.deepEqual(rows.map(({ key }) => key), ["next"]);
  } finally {
    await connection.close();
  }
});
