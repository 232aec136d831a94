import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { migrate } from "../../../src/store/migrate.ts";
import { openFile } from "../../../src/store/libsql/libsql_file.ts";
import { openServer } from "../../../src/store/libsql/libsql_server.ts";
import { openStore } from "../../../src/store/open.ts";
import { createTestFile } from "../../databases.ts";
import { createTestServer } from "../../fakes/hrana_server.ts";
import { forEachStore } from "../../stores.ts";
import { createWorld, NOW, open } from "../fixture.ts";

const UNAVAILABLE = { name: "StoreUnavailableError" };
const DEV = { name: "Dev", description: "" };

/** Promises a port on which nobody listens. */
function deadPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

for (
  const url of [
    `postgres://nobody@127.0.0.1:${deadPort()}/none`,
    "postgres://nobody@no-such-host.invalid/none",
    `http://127.0.0.1:${deadPort()}`,
  ]
) {
  const kind = new URL(url).protocol + "//" + new URL(url).hostname;
  Deno.test(`a database that cannot be reached is unavailable (${kind})`, async () => {
    const store = await openStore({ url });
    try {
      await assert.rejects(store.check(), UNAVAILABLE);
      await assert.rejects(store.teams.insert(DEV, NOW), UNAVAILABLE);
      await assert.rejects(migrate({ url }, NOW), UNAVAILABLE);
    } finally {
      await store.close();
    }
  });
}

Deno.test("a file that cannot be opened, or is no database, is unavailable", async () => {
  await using file = await createTestFile();
  const folder = dirname(file.url.slice("file:".length));
  const noDatabase = join(folder, "text.db");
  await Deno.writeTextFile(noDatabase, "This is not a database. ".repeat(99));
  const missing = join(folder, "no", "such", "folder.db");
  const said = `The database file ${missing} cannot be opened: its folder`;
  await assert.rejects(
    openStore({ url: `file:${missing}` }),
    ({ message }: Error) => message.startsWith(said),
  );
  for (const path of [missing, folder, noDatabase]) {
    await assert.rejects(openStore({ url: `file:${path}` }), UNAVAILABLE);
    await assert.rejects(migrate({ url: `file:${path}` }, NOW), UNAVAILABLE);
  }
});

Deno.test("a libSQL server that answers with an error is unavailable, until it does not", async () => {
  await using server = await createTestServer({ authToken: "secret" });
  const { url } = server;
  const authToken = "secret";
  await migrate({ url, authToken }, NOW);
  const store = await openStore({ url, authToken });
  const stranger = await openStore({ url, authToken: "wrong" });
  try {
    for (const status of [500, 502, 503, 429]) {
      server.failWith(status);
      await assert.rejects(store.check(), UNAVAILABLE);
      await assert.rejects(store.teams.insert(DEV, NOW), UNAVAILABLE);
    }
    server.failWith(null);
    assert.equal((await store.teams.insert(DEV, NOW)).name, "Dev");
    await assert.rejects(stranger.check());
    await assert.rejects(stranger.teams.insert(DEV, NOW));
    assert.equal(server.openStreams(), 0);
  } finally {
    await store.close();
    await stranger.close();
  }
});

Deno.test("a libSQL server that does not answer is not waited for without end", async () => {
  await using server = await createTestServer();
  const connection = openServer(server.url, { answerMs: 50 });
  server.failWith(0);
  await assert.rejects(connection.read("SELECT 1", []), UNAVAILABLE);
  const transaction = await connection.begin({ durable: true });
  await assert.rejects(transaction.execute("SELECT 1", []), UNAVAILABLE);
  await transaction.end();
  await connection.close();
});

Deno.test("a transaction that a libSQL server has forgotten writes nothing more", async () => {
  await using server = await createTestServer();
  const { url } = server;
  await migrate({ url }, NOW);
  const store = await openStore({ url });
  try {
    const work = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      server.expireStreams();
      await tx.teams.insert({ ...DEV, name: "Ops" }, NOW);
    });
    await assert.rejects(work, UNAVAILABLE);
    const { total } = await store.teams.list({}, { page: 1, pageSize: 1 });
    assert.equal(total, 0);
    await store.teams.insert(DEV, NOW);
  } finally {
    await store.close();
  }
});

/** Ends every other session of the database, as a restart of the server would. */
async function killSessions(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  await sql.end();
}

/** Promises the first answer that is not StoreUnavailableError; fails after 50 of those. */
async function recovered<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== UNAVAILABLE.name) {
        throw error;
      }
      if (tries === 50) throw error;
      await new Promise((go) => setTimeout(go, 10));
    }
  }
}

forEachStore(
  "a connection that is lost between two statements loses the transaction and nothing else",
  async (store, { url }) => {
    for (let round = 0; round < 5; round++) {
      const work = store.transaction(async (tx) => {
        await tx.teams.insert({ ...DEV, name: "Lost" }, NOW);
        await killSessions(url);
        await tx.teams.insert({ ...DEV, name: "Also lost" }, NOW);
      });
      await assert.rejects(work, UNAVAILABLE);
      await recovered(() =>
        store.transaction((tx) =>
          tx.teams.insert({ ...DEV, name: `Team ${round}` }, NOW)
        )
      );
    }
    const { items } = await store.teams.list({}, { page: 1, pageSize: 50 });
    assert.deepEqual(
      items.map(({ name }) => name),
      [0, 1, 2, 3, 4].map((round) => `Team ${round}`),
    );
  },
  ["PostgreSQL"],
);

forEachStore(
  "a connection that is lost before the commit commits nothing",
  async (store, { url }) => {
    const work = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      await killSessions(url);
    });
    await assert.rejects(work, UNAVAILABLE);
    const { total } = await recovered(() =>
      store.teams.list({}, { page: 1, pageSize: 1 })
    );
    assert.equal(total, 0);
  },
  ["PostgreSQL"],
);

forEachStore(
  "statements that wait when the server goes away end as unavailable",
  async (store, { url, openAnother }) => {
    const world = await createWorld(store);
    const { id } = await open(store, world);
    const other = await openAnother();
    const held = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const holding = store.transaction(async (tx) => {
      await tx.incidents.lock(id);
      held.resolve();
      await gate.promise;
    });
    await held.promise;
    const waiting = Promise.allSettled(
      Array.from(
        { length: 5 },
        () => other.transaction((tx) => tx.incidents.lock(id)),
      ),
    );
    await killSessions(url);
    gate.resolve();
    await assert.rejects(holding, UNAVAILABLE);
    let done = 0;
    for (const result of await waiting) {
      // The first to wait may get the lock before its own session is ended.
      if (result.status === "fulfilled") done++;
      else assert.equal(result.reason.name, UNAVAILABLE.name);
    }
    const again = await recovered(() => other.incidents.lock(id));
    assert.equal(again?.version, 2 + done);
  },
  ["PostgreSQL"],
);

forEachStore(
  "idle connections that were lost are replaced unseen",
  async (store, { url }) => {
    await Promise.all(Array.from({ length: 30 }, () => store.check()));
    await killSessions(url);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => recovered(() => store.check())),
    );
    assert.equal(answers.length, 30);
  },
  ["PostgreSQL"],
);

forEachStore(
  "two transactions that wait for each other are both done in the end",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const one = await open(store, world, { externalId: "one" });
    const two = await open(store, world, { externalId: "two" });
    const other = await openAnother();
    const both = Promise.withResolvers<void>();
    let ready = 0;
    let runs = 0;
    const lockBoth = (first: number, second: number, on: typeof store) =>
      on.transaction(async (tx) => {
        runs++;
        await tx.incidents.lock(first);
        if (++ready === 2) both.resolve();
        await both.promise;
        await tx.incidents.lock(second);
      });
    await Promise.all([
      lockBoth(one.id, two.id, store),
      lockBoth(two.id, one.id, other),
    ]);
    assert.equal(runs, 3, "one of them ran twice");
    assert.equal((await store.incidents.find(one.id))?.version, 3);
    assert.equal((await store.incidents.find(two.id))?.version, 3);
  },
  ["PostgreSQL"],
);

forEachStore(
  "more transactions than connections take turns",
  async (store, { url }) => {
    const world = await createWorld(store);
    const { id } = await open(store, world);
    const narrow = await openStore({ url, poolSize: 2 });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        narrow.transaction(async (tx) => {
          await tx.incidents.lock(id);
          await tx.incidents.find(id);
        })),
    );
    await narrow.close();
    assert.equal((await store.incidents.find(id))?.version, 21);
  },
  ["PostgreSQL"],
);

forEachStore(
  "a migration of a newer node under an open store disturbs nobody",
  async (store, { url, name }) => {
    const world = await createWorld(store);
    const { id } = await open(store, world);
    const useAll = async () => {
      await Promise.all(Array.from({ length: 30 }, async () => {
        assert.equal((await store.incidents.find(id))?.title, "Disk full");
        await store.transaction((tx) => tx.incidents.lock(id));
      }));
    };
    await useAll();
    const change = "ALTER TABLE incidents ADD COLUMN mood TEXT";
    if (name === "PostgreSQL") {
      const sql = postgres(url, { max: 1 });
      await sql.unsafe(change);
      await sql.end();
    } else {
      const other = openFile(url);
      const transaction = await other.begin({ durable: true });
      await transaction.script(change);
      await transaction.commit();
      await transaction.end();
      await other.close();
    }
    await useAll();
  },
);
