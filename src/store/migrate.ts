/** Brings a database to the schema of this code: each file in one transaction, checked, by one process at a time. */
import { StoreUnavailableError } from "../ports/store.ts";
import { oneConnection } from "./connection/one_connection.ts";
import type { LibsqlAddress } from "./libsql/libsql.ts";
import {
  type AppliedMigration,
  MigrationRunner,
} from "./connection/migration_runner.ts";
import {
  type Migration,
  neededBy,
  readMigrations,
  sqlFor,
} from "./migrations.ts";
import { storeError } from "./connection/store_error.ts";

export { NEWEST_SCHEMA_VERSION } from "./migrations.ts";

export interface MigrationTarget {
  /** As openStore takes it. */
  url: string;
  /** For a libSQL server. */
  authToken?: string;
  /** The folder of the numbered files; the repository's own when not given. */
  folder?: URL;
}

/** A file was changed after it had been applied. */
export class MigrationChangedError extends Error {
  override readonly name = "MigrationChangedError";
}

/** The database has migrations that this code does not know and cannot do without: a newer PagerPal has been here. */
export class DatabaseNewerError extends Error {
  override readonly name = "DatabaseNewerError";
}

/** The database refused a migration; nothing of that file is left behind. */
export class MigrationFailedError extends Error {
  override readonly name = "MigrationFailedError";
}

/**
 * Promises the names of the migrations it applied, in order; empty when there was nothing to do. Any number of processes
 * may call it at once. Throws MigrationChangedError, DatabaseNewerError, MigrationFailedError or StoreUnavailableError;
 * the files before the failed one stay applied.
 */
export async function migrate(
  target: MigrationTarget,
  nowMs: number,
  { upTo = Infinity }: {
    /** The version of the last one to apply; all when not given. */
    upTo?: number;
  } = {},
): Promise<string[]> {
  const migrations = await readMigrations(target.folder);
  return await withRunner(target, async (runner) => {
    const names: string[] = [];
    // Most starts find nothing to do, and need no lock to see it.
    const [first] = remaining(migrations, await runner.applied());
    if (first === undefined || first.version > upTo) return names;
    for (;;) {
      const name = await applyNext(runner, { migrations, nowMs, upTo });
      if (name === null) return names;
      names.push(name);
    }
  });
}

/** Promises the names of the migrations that are still to be applied. Writes nothing. Throws as migrate does. */
export async function pending(target: MigrationTarget): Promise<string[]> {
  return (await compare(target)).missing;
}

/** Promises what migrate would run, in order, as this database understands it. Writes nothing. Throws as migrate does. */
export async function plan(
  target: MigrationTarget,
): Promise<{ name: string; sql: string }[]> {
  const migrations = await readMigrations(target.folder);
  return await withRunner(
    target,
    async (runner) =>
      remaining(migrations, await runner.applied()).map((migration) => ({
        name: migration.name,
        sql: sqlFor(migration, runner.dialect),
      })),
  );
}

/** Names of migrations, in order: those that the database lacks, and those of a newer PagerPal. */
export interface Difference {
  missing: string[];
  newer: string[];
}

/** Promises how the database and this code differ. Writes nothing. Throws as migrate does. */
export async function compare(target: MigrationTarget): Promise<Difference> {
  const migrations = await readMigrations(target.folder);
  return await withRunner(target, async (runner) => {
    const applied = await runner.applied();
    const missing = remaining(migrations, applied).map(({ name }) => name);
    const newer = applied.filter(({ version }) => version > migrations.length)
      .map(({ name }) => name);
    return { missing, newer };
  });
}

/** Applies the first migration that is not there yet and tells its name; null when all are. */
function applyNext(
  runner: MigrationRunner,
  { migrations, nowMs, upTo }: {
    migrations: Migration[];
    nowMs: number;
    upTo: number;
  },
): Promise<string | null> {
  return runner.exclusively(async (transaction) => {
    const [next] = remaining(migrations, await transaction.applied());
    if (next === undefined || next.version > upTo) return null;
    try {
      await transaction.script(sqlFor(next, runner.dialect));
    } catch (error) {
      throw migrationError(next, error);
    }
    await transaction.record(next, nowMs);
    return next.name;
  });
}

function migrationError(
  { name, version }: Migration,
  cause: unknown,
): unknown {
  const error = storeError(cause, "");
  if (error instanceof StoreUnavailableError) return error;
  const words = error instanceof Error ? error.message : String(error);
  // Both databases say so. Whose it is the first migration can tell: nobody's of ours.
  const message = version === 1 && words.includes("already exists")
    ? `The database holds tables that this PagerPal has not made (${words}). It may be that of version 1, whose data is not taken over: give DATABASE_URL an empty one.`
    : `Migration ${name} failed: ${words}`;
  return new MigrationFailedError(message, { cause });
}

/** Those that are not applied, having checked those that are. */
function remaining(
  migrations: Migration[],
  applied: AppliedMigration[],
): Migration[] {
  const known = new Map(migrations.map((one) => [one.version, one]));
  for (const { version, name, checksum } of applied) {
    const migration = known.get(version);
    if (migration === undefined) {
      if (neededBy(version, name) <= migrations.length) continue;
      throw new DatabaseNewerError(
        `The database has migration ${name}, which this version of PagerPal does not know and cannot work with. Start the newer version.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new MigrationChangedError(
        `Migration ${name} was changed after it had been applied. Put the file back and write a new migration instead.`,
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}

async function withRunner<T>(
  { url, authToken }: LibsqlAddress,
  work: (runner: MigrationRunner) => Promise<T>,
): Promise<T> {
  const connection = await oneConnection({
    url,
    ...(authToken === undefined ? {} : { authToken }),
  }, 0);
  try {
    return await work(new MigrationRunner(connection));
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await connection.close();
  }
}
