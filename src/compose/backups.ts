/** From the settings to what makes backups and puts them back. */
import { dirname, resolve } from "node:path";
import { BackupError } from "../backup/backup_error.ts";
import type { Dump } from "../backup/dump.ts";
import { sqliteDump } from "../backup/dump_sqlite.ts";
import { folderPlace } from "../backup/folder_place.ts";
import type { Place } from "../backup/place.ts";
import type { RestoreTarget } from "../backup/restore.ts";
import { sqliteTarget } from "../backup/restore_sqlite.ts";
import type { BackupPlace, Config, DatabaseConfig } from "../config.ts";

/** Promises what backs up the database; throws BackupError for one that is backed up where it runs. */
export async function dumpOf(database: DatabaseConfig): Promise<Dump> {
  switch (database.kind) {
    case "libsql-file":
      return sqliteDump(resolve(database.path));
    case "postgres": {
      const { postgresDump } = await import("../backup/dump_postgres.ts");
      return postgresDump(database.url);
    }
    case "libsql-remote":
      throw elsewhere();
  }
}

/** Promises what a backup of the database is restored to; throws BackupError as `dumpOf` does. */
export async function targetOf(
  database: DatabaseConfig,
  clock: () => number,
): Promise<RestoreTarget> {
  switch (database.kind) {
    case "libsql-file":
      return sqliteTarget(resolve(database.path), clock);
    case "postgres": {
      const { postgresTarget } = await import("../backup/restore_postgres.ts");
      const scratch = scratchOf(database);
      return postgresTarget(database.url, { scratch, clock });
    }
    case "libsql-remote":
      throw elsewhere();
  }
}

/** Promises that no PagerPal works on the database, as far as this machine can tell; throws BackupError. */
export async function refuseRunning(
  database: DatabaseConfig,
  clock: () => number,
): Promise<void> {
  if (database.kind === "libsql-remote") return;
  await (await targetOf(database, clock)).refuseRunning();
}

function elsewhere(): BackupError {
  return new BackupError(
    "A libSQL server keeps its backups itself. deno task export writes all data into a file.",
  );
}

/** Promises the place. What speaks with buckets is loaded only for one. */
export async function placeOf(
  place: BackupPlace,
  { s3, database }: Pick<Config, "s3" | "database">,
): Promise<Place> {
  if (place.kind === "folder") return folderPlace(resolve(place.path));
  const { s3Place } = await import("../backup/s3_place.ts");
  return s3Place(place, { access: s3, scratch: scratchOf(database) });
}

/** Where there is room for a backup: beside the database, or in the folder that PagerPal has. */
function scratchOf(database: DatabaseConfig): string {
  return resolve(
    database.kind === "libsql-file" ? dirname(database.path) : "data",
  );
}
