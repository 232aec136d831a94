/** Puts a backup in the place of the database. */
import { basename, dirname } from "node:path";
import { BackupError } from "../src/backup/backup_error.ts";
import { restore, type Restored } from "../src/backup/restore.ts";
import { placeOf, targetOf } from "../src/compose/backups.ts";
import { loadConfig } from "../src/config.ts";
import {
  type BackupPlace,
  readBackupPlace,
} from "../src/config/backup_place.ts";
import { NEWEST_SCHEMA_VERSION } from "../src/store/migrate.ts";
import { type ExitCode, runCommand } from "./command.ts";

const USAGE = `Usage: deno task restore <backup> [options]

Puts a backup, a file or s3://bucket/prefix/name, in the place of the database
of DATABASE_URL. Stop every PagerPal on it first. The backup is looked through
before anything changes, and brought to the newest migration; the database that
is there is kept, and it is said where. deno task backup --list tells what there
is to restore.

  --other-key         the data was written under a SECRET_KEY that is lost
  --without-manifest  there is no manifest beside the backup: believe the file
  --help              this text`;

const OPTIONS = {
  "other-key": { type: "boolean" },
  "without-manifest": { type: "boolean" },
} as const;

interface Values {
  "other-key"?: boolean;
  "without-manifest"?: boolean;
}

async function run(values: Values, [from = ""]: string[]): Promise<ExitCode> {
  const config = loadConfig();
  const { place, name } = sourceOf(from);
  const restored = await restore({
    place: await placeOf(place, config),
    name,
    target: await targetOf(config.database, Date.now),
    schemaVersion: NEWEST_SCHEMA_VERSION,
    secretKey: config.secretKey,
    otherKey: values["other-key"] ?? false,
    withoutManifest: values["without-manifest"] ?? false,
  });
  tell(from, restored);
  return 0;
}

function sourceOf(from: string): { place: BackupPlace; name: string } {
  const place = readBackupPlace(from);
  if (place?.kind === "folder") {
    const folder = dirname(place.path);
    return { place: { ...place, path: folder }, name: basename(place.path) };
  }
  const folders = place?.prefix.split("/") ?? [];
  const name = folders.pop();
  if (!place || !name) {
    throw new BackupError(
      `${from} is neither a file nor s3://bucket/prefix/name.`,
    );
  }
  return { place: { ...place, prefix: folders.join("/") }, name };
}

function tell(from: string, { rows, migrated, kept }: Restored): void {
  const count = Object.values(rows).reduce((sum, n) => sum + n, 0);
  console.log(
    `Restored ${from}: ${count} rows, ${rows["incidents"] ?? 0} incidents.`,
  );
  for (const name of migrated) console.log(`Applied ${name}`);
  if (kept !== null) {
    console.log(`What was there is kept: ${kept}`);
  }
  console.log(
    "Pages that were due when the backup was made go out when PagerPal starts.",
  );
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: OPTIONS,
      positionals: ["a backup"],
      run,
    }, Deno.args),
  );
}
