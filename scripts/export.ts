/** Writes all data as JSON lines. */
import { dirname } from "node:path";
import { BackupError, backupError } from "../src/backup/backup_error.ts";
import { exportData } from "../src/backup/export_data.ts";
import { keyCheck } from "../src/backup/manifest.ts";
import {
  createPrivate,
  isThere,
  removeFile,
  syncFile,
} from "../src/backup/private_file.ts";
import { loadConfig } from "../src/config.ts";
import { addressOf } from "../src/open_database.ts";
import { VERSION } from "../src/version.ts";
import { type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task export [<file>]

Writes all data of the database of DATABASE_URL as JSON lines, as it is at one
moment, also while PagerPal runs: to the file, which is not there yet, or to
standard output. deno task import takes it into another database, of the same
kind or not. docs/backup.md describes the format.

Passwords, keys and tokens are in it as they are stored, as hashes or sealed
with SECRET_KEY: keep that too.

  --help  this text`;

async function run(_values: unknown, [path]: string[]): Promise<ExitCode> {
  const rows = path === undefined
    ? await writeAll(Deno.stdout.writable)
    : await writeFile(path);
  const count = Object.values(rows).reduce((sum, n) => sum + n, 0);
  console.error(`Exported ${count} rows.`);
  return 0;
}

/** Under its name there is a whole export or none. */
async function writeFile(path: string): Promise<Record<string, number>> {
  const draft = `${path}.partial`;
  const file = await openDraft(draft, path);
  try {
    const rows = await writeAll(file.writable);
    await syncFile(draft);
    await Deno.rename(draft, path);
    return rows;
  } catch (error) {
    await removeFile(draft).catch(() => {});
    throw error;
  }
}

async function openDraft(draft: string, path: string): Promise<Deno.FsFile> {
  try {
    if (await isThere(path)) throw new BackupError(`${path} is there already.`);
    await createPrivate(draft);
    return await Deno.open(draft, { write: true });
  } catch (error) {
    throw backupError(`${dirname(path)} takes no files`, error);
  }
}

async function writeAll(
  stream: WritableStream<Uint8Array>,
): Promise<Record<string, number>> {
  const config = loadConfig();
  const writer = stream.getWriter();
  const encoder = new TextEncoder();
  try {
    return await exportData({
      address: await addressOf(config.database),
      version: VERSION,
      keyCheck: keyCheck(config.secretKey),
      nowMs: Date.now(),
      write: (lines) => writer.write(encoder.encode(lines)),
    });
  } finally {
    await writer.close().catch(() => {});
  }
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: {},
      optional: ["file"],
      run,
    }, Deno.args),
  );
}
