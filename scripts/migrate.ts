/** Brings the database to the newest schema, or tells what is missing. */
import { loadConfig } from "../src/config.ts";
import { addressOf } from "../src/open_database.ts";
import {
  compare,
  type Difference,
  migrate,
  plan,
} from "../src/store/migrate.ts";
import { type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task migrate [--check | --dry-run]

Applies the migrations that the database of DATABASE_URL lacks, each in one
transaction. It may run while PagerPal runs, and on several nodes at once.

  --check    apply nothing; list what is missing, exit code 1 when there is any
  --dry-run  apply nothing; print the SQL that would be run, as this database
             understands it
  --help     this text`;

const OPTIONS = {
  check: { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;

interface Values {
  check?: boolean;
  "dry-run"?: boolean;
}

async function run(
  { check, "dry-run": dryRun }: Values,
): Promise<ExitCode> {
  const address = await addressOf(loadConfig().database);
  if (dryRun) return print(await plan(address));
  if (!check) {
    for (const name of await migrate(address, Date.now())) {
      console.log(`Applied ${name}`);
    }
  }
  return report(await compare(address));
}

/** What is printed is SQL as a whole. */
function print(migrations: { name: string; sql: string }[]): ExitCode {
  if (migrations.length === 0) console.log("-- Nothing to apply.");
  for (const { name, sql } of migrations) {
    console.log(`-- ${name}\n\n${sql.trim()}\n`);
  }
  return 0;
}

function report({ missing, newer }: Difference): ExitCode {
  if (newer.length > 0) {
    console.log("A newer PagerPal has migrated the database:");
    for (const name of newer) console.log(`  ${name}`);
    console.log("This version can work on it.");
    return 0;
  }
  if (missing.length === 0) {
    console.log("The database is at the newest migration.");
    return 0;
  }
  console.log(`Missing: ${missing.length}`);
  for (const name of missing) console.log(`  ${name}`);
  return 1;
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: OPTIONS,
      run,
    }, Deno.args),
  );
}
