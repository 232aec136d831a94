/** Backs up the database, also while PagerPal runs. */
import { basename, dirname } from "node:path";
import { auditEntry } from "../src/app/backups/nightly_backup.ts";
import { keyCheck } from "../src/backup/manifest.ts";
import type { Place } from "../src/backup/place.ts";
import { type Backup, rotate, takeBackup } from "../src/backup/take_backup.ts";
import { dumpOf, placeOf } from "../src/compose/backups.ts";
import { type Config, loadConfig } from "../src/config.ts";
import {
  BACKUP_PLACE_FORMS,
  type BackupPlace,
  readBackupPlace,
} from "../src/config/backup_place.ts";
import { addressOf } from "../src/open_database.ts";
import { StoreUnavailableError } from "../src/ports/store.ts";
import { openStore } from "../src/store/open.ts";
import { VERSION } from "../src/version.ts";
import { listBackups } from "./backup/list_backups.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task backup [<where>] [options]

Backs up the database of DATABASE_URL, also while PagerPal runs. <where> is a
folder, a file that is not there yet and ends in .db or .pgdump, or
s3://bucket/prefix; BACKUP_TO when not given. A manifest is written beside each
backup; keep the two together.

SECRET_KEY is not in the backup, and neither are the other settings: keep them
too, in another place.

  --keep <n>       delete all but the newest n backups there
  --keep-days <n>  delete backups there that are older than n days
                   default: BACKUP_KEEP and BACKUP_KEEP_DAYS in BACKUP_TO, and
                   nothing anywhere else
  --list           make none; list those that are there
  --help           this text`;

const OPTIONS = {
  keep: { type: "string" },
  "keep-days": { type: "string" },
  list: { type: "boolean" },
} as const;

interface Values {
  keep?: string;
  "keep-days"?: string;
  list?: boolean;
}

async function run(values: Values, [where]: string[]): Promise<ExitCode> {
  const config = loadConfig();
  const to = await destinationOf(where, config);
  const place = await placeOf(to.place, config);
  if (values.list) return await listBackups(place);
  const retention = {
    keep: wholeNumber("--keep", values.keep) ?? to.retention.keep,
    keepDays: wholeNumber("--keep-days", values["keep-days"]) ??
      to.retention.keepDays,
  };
  const backup = await takeBackup({
    dump: await dumpOf(config.database),
    place,
    ...to.name === undefined ? {} : { name: to.name },
    version: VERSION,
    keyCheck: keyCheck(config.secretKey),
    clock: Date.now,
  });
  await record(backup, config);
  tell(backup);
  await tidy(place, retention);
  return 0;
}

interface Destination {
  place: BackupPlace;
  /** Of the file, where one was named. */
  name?: string;
  retention: { keep: number | null; keepDays: number | null };
}

async function destinationOf(
  where: string | undefined,
  { backup }: Config,
): Promise<Destination> {
  if (where === undefined) return { place: backup.to, retention: backup };
  const place = readBackupPlace(where);
  if (place === null) {
    throw new CommandError(`<where> must be ${BACKUP_PLACE_FORMS}.`, 2);
  }
  const retention = { keep: null, keepDays: null };
  if (place.kind === "s3" || !/\.(db|pgdump)$/.test(place.path)) {
    return { place, retention };
  }
  const path = place.path;
  if (await exists(path)) throw new CommandError(`${path} is there already.`);
  const folder = { kind: "folder" as const, path: dirname(path) };
  return { place: folder, name: basename(path), retention };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function wholeNumber(option: string, text?: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CommandError(`${option} takes a whole number from 1.`, 2);
}

/** So that the metrics and the audit log know of it. A database that is behind has no place for that yet. */
async function record(
  { place, name, sizeBytes, beganAtMs }: Backup,
  { database }: Config,
): Promise<void> {
  const store = await openStore(await addressOf(database));
  const location = `${place}/${name}`;
  const made = { location, sizeBytes, beganAtMs, endedAtMs: Date.now() };
  try {
    await store.transaction(async (tx) => {
      await tx.backups.record({ ...made, node: Deno.hostname() });
      await tx.auditLog.add(auditEntry(made, "command"));
    });
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    console.error(`The backup is made, but not recorded: ${error.message}`);
  } finally {
    await store.close();
  }
}

function tell({ place, name, sizeBytes, rows }: Backup): void {
  console.log(`${place}/${name}`);
  const count = Object.values(rows).reduce((sum, n) => sum + n, 0);
  console.log(
    `${sizeBytes} bytes, ${count} rows (${
      rows["incidents"] ?? 0
    } incidents), read back and found whole.`,
  );
  console.log("Keep SECRET_KEY too: it is not in the backup.");
}

async function tidy(
  place: Place,
  retention: Destination["retention"],
): Promise<void> {
  for (const name of await rotate(place, retention, Date.now())) {
    console.log(`Deleted ${name}`);
  }
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: OPTIONS,
      optional: ["where"],
      run,
    }, Deno.args),
  );
}
