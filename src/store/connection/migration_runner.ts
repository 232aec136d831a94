/** What a migration runs on: one transaction that no other process runs at the same time. */
import type { Connection, Transaction } from "./connection.ts";
import { databaseOn, type Execute } from "./executor.ts";
import { type Patience, whenFree } from "./one_connection.ts";
import type { DialectName } from "./session.ts";
import { isMissingTable } from "./store_error.ts";

export interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
}

/** The statements of one transaction. */
export interface MigrationTransaction {
  /** In the order of their versions. */
  applied(): Promise<AppliedMigration[]>;
  /** Runs several statements. */
  script(sql: string): Promise<void>;
  record(migration: AppliedMigration, nowMs: number): Promise<void>;
}

type Work<T> = (transaction: MigrationTransaction) => Promise<T>;

/** Names this lock among the advisory locks of a PostgreSQL; every PagerPal takes the same. */
const ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(7243700911)";

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at_ms BIGINT NOT NULL
)`;

/**
 * SQLite's lock is tried again for half a minute. A table of PostgreSQL is waited for in line, and whoever comes after
 * waits behind: so not for long, and not before those have had their turn. That is shorter than it takes PostgreSQL to
 * see a deadlock (deadlock_timeout, a second), so that the one who gives way is the migration.
 */
const PATIENCE: Record<DialectName, Patience> = {
  sqlite: { tries: 600, pauseMs: 50 },
  postgres: { tries: 60, pauseMs: 1_000 },
};
const LOCK_TIMEOUT = "SET LOCAL lock_timeout TO '800ms'";

export class MigrationRunner {
  readonly #connection: Connection;

  /** On a connection that nobody else uses. */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get dialect(): DialectName {
    return this.#connection.dialect;
  }

  /** In the order of their versions; empty where nothing has ever been migrated. Writes nothing. */
  async applied(): Promise<AppliedMigration[]> {
    try {
      return await appliedIn(this.#connection.read, this.dialect);
    } catch (error) {
      if (isMissingTable(error)) return [];
      throw error;
    }
  }

  /** Promises all of the work or nothing. Waits while another process is at it. */
  exclusively<T>(work: Work<T>): Promise<T> {
    return whenFree(() => this.#once(work), PATIENCE[this.dialect]);
  }

  async #once<T>(work: Work<T>): Promise<T> {
    const transaction = await this.#connection.begin({ durable: true });
    try {
      // SQLite has the lock already.
      if (this.dialect === "postgres") {
        await transaction.script(ADVISORY_LOCK);
        await transaction.script(LOCK_TIMEOUT);
      }
      await transaction.script(CREATE_TABLE);
      const result = await work(statementsOn(transaction, this.dialect));
      await transaction.commit();
      return result;
    } finally {
      await transaction.end();
    }
  }
}

function statementsOn(
  { execute, script }: Transaction,
  dialect: DialectName,
): MigrationTransaction {
  return {
    applied: () => appliedIn(execute, dialect),
    script,
    async record({ version, name, checksum }, nowMs) {
      await databaseOn(execute, dialect).insertInto("schema_migrations")
        .values({ version, name, checksum, applied_at_ms: nowMs }).execute();
    },
  };
}

function appliedIn(
  execute: Execute,
  dialect: DialectName,
): Promise<AppliedMigration[]> {
  return databaseOn(execute, dialect).selectFrom("schema_migrations")
    .select(["version", "name", "checksum"]).orderBy("version").execute();
}
