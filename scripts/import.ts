/** Takes the data of an export into a database. */
import { backupError } from "../src/backup/backup_error.ts";
import { importData } from "../src/backup/import_data.ts";
import { textLines } from "../src/backup/text_lines.ts";
import { refuseRunning } from "../src/compose/backups.ts";
import { loadConfig } from "../src/config.ts";
import { addressOf } from "../src/open_database.ts";
import { NEWEST_SCHEMA_VERSION } from "../src/store/migrate.ts";
import { type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task import [<file>] [options]

Takes an export, from the file or from standard input, into the database of
DATABASE_URL: all of it or nothing. Stop every PagerPal on it first. The
database must hold nothing; where it has no tables yet, it gets them.

  --replace    delete first what the database holds
  --other-key  the data was written under a SECRET_KEY that is lost
  --help       this text`;

const OPTIONS = {
  replace: { type: "boolean" },
  "other-key": { type: "boolean" },
} as const;

interface Values {
  replace?: boolean;
  "other-key"?: boolean;
}

async function run(values: Values, [path]: string[]): Promise<ExitCode> {
  const { database, secretKey } = loadConfig();
  await refuseRunning(database, Date.now);
  const rows = await importData({
    address: await addressOf(database),
    lines: textLines(await opened(path)),
    schemaVersion: NEWEST_SCHEMA_VERSION,
    secretKey,
    otherKey: values["other-key"] ?? false,
    replace: values.replace ?? false,
    nowMs: Date.now(),
  });
  const count = Object.values(rows).reduce((sum, n) => sum + n, 0);
  console.log(`Imported ${count} rows, ${rows["incidents"] ?? 0} incidents.`);
  return 0;
}

async function opened(
  path: string | undefined,
): Promise<ReadableStream<Uint8Array>> {
  if (path === undefined) return Deno.stdin.readable;
  try {
    return (await Deno.open(path)).readable;
  } catch (error) {
    throw backupError(`${path} cannot be read`, error);
  }
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: OPTIONS,
      optional: ["file"],
      run,
    }, Deno.args),
  );
}
