/** Brings a database to the schema of this code: each file in one transaction, checked, and by one process at a time. */
import postgres from "postgres";
import { connect, type LibsqlAddress } from "./libsql.ts";
import { type Migration, readMigrations, sqlFor } from "./migrations.ts";
export { NEWEST_SCHEMA_VERSION } from "./migrations.ts";
import type { DialectName } from "./session.ts";
import { isBusy, storeError } from "./store_error.ts";

export interface MigrationTarget extends LibsqlAddress {
  /** The folder of the numbered files; the repository's own when not given. */
  folder?: URL;
}

/** A file was changed after it had been applied, or one that was applied is not there. */
export class MigrationChangedError extends Error {
  override readonly name = "MigrationChangedError";
}

/** The database has migrations that this code does not know: a newer PagerPal has been here. */
export class DatabaseNewerError extends Error {
  override readonly name = "DatabaseNewerError";
}

/**
 * Promises the names of the migrations it applied, in order; empty when there was nothing to do. Two processes may call
 * it at once. Throws MigrationChangedError, DatabaseNewerError or StoreUnavailableError, and then has changed nothing
 * but what the files before the failed one say.
 */
export async function migrate(
  target: MigrationTarget,
  nowMs: number,
): Promise<string[]> {
  const migrations = await readMigrations(target.folder);
  return await withRunner(target, async (runner) => {
    const names: string[] = [];
    for (;;) {
      const name = await runner.exclusively((tx) =>
        applyNext(tx, { migrations, dialect: runner.dialect, nowMs })
      );
      if (name === null) return names;
      names.push(name);
    }
  });
}

/** Promises the names of the migrations that are still to be applied. Writes nothing. Throws as migrate does. */
export async function pending(target: MigrationTarget): Promise<string[]> {
  const migrations = await readMigrations(target.folder);
  return await withRunner(target, async (runner) => {
    const applied = await runner.hasTable() ? await runner.applied() : [];
    return remaining(migrations, applied).map(({ name }) => name);
  });
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

/** What a migration runs on, inside its transaction. */
interface Statements {
  applied(): Promise<Applied[]>;
  /** Runs several statements. */
  script(sql: string): Promise<void>;
  record(row: Applied & { nowMs: number }): Promise<void>;
}

interface Runner {
  readonly dialect: DialectName;
  hasTable(): Promise<boolean>;
  applied(): Promise<Applied[]>;
  /** Runs the work in one transaction while no other process does. */
  exclusively<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at_ms BIGINT NOT NULL
)`;
const APPLIED =
  "SELECT version, name, checksum FROM schema_migrations ORDER BY version";

/** Applies the first migration that is not there yet and tells its name; null when all are. */
async function applyNext(
  tx: Statements,
  { migrations, dialect, nowMs }: {
    migrations: Migration[];
    dialect: DialectName;
    nowMs: number;
  },
): Promise<string | null> {
  await tx.script(TABLE);
  const [next] = remaining(migrations, await tx.applied());
  if (next === undefined) return null;
  await tx.script(sqlFor(next, dialect));
  await tx.record({ ...next, nowMs });
  return next.name;
}

/** Those that are not applied, having checked those that are. */
function remaining(migrations: Migration[], applied: Applied[]): Migration[] {
  const newest = migrations.at(-1)?.version ?? 0;
  for (const { version, name, checksum } of applied) {
    if (version > newest) {
      throw new DatabaseNewerError(
        `The database has migration ${name}, which this version of PagerPal does not know. Start the newer version.`,
      );
    }
    const known = migrations.find((one) => one.version === version);
    if (known?.checksum !== checksum) {
      throw new MigrationChangedError(
        `Migration ${name} was changed after it had been applied. Put the file back and write a new migration instead.`,
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}

async function withRunner<T>(
  target: MigrationTarget,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  let runner: Runner | undefined;
  try {
    // Within the try: to make a client for a file is to open the file.
    runner = /^postgres(ql)?:/.test(target.url)
      ? postgresRunner(target.url)
      : libsqlRunner(target);
    return await work(runner);
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await runner?.close();
  }
}

/** Any number will do, as long as every PagerPal takes the same. */
const LOCK = 7_243_700_911;

function postgresRunner(url: string): Runner {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "pagerpal-migrate" },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  const applied = async (on: Pick<postgres.ISql, "unsafe">) =>
    await on.unsafe<Applied[]>(APPLIED);
  return {
    dialect: "postgres",
    applied: () => applied(sql),
    async hasTable() {
      const [row] = await sql`SELECT to_regclass('schema_migrations') AS found`;
      return row?.found !== null;
    },
    async exclusively<T>(work: (tx: Statements) => Promise<T>): Promise<T> {
      const result = await sql.begin(async (tx) => {
        await tx`SELECT pg_advisory_xact_lock(${LOCK})`;
        return [
          await work({
            applied: () => applied(tx),
            script: async (text) => void await tx.unsafe(text).simple(),
            record: async ({ version, name, checksum, nowMs }) =>
              void await tx`INSERT INTO schema_migrations VALUES (${version}, ${name}, ${checksum}, ${nowMs})`,
          }),
        ] as const;
      });
      return result[0];
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

/** How often, and how long apart, the lock of another process is tried again. */
const LOCK_TRIES = 600;
const LOCK_PAUSE_MS = 50;

function libsqlRunner(target: LibsqlAddress): Runner {
  const client = connect(target);
  const applied = async (on: Pick<typeof client, "execute">) => {
    const { rows } = await on.execute(APPLIED);
    return rows as unknown as Applied[];
  };
  const once = async <T>(work: (tx: Statements) => Promise<T>): Promise<T> => {
    const tx = await client.transaction("write");
    try {
      const result = await work({
        applied: () => applied(tx as unknown as typeof client),
        script: (text) => tx.executeMultiple(text),
        record: async ({ version, name, checksum, nowMs }) =>
          void await tx.execute({
            sql: "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
            args: [version, name, checksum, nowMs],
          }),
      });
      await tx.commit();
      return result;
    } finally {
      tx.close();
    }
  };
  return {
    dialect: "sqlite",
    applied: () => applied(client),
    async hasTable() {
      const { rows } = await client.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
      );
      return rows.length > 0;
    },
    async exclusively(work) {
      for (let tries = 1;; tries++) {
        try {
          return await once(work);
        } catch (error) {
          if (!isBusy(error) || tries === LOCK_TRIES) throw error;
          await new Promise((go) => setTimeout(go, LOCK_PAUSE_MS));
        }
      }
    },
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}
