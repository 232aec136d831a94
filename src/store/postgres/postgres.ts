/** The PostgreSQL backend: any number of transactions at once, each repeated when the server asks for it. */
import {
  type Around,
  inOneStatement,
  inTransaction,
} from "../connection/connection.ts";
import { databaseOn, guarded } from "../connection/executor.ts";
import { postgresSignals } from "./postgres_signals.ts";
import { PostgresPool } from "./postgres_pool.ts";
import type { Backend } from "../connection/session.ts";
import { asksForRepetition } from "../connection/store_error.ts";

export interface PostgresAddress {
  /** `postgres://user:password@host:port/database?sslmode=...` */
  url: string;
  /** How many connections this process may hold; 10 when not given. */
  poolSize?: number | undefined;
  /** See StoreAddress in open.ts. */
  around: Around;
}

/** One slow query must not hold a connection for ever. */
const STATEMENT_MS = 15_000;

/** Promises a backend. Connects when it is first used. */
export function openPostgres(
  { url, poolSize = 10, around }: PostgresAddress,
): Backend {
  const pool = around(
    new PostgresPool(url, { size: poolSize, statementMs: STATEMENT_MS }),
  );
  const signals = postgresSignals(url, pool.read);
  return {
    dialect: pool.dialect,
    signals,
    read: databaseOn(guarded(pool.read), pool.dialect),
    write: (work, options) =>
      repeated(() =>
        options?.isOneStatement
          ? inOneStatement(pool, work, options)
          : inTransaction(pool, work, options)
      ),
    async close() {
      await signals.close();
      await pool.close();
    },
  };
}

/** How often a transaction is run when PostgreSQL asks for it to be repeated. */
const MOST_ATTEMPTS = 6;

async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MOST_ATTEMPTS || !asksForRepetition(error)) throw error;
      // A deadlock has one victim, so the pause only has to let the other one finish.
      await new Promise((go) => setTimeout(go, 5 * 2 ** tries));
    }
  }
}
