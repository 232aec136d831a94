import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { tempFolder } from "../backup/places.ts";
import { fillEveryTable } from "../backup/every_table.ts";
import { createTestFile } from "../databases.ts";
import { everyRow } from "../every_row.ts";
import { Server } from "../process/server.ts";
import { withStore } from "../stores.ts";
import { runScript } from "./scripts.ts";

Deno.test("export writes a file or to standard output, and import takes it from either", async () => {
  await withStore("libSQL", async (_store, { url }) => {
    await using folder = await tempFolder();
    await using first = await createTestFile();
    await using second = await createTestFile();
    const count = await fillEveryTable(url);
    const file = join(folder.path, "all.jsonl");
    const env = { DATABASE_URL: url };
    const toFile = await runScript("export", { args: [file], env });
    equal(toFile.code, 0, toFile.err);
    match(toFile.err, new RegExp(`Exported ${count} rows\\.`));
    const again = await runScript("export", { args: [file], env });
    equal(again.code, 1);
    match(again.err, /all\.jsonl is there already/);
    const nowhere = join(folder.path, "none");
    const lost = await runScript("export", { args: [`${nowhere}/x`], env });
    equal(lost.code, 1);
    equal(
      lost.err.split("\n").at(-2),
      `${nowhere} takes no files: it is not there.`,
    );
    const toOut = await runScript("export", { env });
    const body = (text: string) => text.split("\n").slice(1);
    deepEqual(body(toOut.out), body(await Deno.readTextFile(file)));

    const taken = await runScript("import", {
      args: [file],
      env: { DATABASE_URL: first.url },
    });
    equal(taken.code, 0, taken.err);
    match(taken.out, new RegExp(`Imported ${count} rows, 2 incidents`));
    const piped = await runScript("import", {
      input: toOut.out,
      env: { DATABASE_URL: second.url },
    });
    equal(piped.code, 0, piped.err);
    deepEqual(await everyRow(second.url), await everyRow(url));
  });
});

Deno.test("import refuses a database that a PagerPal runs on, and what is no export, in sentences", async () => {
  await using database = await createTestFile();
  const env = { DATABASE_URL: database.url };
  const none = await runScript("import", { args: ["/nowhere.jsonl"], env });
  equal(none.code, 1);
  match(none.err, /\/nowhere\.jsonl cannot be read: it is not there/);
  const foreign = await runScript("import", { input: "id,name\n1,a\n", env });
  equal(foreign.code, 1);
  match(foreign.err, /Line 1 is not JSON/);
  equal(/^\s+at /m.test(foreign.err), false, foreign.err);
  await using _server = await Server.start({ env });
  const running = await runScript("import", { input: "", env });
  equal(running.code, 1);
  match(running.err, /open: stop it first/);
});
