/** Brings the database to the newest schema, or tells what is missing. */
import { loadConfig } from "../src/config.ts";
import { addressOf } from "../src/open_database.ts";
import { migrate, pending } from "../src/store/migrate.ts";
import { type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task migrate [--check]

Applies the migrations that the database of DATABASE_URL lacks, each in one
transaction. It may run while PagerPal runs, and on several nodes at once.

  --check  apply nothing; list what is missing, exit code 1 when there is any
  --help   this text`;

async function run({ check }: { check?: boolean }): Promise<ExitCode> {
  const address = await addressOf(loadConfig().database);
  return check
    ? report(await pending(address))
    : done(await migrate(address, Date.now()));
}

function report(missing: string[]): ExitCode {
  if (missing.length === 0) {
    console.log("The database is at the newest migration.");
    return 0;
  }
  console.log(`Missing: ${missing.length}`);
  for (const name of missing) console.log(`  ${name}`);
  return 1;
}

function done(applied: string[]): ExitCode {
  for (const name of applied) console.log(`Applied ${name}`);
  console.log("The database is at the newest migration.");
  return 0;
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: { check: { type: "boolean" } },
      run,
    }, Deno.args),
  );
}
