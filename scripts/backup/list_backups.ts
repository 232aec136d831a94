/** What there is to restore from. */
import { BackupError } from "../../src/backup/backup_error.ts";
import { manifestName, readManifest } from "../../src/backup/manifest.ts";
import type { Place } from "../../src/backup/place.ts";
import { backupInstant } from "../../src/domain/system/backup.ts";
import type { ExitCode } from "../command.ts";

/** Prints the backups of the place, the oldest first, each with what its manifest says. */
export async function listBackups(place: Place): Promise<ExitCode> {
  const names = (await place.list())
    .filter((name) => backupInstant(name) !== null).sort();
  if (names.length === 0) console.log(`There is no backup in ${place.name}.`);
  for (const name of names) {
    console.log(`${place.name}/${name}  ${await facts(place, name)}`);
  }
  return 0;
}

async function facts(place: Place, name: string): Promise<string> {
  const beside = manifestName(name);
  const text = await place.read(beside);
  if (text === null) return "without a manifest";
  try {
    const manifest = readManifest(text, beside);
    return `${manifest.size_bytes} bytes, ${
      manifest.rows["incidents"] ?? 0
    } incidents, PagerPal ${manifest.pagerpal_version}`;
  } catch (error) {
    if (error instanceof BackupError) return error.message;
    throw error;
  }
}
