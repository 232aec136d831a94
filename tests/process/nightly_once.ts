/** Runs the job of the nightly backup once, as the service would, and says what it said. */
import { nightlyBackupOf } from "../../src/compose/nightly.ts";
import { loadConfig } from "../../src/config.ts";
import { openDatabase } from "../../src/open_database.ts";

const config = loadConfig();
const store = await openDatabase(config, Date.now());
let ticks = 0;
const timer = setInterval(() => ticks++, 5);
const run = nightlyBackupOf({
  ...{ config, store, clock: Date.now, random: Math.random, fetch },
  ...{ newId: () => "id", node: "node-1", hostname: "host" },
  ...{ version: "1.2.3", schemaVersion: 1, staticDirectory: "" },
  randomBytes: (length) => new Uint8Array(length),
}, new AbortController().signal);
try {
  console.log(await run?.());
  console.log(`${ticks} ticks meanwhile`);
} catch (error) {
  console.log(`Failed: ${error instanceof Error ? error.message : error}`);
} finally {
  clearInterval(timer);
  await store.close();
}
Deno.exit();
