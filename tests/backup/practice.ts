/** Backups and restorations as the tests make them, whatever the database. */
import { basename, dirname, join } from "node:path";
import type { Dump } from "../../src/backup/dump.ts";
import { folderPlace } from "../../src/backup/folder_place.ts";
import { keyCheck } from "../../src/backup/manifest.ts";
import {
  restore,
  type Restored,
  type RestoreOptions,
  type RestoreTarget,
} from "../../src/backup/restore.ts";
import { takeBackup } from "../../src/backup/take_backup.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrate.ts";

export const NOW_MS = Date.UTC(2026, 10, 28, 3, 17);
export const KEY = "a key that is long enough for anybody";

/** The beginning of a statement that makes teams. */
export const TEAM =
  "INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES";

/** Promises the path of a backup in the folder. */
export async function backUp(
  dump: Dump,
  folder: string,
  atMs = NOW_MS,
): Promise<string> {
  const { place, name } = await takeBackup({
    ...{ dump, place: folderPlace(folder), version: "1.2.3" },
    ...{ keyCheck: keyCheck(KEY), clock: () => atMs },
  });
  return join(place, name);
}

/** Restores the backup at the path. */
export function restoreTo(
  target: RestoreTarget,
  backup: string,
  options: Partial<RestoreOptions> = {},
): Promise<Restored> {
  return restore({
    place: folderPlace(dirname(backup)),
    name: basename(backup),
    target,
    schemaVersion: NEWEST_SCHEMA_VERSION,
    secretKey: KEY,
    otherKey: false,
    withoutManifest: false,
    ...options,
  });
}
