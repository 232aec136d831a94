/**
 * Measures how fast PagerPal pages: the real process, a stand-in provider and the load, each a process of its own on this
 * machine. Prints a table, and JSON into the file of `--json`. docs/benchmarks.md says what each figure means.
 *
 *     deno task bench [--only alert-to-page,burst] [--database libsql] [--stored 0] ...
 */
import { bench, type BenchOptions, loadLimit } from "./bench/bench.ts";
import { type DatabaseKind, DATABASES } from "./bench/databases.ts";
import { tableOf } from "./bench/figures.ts";
import { pagerpal } from "./bench/pagerpal.ts";
import { PART_NAMES, type PartName } from "./bench/parts.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";

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

const OPTIONS = {
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
} as const;

type Values = Record<Exclude<keyof typeof OPTIONS, "json">, string> & {
  json?: string;
};

Deno.exit(await runCommand({ usage: HELP, options: OPTIONS, run }, Deno.args));

async function run(values: Values): Promise<ExitCode> {
  const options = optionsOf(values);
  const load = Math.round(await loadLimit(pagerpal));
  const runs = await bench(options);
  console.log(
    `PAGE_BUNDLING_SECONDS=${values.bundling} but for the bundled burst; ${values.people} people; the load generator does ${load} requests/s against a server that does nothing\n`,
  );
  console.log(tableOf(runs));
  if (values.json !== undefined) {
    const at = new Date().toISOString();
    const written = { at, options: values, load, runs };
    await Deno.writeTextFile(values.json, JSON.stringify(written, null, 2));
  }
  return 0;
}

function optionsOf(values: Values): BenchOptions {
  const databases = Object.keys(DATABASES) as DatabaseKind[];
  const old = number("stored", values, 0);
  const open = number("open", values, 0);
  return {
    target: pagerpal,
    databases: chosen("database", values, databases),
    parts: chosen<PartName>("only", values, PART_NAMES),
    people: number("people", values),
    bundlingSeconds: number("bundling", values, 0),
    stored: old > 0 ? { old, open } : null,
    seconds: number("seconds", values),
    burst: number("burst", values),
    providerMs: number("provider-ms", values, 0),
  };
}

function number(
  name: Exclude<keyof Values, "json">,
  values: Values,
  least = 1,
): number {
  const text = values[name];
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new CommandError(`--${name} takes a whole number from ${least}.`, 2);
}

function chosen<T extends string>(
  name: "only" | "database",
  values: Values,
  known: readonly T[],
): T[] {
  const names = values[name].split(",");
  const wrong = names.filter((given) => !known.some((one) => one === given));
  if (wrong.length === 0) return known.filter((one) => names.includes(one));
  const allowed = known.join(", ");
  throw new CommandError(
    `--${name} holds ${JSON.stringify(wrong.join())}; it takes ${allowed}.`,
    2,
  );
}
