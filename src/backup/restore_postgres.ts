/**
 * A PostgreSQL database that is replaced by a backup of it. The backup is restored into a new database, and only when
 * that is whole do the two change names: the former one is never written to.
 */
import { join } from "node:path";
import { stamp } from "../domain/system/backup.ts";
import {
  countRows,
  schemaVersionOf,
  tablesOf,
} from "../store/whole_database/catalog.ts";
import {
  addressWith,
  createDatabase,
  databaseIn,
  dropDatabase,
  localeOf,
  MAINTENANCE,
  nameBeside,
  onServer,
  renameDatabase,
} from "../store/postgres/postgres_databases.ts";
import type { Execute } from "../store/connection/executor.ts";
import { codeOf } from "../store/connection/store_error.ts";
import { BackupError } from "./backup_error.ts";
import { readBack } from "./dump_postgres.ts";
import { migrateCopy } from "./migrate_copy.ts";
import { runProgram } from "./postgres_program.ts";
import { removeFile } from "./private_file.ts";
import {
  refuseNewer,
  refuseOtherRows,
  type Restored,
  type RestoreTarget,
  type Source,
} from "./restore.ts";
import { refuseRunning } from "./running_nodes.ts";

interface Names {
  /** What DATABASE_URL says. */
  database: string;
  /** While it is made. */
  fresh: string;
  /** What the former one is called afterwards. */
  kept: string;
}

/** Promises the target. The backup is fetched into the folder `scratch` first. */
export function postgresTarget(
  url: string,
  { scratch, clock }: { scratch: string; clock: () => number },
): RestoreTarget {
  const draft = join(scratch, ".pagerpal-restoring.pgdump");
  return {
    kind: "postgres",
    draft,
    async prepareDraft() {
      await Deno.mkdir(scratch, { recursive: true });
      await removeFile(draft);
    },
    removeDraft: () => removeFile(draft),
    refuseRunning: () => refuseRunning(url, clock()),
    async replace(path, source) {
      await readBack(path);
      const names = namesFor(url, clock());
      return await onServer(
        addressWith(url, MAINTENANCE),
        (execute) => replace(execute, { url, path, source, names, clock }),
      );
    },
  };
}

function namesFor(url: string, nowMs: number): Names {
  const database = databaseIn(url);
  if (database === null) {
    throw new BackupError("DATABASE_URL does not name the database.");
  }
  const time = stamp(nowMs).toLowerCase();
  return {
    database,
    fresh: nameBeside(database, `_restoring_${time}`),
    kept: nameBeside(database, `_before_restore_${time}`),
  };
}

interface Replacement {
  url: string;
  path: string;
  source: Source;
  names: Names;
  clock(): number;
}

async function replace(
  execute: Execute,
  { url, path, source, names, clock }: Replacement,
): Promise<Restored> {
  const { database, fresh, kept } = names;
  const former = await localeOf(execute, database);
  await allowed(() => createDatabase(execute, fresh, former));
  try {
    const address = addressWith(url, fresh);
    const rows = await fill(address, path, source);
    const migrated = await migrateCopy({ url: address }, source, clock());
    await refuseRunning(url, clock());
    if (former) await allowed(() => renameDatabase(execute, database, kept));
    try {
      await allowed(() => renameDatabase(execute, fresh, database));
    } catch (error) {
      if (former) await renameDatabase(execute, kept, database);
      throw error;
    }
    return { rows, migrated, kept: former ? `the database ${kept}` : null };
  } catch (error) {
    await dropDatabase(execute, fresh).catch(() => {});
    throw error;
  }
}

/** Promises the rows of each table, once the database has all that is in the dump and what the manifest says. */
async function fill(
  address: string,
  path: string,
  source: Source,
): Promise<Record<string, number>> {
  await runProgram("pg_restore", [
    ...["--no-owner", "--no-privileges", "--exit-on-error"],
    ...["--single-transaction", "--no-password", path],
  ], address);
  return await onServer(address, async (execute) => {
    refuseNewer(await foundVersion(execute), source);
    const tables = await tablesOf(execute, "postgres");
    const rows = await countRows(execute, tables);
    refuseOtherRows(rows, source.manifest);
    return rows;
  });
}

async function foundVersion(execute: Execute): Promise<number> {
  try {
    return await schemaVersionOf(execute);
  } catch (error) {
    throw new BackupError("The file is a dump, but not of a PagerPal's.", {
      cause: error,
    });
  }
}

/** PostgreSQL's own reasons not to let a database be made or renamed, in words. */
async function allowed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = REASONS[codeOf(error)];
    throw reason === undefined
      ? error
      : new BackupError(reason, { cause: error });
  }
}

// PostgreSQL manual, appendix A.
const REASONS: Record<string, string> = {
  "42501":
    "The user of DATABASE_URL may not make or rename databases. Let it (ALTER ROLE ... CREATEDB, and it must own the " +
    "database), or restore with pg_restore into a database of your own making.",
  "55006":
    "Somebody else is connected to the database, so that it cannot be renamed. Disconnect them first.",
};
