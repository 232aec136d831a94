/** Tells who would be paged if something fired, by which channel and at what minute, and where it would end. */
import { SEVERITIES, type Severity } from "../src/domain/intake/alert.ts";
import { shownDryRun } from "../src/app/policies/dry_run_fields.ts";
import { loadConfig } from "../src/config.ts";
import { addressOf, UnmigratedError } from "../src/open_database.ts";
import type { Store } from "../src/ports/store.ts";
import { pending } from "../src/store/migrate.ts";
import { openStore } from "../src/store/open.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";
import { findFired, type Named } from "./dry_run/find_fired.ts";
import { linesOf } from "./dry_run/lines_of.ts";
import { readAt, readZone } from "./dry_run/read_at.ts";

const USAGE =
  `Usage: deno task dry-run (--policy <id or name> | --source <id or name>) [options]

Tells who would be paged if it fired and nobody answered: by which channel, at
what minute, through every repeat to the end. It reads the database of
DATABASE_URL, writes nothing and pages nobody.

  --at <time>          when it fires: a wall-clock time, as "2026-11-28 03:00",
                       or an instant, as 2026-11-28T03:00:00Z; default: now
  --time-zone <zone>   of the wall clock, as Europe/London; default: this
                       machine's
  --severity <word>    ${SEVERITIES.join(", ")}; default: critical
  --json               the same as the API answers
  --help               this text`;

const OPTIONS = {
  policy: { type: "string" },
  source: { type: "string" },
  at: { type: "string" },
  "time-zone": { type: "string" },
  severity: { type: "string" },
  json: { type: "boolean" },
} as const;

type Values = Named & {
  at?: string;
  "time-zone"?: string;
  severity?: string;
  json?: boolean;
};

async function run(values: Values): Promise<ExitCode> {
  const timeZone = readZone(values["time-zone"]);
  const atMs = readAt(values.at, { timeZone, nowMs: Date.now() });
  const severity = readSeverity(values.severity);
  const store = await openToRead();
  try {
    const run = await findFired(store, values, { atMs, severity });
    const text = values.json
      ? [JSON.stringify(shownDryRun(run), null, 2)]
      : linesOf(run, timeZone);
    console.log(text.join("\n"));
    return 0;
  } finally {
    await store.close();
  }
}

/** Nothing is migrated: whoever only asks must not change the database. */
async function openToRead(): Promise<Store> {
  const address = await addressOf(loadConfig().database);
  const missing = await pending(address);
  if (missing.length > 0) throw new UnmigratedError(missing);
  return await openStore(address);
}

function readSeverity(text = "critical"): Severity {
  const severity = SEVERITIES.find((one) => one === text);
  if (severity) return severity;
  throw new CommandError(
    `--severity holds "${text}"; it must be one of ${SEVERITIES.join(", ")}.`,
    2,
  );
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({ usage: USAGE, options: OPTIONS, run }, Deno.args),
  );
}
