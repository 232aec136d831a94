import { equal, match } from "node:assert/strict";
import { migrate } from "../../src/store/migrate.ts";
import { createTestFile } from "../databases.ts";
import { newerVersion, NEXT_NUMBER } from "../other_version.ts";
import { runSql } from "../sql.ts";
import { runScript } from "./scripts.ts";

Deno.test("migrate --check lists what is missing with exit code 1, migrate applies it, and then nothing is missing", async () => {
  await using database = await createTestFile();
  const env = { DATABASE_URL: database.url };
  const before = await runScript("migrate", { args: ["--check"], env });
  equal(before.code, 1);
  match(before.out, /^Missing: \d+\n {2}0001_\w+\.sql\n/);
  const applied = await runScript("migrate", { env });
  equal(applied.code, 0, applied.err);
  match(applied.out, /^Applied 0001_\w+\.sql\n/);
  const after = await runScript("migrate", { args: ["--check"], env });
  equal(after.code, 0);
  equal(after.out, "The database is at the newest migration.\n");
  const again = await runScript("migrate", { env });
  equal(again.out, "The database is at the newest migration.\n");
});

Deno.test("migrate --dry-run prints the SQL that it would run, as the database understands it, and runs none", async () => {
  await using database = await createTestFile();
  const env = { DATABASE_URL: database.url };
  const args = ["--dry-run"];
  const planned = await runScript("migrate", { args, env });
  equal(planned.code, 0, planned.err);
  match(planned.out, /^-- 0001_initial\.sql\n\n/);
  match(planned.out, /id INTEGER PRIMARY KEY AUTOINCREMENT/);
  const check = await runScript("migrate", { args: ["--check"], env });
  equal(check.code, 1, "nothing was applied");
  // What is printed is all that is needed.
  await runSql(database.url, planned.out);
  await using other = await createTestFile();
  await runScript("migrate", { env: { DATABASE_URL: other.url } });
  const done = await runScript("migrate", {
    args,
    env: { DATABASE_URL: other.url },
  });
  equal(done.out, "-- Nothing to apply.\n");
});

Deno.test("migrate names what a newer version has done, and leaves it", async () => {
  await using database = await createTestFile();
  const name = `${NEXT_NUMBER}_more.sql`;
  await using newer = await newerVersion(name, "CREATE TABLE more (n INTEGER)");
  await migrate({ url: database.url, folder: newer.folder }, 0);
  for (const args of [["--check"], []]) {
    const env = { DATABASE_URL: database.url };
    const { code, out } = await runScript("migrate", { args, env });
    equal(code, 0);
    equal(
      out,
      `A newer PagerPal has migrated the database:\n  ${name}\nThis version can work on it.\n`,
    );
  }
});

Deno.test("migrate says in a sentence that the settings are wrong or the database is out of reach", async () => {
  const wrong = await runScript("migrate", {
    env: { DATABASE_URL: "oracle:x" },
  });
  equal(wrong.code, 1);
  match(wrong.err, /^- DATABASE_URL holds "oracle:x"; it must be /m);
  const away = await runScript("migrate", {
    env: { DATABASE_URL: "file:/nowhere/at/all/pagerpal.db" },
  });
  equal(away.code, 1);
  equal(/^\s+at /m.test(away.err), false, away.err);
});
