import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import {
  compare,
  DatabaseNewerError,
  migrate,
  MigrationChangedError,
  MigrationFailedError,
  NEWEST_SCHEMA_VERSION,
  pending,
} from "../../src/store/migrate.ts";
import { readMigrations } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/open.ts";
import { createTestDatabase, onConnection } from "../databases.ts";
import { newerVersion, NEXT_NUMBER } from "../other_version.ts";
import { runSql } from "../sql.ts";
import { BACKENDS, EVERY_BACKEND, forEachStore } from "../stores.ts";
import { NOW } from "./fixture.ts";
import { waitingForLock } from "./waiting_for_lock.ts";

const ONE = "CREATE TABLE a (id @identity@, name @text@ NOT NULL UNIQUE);";
const TWO = "CREATE TABLE b (id @identity@);\nCREATE INDEX c ON b (id);";

interface Folder {
  url: URL;
  write(name: string, sql: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Registers the test on every kind of database, with an empty one and a folder with two migrations. */
function onEach(
  name: string,
  body: (url: string, folder: Folder) => Promise<void>,
  on = EVERY_BACKEND,
): void {
  for (const backend of on) {
    Deno.test(`${name} (${backend})`, async () => {
      await using database = await BACKENDS[backend]();
      const path = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
      const folder: Folder = {
        url: pathToFileURL(`${path}/`),
        write: (file, sql) => Deno.writeTextFile(`${path}/${file}`, sql),
        remove: (file) => Deno.remove(`${path}/${file}`),
      };
      await folder.write("0001_one.sql", ONE);
      await folder.write("0002_two.sql", TWO);
      await folder.write("README.md", "Not a migration.");
      try {
        await body(database.url, folder);
      } finally {
        await Deno.remove(path, { recursive: true });
      }
    });
  }
}

const UNREADABLE =
  "INSERT INTO schema_migrations (version, name, checksum, applied_at_ms) VALUES (3, '0003-three', 'x', 0)";

const BOTH = ["0001_one.sql", "0002_two.sql"];

onEach(
  "a database is brought up to date once, and says what is missing",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    assert.deepEqual(await pending(target), BOTH);
    assert.deepEqual(await pending(target), BOTH, "looking changes nothing");
    assert.deepEqual(await migrate(target, NOW), BOTH);
    assert.deepEqual(await migrate(target, NOW), []);
    assert.deepEqual(await pending(target), []);
    await folder.write("0003_three.sql", "CREATE TABLE d (id @identity@);");
    assert.deepEqual(await pending(target), ["0003_three.sql"]);
    assert.deepEqual(await migrate(target, NOW), ["0003_three.sql"]);
  },
);

onEach(
  "of many processes that migrate at once, each file is applied by one",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    const applied = await Promise.all(
      Array.from({ length: 6 }, () => migrate(target, NOW)),
    );
    assert.deepEqual(applied.flat().sort(), BOTH);
  },
);

onEach(
  "a migration that was edited after it was applied is named",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await migrate(target, NOW);
    await folder.write("0001_one.sql", `${ONE} -- but better`);
    for (const work of [() => migrate(target, NOW), () => pending(target)]) {
      await assert.rejects(work(), (error) => {
        assert.ok(error instanceof MigrationChangedError);
        assert.match(error.message, /0001_one\.sql/);
        return true;
      });
    }
    await folder.write("0001_one.sql", ONE);
    assert.deepEqual(await migrate(target, NOW), []);
  },
);

onEach("line ends are no edit", async (url, folder) => {
  const target = { url, folder: folder.url };
  await migrate(target, NOW);
  await folder.write("0002_two.sql", TWO.replaceAll("\n", "\r\n"));
  assert.deepEqual(await migrate(target, NOW), []);
});

onEach(
  "a database that is newer than the code, and can do with it, is named and left as it is",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await folder.write("0003_three.needs_0002.sql", "DROP TABLE a;");
    await folder.write("0004_four.sql", "CREATE TABLE d (id @identity@);");
    await migrate(target, NOW);
    await folder.remove("0003_three.needs_0002.sql");
    await folder.remove("0004_four.sql");
    assert.deepEqual(await compare(target), {
      missing: [],
      newer: ["0003_three.needs_0002.sql", "0004_four.sql"],
    });
    assert.deepEqual(await migrate(target, NOW), []);
    assert.deepEqual(await pending(target), []);
  },
);

onEach(
  "a database that is newer than the code, and needs code that knows it, is left alone",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await folder.write("0003_three.needs_0003.sql", "DROP TABLE a;");
    await migrate(target, NOW);
    await folder.remove("0003_three.needs_0003.sql");
    for (const work of [migrate, compare, pending]) {
      await assert.rejects(work(target, NOW), (error) => {
        assert.ok(error instanceof DatabaseNewerError);
        assert.match(error.message, /0003_three\.needs_0003\.sql/);
        return true;
      });
    }
  },
);

onEach(
  "a newer migration whose name nobody can read is none to go on with",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await migrate(target, NOW);
    await runSql(url, UNREADABLE);
    await assert.rejects(pending(target), DatabaseNewerError);
    const store = await openStore({ url });
    try {
      assert.deepEqual(await store.check(), {
        schemaVersion: 3,
        neededVersion: 3,
      });
    } finally {
      await store.close();
    }
  },
  ["libSQL", "PostgreSQL"],
);

onEach(
  "a migration that fails leaves nothing of itself, and what came before it stays",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await folder.write("0002_two.sql", `${TWO} CREATE TABLE a (id INTEGER);`);
    await assert.rejects(migrate(target, NOW), (error) => {
      assert.ok(error instanceof MigrationFailedError);
      assert.match(error.message, /0002_two\.sql.*already exists/);
      return true;
    });
    assert.deepEqual(await pending(target), ["0002_two.sql"]);
    await folder.write("0002_two.sql", TWO);
    assert.deepEqual(await migrate(target, NOW), ["0002_two.sql"]);
  },
);

onEach(
  "a database with somebody else's tables is left as it is, and said to be none of ours",
  async (url) => {
    await runSql(url, "CREATE TABLE teams (name TEXT)");
    await assert.rejects(migrate({ url }, NOW), (error) => {
      assert.ok(error instanceof MigrationFailedError);
      assert.match(
        error.message,
        /has not made \(.*teams.*version 1/,
      );
      return true;
    });
    await runSql(url, "INSERT INTO teams (name) VALUES ('theirs')");
  },
  ["libSQL", "PostgreSQL"],
);

onEach(
  "a number that is missing or comes twice is an error",
  async (url, folder) => {
    const target = { url, folder: folder.url };
    await folder.write("0002_again.sql", TWO);
    await assert.rejects(migrate(target, NOW), /0002_two\.sql.*number 3/);
    await folder.remove("0002_again.sql");
    await folder.remove("0001_one.sql");
    await assert.rejects(migrate(target, NOW), /0002_two\.sql.*number 1/);
    await folder.write("0001_one.needs_0002.sql", ONE);
    await assert.rejects(migrate(target, NOW), /0001_one.* comes after it/);
  },
);

onEach("a database that was never migrated has the version 0", async (url) => {
  const store = await openStore({ url });
  try {
    assert.deepEqual(await store.check(), {
      schemaVersion: 0,
      neededVersion: 0,
    });
    await migrate({ url }, NOW);
    assert.deepEqual(await store.check(), {
      schemaVersion: NEWEST_SCHEMA_VERSION,
      neededVersion: 0,
    });
  } finally {
    await store.close();
  }
});

forEachStore(
  "statements that were prepared before a migration go on after it",
  async (store, { url }) => {
    // Several connections, each of which prepares a statement for itself.
    const readAtOnce = () =>
      Promise.all(Array.from({ length: 30 }, () => store.nodes.list()));
    // Sent without waiting for one another, so that what comes after the one that fails is on its way already.
    const readTogether = () =>
      store.transaction((tx) =>
        Promise.all([tx.nodes.list(), tx.jobs.list(), tx.nodes.list()])
      );
    await readAtOnce();
    await Promise.all(Array.from({ length: 10 }, readTogether));
    await runSql(url, "ALTER TABLE nodes ADD COLUMN mood TEXT");
    await Promise.all(Array.from({ length: 10 }, readTogether));
    await readAtOnce();
  },
);

Deno.test("a migration that waits for a table lets others have their turn, and is done when the table is free", async () => {
  await using database = await createTestDatabase();
  const { url } = database;
  await migrate({ url }, NOW);
  await using newer = await newerVersion(
    `${NEXT_NUMBER}_more.sql`,
    "ALTER TABLE nodes ADD COLUMN mood TEXT;",
  );
  const store = await openStore({ url });
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = onConnection(url, (sql) =>
    sql.begin(async (tx) => {
      await tx`SELECT count(*) FROM nodes`;
      held.resolve();
      await free.promise;
    }));
  try {
    await held.promise;
    const migrating = migrate({ url, folder: newer.folder }, NOW);
    await waitingForLock(url);
    assert.deepEqual(await store.nodes.list(), [], "behind it, for a moment");
    assert.deepEqual(await pending({ url }), []);
    free.resolve();
    assert.deepEqual(await migrating, [`${NEXT_NUMBER}_more.sql`]);
  } finally {
    free.resolve();
    await holding;
    await store.close();
  }
});

Deno.test("the newest version is the number of the last file", async () => {
  const migrations = await readMigrations();
  assert.equal(NEWEST_SCHEMA_VERSION, migrations.at(-1)?.version);
});
