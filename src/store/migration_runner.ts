/** What a migration runs on, on either database: one transaction that no other process runs at the same time. */
import postgres from "postgres";
import type { Execute } from "./executor.ts";
import {
  connect,
  type LibsqlAddress,
  type LibsqlConnection,
} from "./libsql.ts";
import type { DialectName } from "./session.ts";
import { isBusy, isMissingTable } from "./store_error.ts";

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

export interface MigrationRunner {
  readonly dialect: DialectName;
  /** In the order of their versions; empty where nothing has ever been migrated. Writes nothing. */
  applied(): Promise<AppliedMigration[]>;
  /** Promises all of the work or nothing. Waits while another process is at it. */
  exclusively<T>(
    work: (transaction: MigrationTransaction) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at_ms BIGINT NOT NULL
)`;
const SELECT_APPLIED =
  "SELECT version, name, checksum FROM schema_migrations ORDER BY version";

/** Promises a runner for the database at the address, with a connection of its own. */
export function openRunner(address: LibsqlAddress): MigrationRunner {
  return /^postgres(ql)?:/.test(address.url)
    ? new PostgresRunner(address.url)
    : new LibsqlRunner(connect(address));
}

/** Names this lock among the advisory locks of a PostgreSQL; every PagerPal takes the same. */
const ADVISORY_LOCK = 7_243_700_911;

class PostgresRunner implements MigrationRunner {
  readonly dialect = "postgres";
  readonly #sql: postgres.Sql<{ bigint: number }>;

  constructor(url: string) {
    this.#sql = postgres(url, {
      max: 1,
      connect_timeout: 10,
      onnotice: () => {},
      connection: { application_name: "pagerpal-migrate" },
      types: {
        bigint: { to: 20, from: [20], parse: Number, serialize: String },
      },
    });
  }

  applied(): Promise<AppliedMigration[]> {
    return emptyWithoutTable(() => this.#sql.unsafe(SELECT_APPLIED));
  }

  async exclusively<T>(
    work: (transaction: MigrationTransaction) => Promise<T>,
  ): Promise<T> {
    const { result } = await this.#sql.begin(async (sql) => {
      await sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`;
      await sql.unsafe(CREATE_TABLE);
      return { result: await work(inPostgres(sql)) };
    });
    return result;
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }
}

function inPostgres(
  sql: postgres.TransactionSql<{ bigint: number }>,
): MigrationTransaction {
  return {
    applied: () => sql.unsafe(SELECT_APPLIED),
    async script(text) {
      await sql.unsafe(text).simple();
    },
    async record({ version, name, checksum }, nowMs) {
      await sql`INSERT INTO schema_migrations
        VALUES (${version}, ${name}, ${checksum}, ${nowMs})`;
    },
  };
}

/** How often, and how long apart, the lock of another process is tried again: half a minute. */
const LOCK_TRIES = 600;
const LOCK_PAUSE_MS = 50;

class LibsqlRunner implements MigrationRunner {
  readonly dialect = "sqlite";
  readonly #connection: LibsqlConnection;

  constructor(connection: LibsqlConnection) {
    this.#connection = connection;
  }

  applied(): Promise<AppliedMigration[]> {
    return emptyWithoutTable(() => appliedIn(this.#connection.read));
  }

  async exclusively<T>(
    work: (transaction: MigrationTransaction) => Promise<T>,
  ): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (!isBusy(error) || tries === LOCK_TRIES) throw error;
        await new Promise((go) => setTimeout(go, LOCK_PAUSE_MS));
      }
    }
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  async #once<T>(
    work: (transaction: MigrationTransaction) => Promise<T>,
  ): Promise<T> {
    const transaction = await this.#connection.begin({ durable: true });
    const { execute } = transaction;
    try {
      await execute(CREATE_TABLE, []);
      const result = await work({
        applied: () => appliedIn(execute),
        script: (sql) => transaction.script(sql),
        async record({ version, name, checksum }, nowMs) {
          const values = [version, name, checksum, nowMs];
          await execute(
            "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
            values,
          );
        },
      });
      await transaction.commit();
      return result;
    } finally {
      await transaction.rollback();
    }
  }
}

async function appliedIn(execute: Execute): Promise<AppliedMigration[]> {
  const { rows } = await execute(SELECT_APPLIED, []);
  // As the query names them.
  return rows as unknown as AppliedMigration[];
}

async function emptyWithoutTable(
  read: () => Promise<AppliedMigration[]>,
): Promise<AppliedMigration[]> {
  try {
    return await read();
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}
