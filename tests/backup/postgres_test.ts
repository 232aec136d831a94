import { deepEqual, equal, match, ok } from "node:assert/strict";
import { dirname, join } from "node:path";
import { BackupError } from "../../src/backup/backup_error.ts";
import { postgresDump } from "../../src/backup/dump_postgres.ts";
import type { RestoreOptions } from "../../src/backup/restore.ts";
import { postgresTarget } from "../../src/backup/restore_postgres.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open.ts";
import {
  addressWith,
  databaseIn,
  nameBeside,
} from "../../src/store/postgres/postgres_databases.ts";
import { createTestDatabase, onConnection } from "../databases.ts";
import { everyRow } from "../every_row.ts";
import { runSql } from "../sql.ts";
import { createDumpable, NO_PROGRAMS, stopDumpable } from "./dumpable.ts";
import { tempFolder } from "./places.ts";
import {
  backUp as backUpTo,
  NOW_MS,
  restoreTo as restoreWith,
  TEAM,
} from "./practice.ts";

Deno.test.afterAll(stopDumpable);

function test(name: string, fn: () => Promise<void>): void {
  const ignore = NO_PROGRAMS !== null;
  Deno.test({ name: ignore ? `${name} (${NO_PROGRAMS})` : name, ignore, fn });
}

const backUp = (url: string, folder: string) =>
  backUpTo(postgresDump(url), folder);

function restoreTo(
  url: string,
  backup: string,
  { nowMs = NOW_MS, ...options }: Partial<RestoreOptions> & {
    nowMs?: number;
  } = {},
) {
  const scratch = join(dirname(backup), "scratch");
  const target = postgresTarget(url, { scratch, clock: () => nowMs });
  return restoreWith(target, backup, options);
}

/** A migrated database with a team, and the path of a backup of it. */
async function withBackup(
  body: (url: string, backup: string) => Promise<void>,
): Promise<void> {
  await using database = await createDumpable();
  await using folder = await tempFolder();
  const { url } = database;
  await migrate({ url }, 0);
  await runSql(url, `${TEAM} ('Payments', 'Zürich ✓', 1, 2)`);
  await body(url, await backUp(url, folder.path));
}

async function databasesBeside(url: string): Promise<string[]> {
  const own = databaseIn(url) ?? "";
  const rows = await onConnection(
    addressWith(url, "postgres"),
    (sql) => sql`SELECT datname FROM pg_database ORDER BY datname`,
  );
  return rows.map(({ datname }) => String(datname))
    .filter((name) => name.startsWith(own.slice(0, 20)));
}

test("a dump is restored to every row, and the former database is kept under another name", async () => {
  await withBackup(async (url, backup) => {
    const before = await everyRow(url);
    await runSql(url, `${TEAM} ('Platform', '', 3, 4)`);
    const since = await everyRow(url);
    const { kept, rows } = await restoreTo(url, backup);
    equal(rows["teams"], 1);
    const found = await everyRow(url);
    equal(found["audit_log_entries"]?.pop()?.["action"], "database.restore");
    deepEqual(found, before);
    const name = kept?.replace("the database ", "") ?? "";
    match(name, /_before_restore_20261128t031700z$/);
    const former = addressWith(url, name);
    deepEqual(await everyRow(former), since);
    equal((await databasesBeside(url)).length, 2);
    // The database that was restored goes on giving numbers where the backup was.
    await runSql(url, `${TEAM} ('Platform', '', 3, 4)`);
    equal((await everyRow(url))["teams"]?.[1]?.["id"], 2);
    await runSql(addressWith(url, "postgres"), `DROP DATABASE "${name}"`);
  });
});

test("a dump is restored where the database is gone", async () => {
  await withBackup(async (url, backup) => {
    const before = await everyRow(url);
    const drop = `DROP DATABASE "${databaseIn(url)}" WITH (FORCE)`;
    await onConnection(addressWith(url, "postgres"), (sql) => sql.unsafe(drop));
    equal((await restoreTo(url, backup)).kept, null);
    deepEqual((await everyRow(url))["teams"], before["teams"]);
  });
});

const REFUSALS: [
  what: string,
  spoil: (backup: string, url: string) => Promise<void>,
  said: RegExp,
  options?: Partial<RestoreOptions>,
][] = [
  [
    "is cut off",
    async (backup) =>
      await Deno.truncate(backup, (await Deno.stat(backup)).size - 2_000),
    /pg_restore failed: .*/,
    { withoutManifest: true },
  ],
  [
    "is of another program",
    async (backup, url) => {
      const songs = addressWith(url, `${databaseIn(url)?.slice(0, 8)}songs`);
      const name = databaseIn(songs);
      await onConnection(url, (sql) => sql.unsafe(`CREATE DATABASE "${name}"`));
      await runSql(songs, "CREATE TABLE songs (title TEXT)");
      await new Deno.Command("pg_dump", {
        args: ["-Fc", `--file=${backup}`, `--dbname=${songs}`],
      }).output();
      await onConnection(url, (sql) => sql.unsafe(`DROP DATABASE "${name}"`));
    },
    /is a dump, but not of a PagerPal's/,
    { withoutManifest: true },
  ],
  [
    "has fewer rows than its manifest says",
    async (backup) => {
      const manifest = JSON.parse(await Deno.readTextFile(`${backup}.json`));
      manifest.rows.teams = 2;
      await Deno.writeTextFile(`${backup}.json`, JSON.stringify(manifest));
    },
    /has 1 rows in teams, and its manifest says 2/,
  ],
  [
    "is of a SQLite file",
    async (backup) => await Deno.writeTextFile(backup, "SQLite format 3\0"),
    /The backup is of a SQLite file/,
    { withoutManifest: true },
  ],
];

for (const [what, spoil, said, options] of REFUSALS) {
  test(`a dump that ${what} is refused in a sentence, and the database has not changed`, async () => {
    await withBackup(async (url, backup) => {
      await spoil(backup, url);
      const before = await everyRow(url);
      const error = await restoreTo(url, backup, options)
        .then(() => null, (reason) => reason);
      ok(error instanceof BackupError, String(error));
      match(error.message, said);
      deepEqual(await everyRow(url), before);
      deepEqual(await databasesBeside(url), [databaseIn(url)]);
      const left = await Array.fromAsync(
        Deno.readDir(join(dirname(backup), "scratch")),
      );
      deepEqual(left, []);
    });
  });
}

test("a database on which a node was heard of lately, or a PagerPal is connected, is not replaced", async () => {
  await withBackup(async (url, backup) => {
    const refusal = async (nowMs?: number) =>
      String(
        await restoreTo(url, backup, nowMs === undefined ? {} : { nowMs })
          .then(() => null, (reason) => reason),
      );
    const store = await openStore({ url });
    await store.nodes.save({
      ...{ name: "node-1", hostname: "host", version: "1.2.3" },
      ...{ schemaVersion: 1, phase: "running", delivers: true },
      ...{ escalates: true, startedAtMs: 0, lastSeenAtMs: NOW_MS - 5_000 },
    });
    match(await refusal(), /node-1 was heard of less than 30 seconds ago/);
    match(await refusal(NOW_MS + 60_000), /PagerPal is connected/);
    await store.close();
    const { kept } = await restoreTo(url, backup, { nowMs: NOW_MS + 60_000 });
    const name = kept?.replace("the database ", "");
    await runSql(addressWith(url, "postgres"), `DROP DATABASE "${name}"`);
  });
});

test("a database that another program has open is not renamed, and nothing is left of the attempt", async () => {
  await withBackup(async (url, backup) => {
    await onConnection(url, async (sql) => {
      await sql`SELECT 1`;
      const error = await restoreTo(url, backup)
        .then(() => null, (reason) => reason);
      match(String(error), /BackupError: Somebody else is connected/);
    });
    deepEqual(await databasesBeside(url), [databaseIn(url)]);
  });
});

test("a user that may not make databases is told so", async () => {
  await withBackup(async (url, backup) => {
    const user = `modest_${crypto.randomUUID().slice(0, 8)}`;
    await runSql(
      url,
      `CREATE ROLE ${user} LOGIN PASSWORD 'x:y/z'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${user}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${user}`,
    );
    const modest = new URL(url);
    modest.username = user;
    modest.password = encodeURIComponent("x:y/z");
    const error = await restoreTo(modest.href, backup)
      .then(() => null, (reason) => reason);
    match(String(error), /BackupError: .* may not make or rename databases/);
    // But it may read all, and so back up; the password is not on a command line.
    await backUp(modest.href, join(dirname(backup), "own"));
    await runSql(url, `DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });
});

test("a database that is not PagerPal's, or cannot be reached, is not backed up", async () => {
  await using database = await createDumpable();
  await using folder = await tempFolder();
  const refusal = async (url: string) =>
    String(
      await backUp(url, folder.path).then(() => null, (reason) => reason),
    );
  match(await refusal(database.url), /is not one of PagerPal's/);
  const away = new URL(database.url);
  away.port = "9";
  match(await refusal(away.href), /BackupError: .*could not be dumped: .*9/);
  deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

test("programs that are older than the server are refused before they are asked", async () => {
  await using newer = await createTestDatabase();
  await using folder = await tempFolder();
  const text = new TextDecoder().decode(
    (await new Deno.Command("pg_dump", { args: ["--version"] }).output())
      .stdout,
  );
  if (Number(/\d+/.exec(text)?.[0]) >= 18) return;
  const error = await backUp(newer.url, folder.path)
    .then(() => null, (reason) => reason);
  match(String(error), /pg_dump \d+ is older than the server, 18: install/);
});

Deno.test("the address of another database on the same server is the same but for the name", () => {
  const cases: [url: string, name: string | null, other: string][] = [
    ["postgres://u:p@h:5432/d", "d", "postgres://u:p@h:5432/x"],
    [
      "postgres://u@h/d?sslmode=require",
      "d",
      "postgres://u@h/x?sslmode=require",
    ],
    ["postgres://u@a:1,b:2/a%20b", "a b", "postgres://u@a:1,b:2/x"],
    ["postgres://h", null, "postgres://h/x"],
  ];
  for (const [url, name, other] of cases) {
    equal(databaseIn(url), name);
    equal(addressWith(url, "x"), other);
  }
  equal(nameBeside("pagerpal", "_kept"), "pagerpal_kept");
  equal(nameBeside("x".repeat(63), "_kept"), `${"x".repeat(58)}_kept`);
});
