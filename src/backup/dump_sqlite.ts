/** The backup of a SQLite file: a copy of it that is a database of its own. */
import { copyFile, inspectFile } from "../store/libsql/libsql_copy.ts";
import { BackupError, backupError } from "./backup_error.ts";
import type { Dump } from "./dump.ts";
import { isThere } from "./private_file.ts";

/** Promises the dump of the file at this path. */
export function sqliteDump(database: string): Dump {
  return {
    kind: "sqlite",
    async check() {
      // Opening a file that is not there would make one.
      if (await isThere(database)) return;
      throw new BackupError(`There is no database at ${database}.`);
    },
    async write(path) {
      try {
        copyFile(database, path);
        const { schemaVersion, rows } = await inspectFile(path);
        if (schemaVersion !== null) return { schemaVersion, rows };
      } catch (error) {
        throw backupError(`${database} could not be copied`, error);
      }
      throw new BackupError(
        `${database} is a SQLite file, but not one of PagerPal's.`,
      );
    },
  };
}
