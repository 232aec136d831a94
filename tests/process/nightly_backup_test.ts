import { equal, match, ok } from "node:assert/strict";
import { createTestFile } from "../databases.ts";
import { everyRow } from "../every_row.ts";
import {
  createDumpable,
  NO_PROGRAMS,
  stopDumpable,
} from "../backup/dumpable.ts";
import { tempFolder } from "../backup/places.ts";
import { runSql } from "../sql.ts";
import { migrate } from "../../src/store/migrate.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test.afterAll(stopDumpable);

/** Runs the job with the permissions that the service has, and these. */
async function nightly(
  env: Record<string, string>,
  permissions: string[],
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-P=start", "--no-prompt", "--lock=tests/deno.lock"],
      ...permissions,
      "tests/process/nightly_once.ts",
    ],
    cwd: ROOT,
    env: { ENVIRONMENT: "test", BACKUP_NIGHTLY_AT: "00:00", ...env },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

async function backupsIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

Deno.test("the nightly backup is made on a thread of its own, once a night, with the permissions of the service", async () => {
  await using database = await createTestFile();
  await using folder = await tempFolder();
  const env = {
    DATABASE_URL: database.url,
    BACKUP_TO: folder.path,
    BACKUP_KEEP: "1",
  };
  const old = `${folder.path}/pagerpal-20200101T000000Z.db`;
  await Deno.writeTextFile(old, "an old one");
  const allowed = ["--allow-read", "--allow-write"];
  match(await nightly(env, []), /Failed: .*--allow-(read|write)/);
  await runSql(database.url, "UPDATE backups SET claimable_at_ms = 0");
  match(await nightly(env, allowed), /^Made .*\.db\n\d+ ticks meanwhile/);
  const made = await backupsIn(folder.path);
  equal(made.length, 2, made.join());
  match(made.join(), /^pagerpal-\d{8}T\d{6}Z\.db,pagerpal-.*\.db\.json$/);
  match(await nightly(env, allowed), /^The newest is .*\.db/);
  const { backups: [row] = [] } = await everyRow(database.url);
  equal(row?.["state"], "done");
  ok(String(row?.["location"]).startsWith(folder.path));
});

Deno.test({
  name:
    "the nightly backup of PostgreSQL says what it lacks, and is made when it has it",
  ignore: NO_PROGRAMS !== null,
  async fn() {
    await using database = await createDumpable();
    await using folder = await tempFolder();
    await migrate({ url: database.url }, 0);
    const env = { DATABASE_URL: database.url, BACKUP_TO: folder.path };
    const files = ["--allow-read", "--allow-write"];
    match(
      await nightly(env, files),
      /Failed: PagerPal may not start pg_dump: it takes --allow-run=pg_dump,pg_restore\./,
    );
    await runSql(database.url, "UPDATE backups SET claimable_at_ms = 0");
    const programs = [...files, "--allow-run=pg_dump,pg_restore"];
    match(await nightly(env, programs), /^Made .*\.pgdump\n/);
  },
});
