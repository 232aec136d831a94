/**
 * Measures how fast PagerPal pages: the real process, a stand-in provider and the load, each a process of its own on this
 * machine. Prints a table, and JSON into the file of `--json`. docs/benchmarks.md says what each figure means.
 *
 *     deno task bench [--only alert-to-page,burst] [--database libsql] [--stored 0] ...
 */
import { parseArgs } from "node:util";
import { bench, loadLimit } from "./bench/bench.ts";
import { type DatabaseKind, DATABASES } from "./bench/databases.ts";
import { tableOf } from "./bench/figures.ts";
import { pagerpal } from "./bench/pagerpal.ts";
import { PART_NAMES, type PartName } from "./bench/parts.ts";

const HELP = `deno task bench
  --only a,b         parts: ${PART_NAMES.join(", ")}; all when not given
  --database a,b     ${Object.keys(DATABASES).join(", ")}; both when not given
  --stored 1000000   old incidents for a second round; 0: no second round
  --open 10000       and open ones
  --people 100       who are paged, each for a source of their own
  --bundling 0       PAGE_BUNDLING_SECONDS
  --seconds 10       how long each flood of alerts lasts
  --burst 6000       incidents of the burst
  --provider-ms 50   how long the provider takes over each page of a flood or burst
  --json file        writes the figures as JSON too`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: PART_NAMES.join() },
    database: { type: "string", default: Object.keys(DATABASES).join() },
    stored: { type: "string", default: "1000000" },
    open: { type: "string", default: "10000" },
    people: { type: "string", default: "100" },
    bundling: { type: "string", default: "0" },
    seconds: { type: "string", default: "10" },
    burst: { type: "string", default: "6000" },
    "provider-ms": { type: "string", default: "50" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}

const old = Number(values.stored);
const load = Math.round(await loadLimit(pagerpal));
const runs = await bench({
  target: pagerpal,
  databases: chosen(values.database, Object.keys(DATABASES) as DatabaseKind[]),
  parts: chosen<PartName>(values.only, PART_NAMES),
  people: Number(values.people),
  bundlingSeconds: Number(values.bundling),
  stored: old > 0 ? { old, open: Number(values.open) } : null,
  seconds: Number(values.seconds),
  burst: Number(values.burst),
  providerMs: Number(values["provider-ms"]),
});
console.log(
  `PAGE_BUNDLING_SECONDS=${values.bundling} but for the bundled burst; ${values.people} people; the load generator does ${load} requests/s against a server that does nothing\n`,
);
console.log(tableOf(runs));
if (values.json !== undefined) {
  const written = { at: new Date().toISOString(), options: values, load, runs };
  await Deno.writeTextFile(values.json, JSON.stringify(written, null, 2));
}
Deno.exit();

function chosen<T extends string>(text: string, known: readonly T[]): T[] {
  const names = text.split(",");
  const wrong = names.filter((name) => !known.some((one) => one === name));
  if (wrong.length > 0) {
    console.error(`There is no ${wrong.join(", ")}.\n\n${HELP}`);
    Deno.exit(2);
  }
  return known.filter((name) => names.includes(name));
}
