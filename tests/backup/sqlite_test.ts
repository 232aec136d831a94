import { deepEqual, equal, match, ok } from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BackupError } from "../../src/backup/backup_error.ts";
import { sqliteDump } from "../../src/backup/dump_sqlite.ts";
import { folderPlace } from "../../src/backup/folder_place.ts";
import type { RestoreOptions } from "../../src/backup/restore.ts";
import { sqliteTarget } from "../../src/backup/restore_sqlite.ts";
import { rotate } from "../../src/backup/take_backup.ts";
import { backupInstant } from "../../src/domain/system/backup.ts";
import {
  migrate,
  NEWEST_SCHEMA_VERSION,
  pending,
} from "../../src/store/migrate.ts";
import { openFile } from "../../src/store/libsql/libsql_file.ts";
import { createTestFile } from "../databases.ts";
import { everyRow } from "../every_row.ts";
import { NEWER_MIGRATION, runSql } from "../sql.ts";
import { withStore } from "../stores.ts";
import {
  backUp as backUpTo,
  KEY,
  NOW_MS,
  restoreTo as restoreWith,
  TEAM,
} from "./practice.ts";

const pathOf = (url: string) => url.slice("file:".length);

/** Makes the backup of the database in the folder `backups` beside it. */
const backUp = (url: string, atMs?: number) =>
  backUpTo(
    sqliteDump(pathOf(url)),
    join(dirname(pathOf(url)), "backups"),
    atMs,
  );

const restoreTo = (
  url: string,
  backup: string,
  options?: Partial<RestoreOptions>,
) => restoreWith(sqliteTarget(pathOf(url), () => NOW_MS), backup, options);

/** Everything but what a restoration itself writes. */
async function rowsOf(url: string) {
  const { audit_log_entries: _ours, ...rows } = await everyRow(url);
  return rows;
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

/**
 * Makes it a file that nobody has ever opened. The binding closes a connection only when its statements are collected as
 * garbage, so that this process would have the former one open for long.
 */
async function renew(url: string): Promise<void> {
  const path = pathOf(url);
  await Deno.copyFile(path, `${path}.new`);
  await Deno.rename(`${path}.new`, path);
  for (const end of ["-wal", "-shm"]) {
    await Deno.remove(path + end).catch(() => {});
  }
}

/** A database with a team, and the path of a backup of it, taken while it is open. */
async function withBackup(
  body: (url: string, backup: string) => Promise<void>,
): Promise<void> {
  await withStore("libSQL", async (store, { url }) => {
    await runSql(url, `${TEAM} ('Payments', '', 1, 2)`);
    const backup = await backUp(url);
    await store.close();
    await renew(url);
    await body(url, backup);
  });
}

Deno.test("a backup of a file in use is restored to every row, and what was written since is kept beside it", async () => {
  await withBackup(async (url, backup) => {
    const before = await rowsOf(url);
    equal(before["teams"]?.length, 1);
    await runSql(url, `${TEAM} ('Platform', '', 3, 4)`);
    const since = await everyRow(url);
    await renew(url);

    const restored = await restoreTo(url, backup);
    equal(restored.rows["teams"], 1);
    deepEqual(restored.migrated, []);
    equal(restored.kept, `${pathOf(url)}.before-restore-20261128T031700Z`);
    deepEqual(await everyRow(`file:${restored.kept}`), since);
    deepEqual(await rowsOf(url), before);
    const { audit_log_entries: [entry] = [] } = await everyRow(url);
    equal(entry?.["action"], "database.restore");
    equal(entry?.["actor"], "system");
    deepEqual(
      (await namesIn(dirname(pathOf(url)))).filter((name) =>
        name.includes("restoring")
      ),
      [],
    );
  });
});

Deno.test("a backup is for its owner's eyes, has what it says, and stands alone", async () => {
  await withBackup(async (_url, backup) => {
    const names = await namesIn(dirname(backup));
    deepEqual(names, [basename(backup), `${basename(backup)}.json`]);
    equal(backupInstant(basename(backup)), NOW_MS);
    const manifest = JSON.parse(await Deno.readTextFile(`${backup}.json`));
    equal(manifest.schema_version, NEWEST_SCHEMA_VERSION);
    equal(manifest.pagerpal_version, "1.2.3");
    equal(manifest.rows.teams, 1);
    equal(manifest.size_bytes, (await Deno.stat(backup)).size);
    ok(!JSON.stringify(manifest).includes(KEY));
    if (Deno.build.os === "windows") return;
    for (const name of names) {
      const { mode } = await Deno.stat(join(dirname(backup), name));
      equal((mode ?? 0) & 0o077, 0, name);
    }
  });
});

Deno.test("a backup is restored where the database is gone, whatever lies about of it", async () => {
  await withBackup(async (url, backup) => {
    const path = pathOf(url);
    const before = await rowsOf(url);
    await Deno.remove(path);
    // What a crash leaves would be played into whatever has the name next.
    await Deno.writeTextFile(`${path}-wal`, "of the file that is gone");
    const restored = await restoreTo(url, backup);
    equal(restored.kept, null);
    deepEqual(await rowsOf(url), before);
  });
});

Deno.test("a database that is damaged is replaced, and kept with all that lay beside it", async () => {
  await withBackup(async (url, backup) => {
    const path = pathOf(url);
    const before = await rowsOf(url);
    await renew(url);
    await Deno.writeTextFile(path, "no database at all".repeat(100));
    await Deno.writeTextFile(`${path}-wal`, "its log");
    const { kept } = await restoreTo(url, backup);
    match(await Deno.readTextFile(kept ?? ""), /^no database/);
    equal(await Deno.readTextFile(`${kept}-wal`), "its log");
    deepEqual(await rowsOf(url), before);
  });
});

Deno.test("a database that was moved away is moved back when the backup cannot take its place", async () => {
  await withBackup(async (url, backup) => {
    const path = pathOf(url);
    const damaged = "no database at all".repeat(100);
    await Deno.writeTextFile(path, damaged);
    await Deno.writeTextFile(`${path}-wal`, "its log");
    // In the way of what is beside the file, so that the first of them has been moved by then.
    const kept = `${path}.before-restore-20261128T031700Z`;
    await Deno.mkdir(`${kept}-wal/full`, { recursive: true });
    const error = await restoreTo(url, backup)
      .then(() => null, (reason) => reason);
    ok(error instanceof BackupError, String(error));
    equal(await Deno.readTextFile(path), damaged);
    equal(await Deno.readTextFile(`${path}-wal`), "its log");
  });
});

/** What is wrong, what is done about the backup before, and what is said. */
const REFUSALS: [
  what: string,
  spoil: (backup: string, url: string) => Promise<void>,
  said: RegExp,
  options?: Partial<RestoreOptions>,
][] = [
  [
    "is cut off",
    async (backup) => await Deno.truncate(backup, 100_000),
    /is not whole: it has 100000 of \d+ bytes/,
  ],
  [
    "is cut off, and nobody says how long it was",
    async (backup) => await Deno.truncate(backup, 100_000),
    /is damaged/,
    { withoutManifest: true },
  ],
  [
    "has one other byte",
    async (backup) => {
      const bytes = await Deno.readFile(backup);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await Deno.writeFile(backup, bytes);
    },
    /is not what was written: its check sum/,
  ],
  [
    "is another kind of file",
    async (backup) => await Deno.writeTextFile(backup, "%PDF-1.7 and so on"),
    /The file is no backup of PagerPal's/,
    { withoutManifest: true },
  ],
  [
    "is another program's database",
    async (backup) => {
      await Deno.remove(backup);
      await runSql(`file:${backup}`, "CREATE TABLE songs (title TEXT)");
    },
    /is a database, but not PagerPal's/,
    { withoutManifest: true },
  ],
  [
    "is of PostgreSQL",
    async (backup) => await Deno.writeTextFile(backup, "PGDMP..."),
    /The backup is of PostgreSQL, .*deno task export/,
    { withoutManifest: true },
  ],
  [
    "was written under another key",
    async () => {},
    /another SECRET_KEY .*--other-key/s,
    { secretKey: "another key" },
  ],
  [
    "is newer than the program",
    async () => {},
    /is at migration \d+, and this version of PagerPal knows 3\. .*1\.2\.3/,
    { schemaVersion: 3 },
  ],
  [
    "has a migration that nobody knows",
    async (backup) => await runSql(`file:${backup}`, NEWER_MIGRATION),
    /is at migration 9999, .* with the version that made it or a later one/,
    { withoutManifest: true },
  ],
  [
    "has no manifest",
    async (backup) => await Deno.remove(`${backup}.json`),
    /\.json is not beside it, .*--without-manifest/,
  ],
  [
    "has something else for a manifest",
    async (backup) => await Deno.writeTextFile(`${backup}.json`, "[]"),
    /is not the manifest of a PagerPal backup/,
  ],
  [
    "has the manifest of a later version",
    async (backup) =>
      await Deno.writeTextFile(
        `${backup}.json`,
        '{"format": "pagerpal-backup", "format_version": 2}',
      ),
    /is of format 2, and this version of PagerPal knows 1/,
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
    "is not there",
    async (backup) => {
      await Deno.remove(backup);
      await Deno.remove(`${backup}.json`);
    },
    /There is no pagerpal-20261128T031700Z\.db in /,
  ],
];

for (const [what, spoil, said, options] of REFUSALS) {
  Deno.test(`a backup that ${what} is refused in a sentence, and the database has not changed`, async () => {
    await withBackup(async (url, backup) => {
      await spoil(backup, url);
      const database = pathOf(url);
      const before = await Deno.readFile(database);
      const names = await namesIn(dirname(database));
      const error = await restoreTo(url, backup, options)
        .then(() => null, (reason) => reason);
      ok(error instanceof BackupError, String(error));
      match(error.message, said);
      deepEqual(await Deno.readFile(database), before);
      deepEqual(await namesIn(dirname(database)), names);
    });
  });
}

Deno.test("a file that somebody has open is not replaced", async () => {
  await withBackup(async (url, backup) => {
    const other = openFile(url);
    try {
      const error = await restoreTo(url, backup)
        .then(() => null, (reason) => reason);
      match(String(error), /has .*pagerpal\.db open: stop it first/);
    } finally {
      await other.close();
    }
    await renew(url);
    equal((await restoreTo(url, backup)).rows["teams"], 1);
  });
});

Deno.test("a backup written under a key that is lost is restored by who insists", async () => {
  await withBackup(async (url, backup) => {
    const options = { secretKey: "another key", otherKey: true };
    equal((await restoreTo(url, backup, options)).rows["teams"], 1);
  });
});

Deno.test("a backup of an older PagerPal is brought to the newest migration", async () => {
  await using file = await createTestFile();
  await using folder = await olderMigrations(10);
  await migrate({ url: file.url, folder: folder.url }, 0);
  await runSql(file.url, `${TEAM} ('Payments', '', 1, 2)`);
  const backup = await backUp(file.url);
  await renew(file.url);
  const { migrated, rows } = await restoreTo(file.url, backup);
  equal(migrated.length, NEWEST_SCHEMA_VERSION - 10);
  equal(rows["teams"], 1);
  deepEqual(await pending({ url: file.url }), []);
  equal((await everyRow(file.url))["teams"]?.length, 1);
});

Deno.test("what cannot be backed up says so, makes no database where there was none, and leaves nothing behind", async () => {
  await using file = await createTestFile();
  const folder = dirname(pathOf(file.url));
  const refused = async () =>
    String(await backUp(file.url).then(() => null, (reason) => reason));
  match(await refused(), /BackupError: There is no database at /);
  deepEqual(await namesIn(folder), []);
  await runSql(file.url, "CREATE TABLE songs (title TEXT)");
  match(await refused(), /is a SQLite file, but not one of PagerPal's/);
  deepEqual(await namesIn(join(folder, "backups")), []);
  await Deno.writeTextFile(pathOf(file.url), "no database".repeat(200));
  match(await refused(), /could not be copied: the file is damaged/);
  deepEqual(await namesIn(join(folder, "backups")), []);
});

Deno.test("a backup that cannot be given its name leaves no manifest either", async () => {
  await withBackup(async (url, backup) => {
    const folder = dirname(backup);
    const later = NOW_MS + 60_000;
    const inTheWay = join(folder, "pagerpal-20261128T031800Z.db", "full");
    await Deno.mkdir(inTheWay, { recursive: true });
    const before = await namesIn(folder);
    const error = await backUp(url, later).then(() => null, (reason) => reason);
    match(String(error), /BackupError: .*031800Z\.db could not be written/);
    deepEqual(await namesIn(folder), before);
  });
});

Deno.test("backups that are too many go with their manifests, and drafts that a crash has left go in time", async () => {
  await withBackup(async (url, backup) => {
    const folder = dirname(backup);
    const day = 86_400_000;
    const left = join(folder, ".pagerpal-20261101T000000Z.db.partial");
    await Deno.writeTextFile(left, "half");
    await Deno.utime(left, new Date(0), new Date(NOW_MS - 3 * day));
    const young = join(folder, ".pagerpal-20261128T000000Z.db.partial");
    await Deno.writeTextFile(young, "somebody is at it");
    await Deno.utime(young, new Date(0), new Date(NOW_MS));
    await backUp(url, NOW_MS + day);
    const newest = basename(await backUp(url, NOW_MS + 2 * day));
    const retention = { keep: 1, keepDays: null };
    const gone = await rotate(folderPlace(folder), retention, NOW_MS + day);
    equal(gone.length, 2);
    equal(gone[0], basename(backup));
    deepEqual(await namesIn(folder), [
      basename(young),
      newest,
      `${newest}.json`,
    ]);
  });
});

/** The first so many of our migrations, as an older version had them. */
async function olderMigrations(
  count: number,
): Promise<{ url: URL } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_migrations_" });
  const source = new URL("../../migrations/", import.meta.url);
  for (const name of (await namesIn(fileURLToPath(source))).slice(0, count)) {
    await Deno.copyFile(new URL(name, source), join(folder, name));
  }
  return {
    url: new URL(`file://${folder}/`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
