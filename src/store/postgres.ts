/** The PostgreSQL driver: one connection per statement outside a transaction, one for all of a transaction. */
import { databaseOn, type Execute, guarded, UnitOfWork } from "./executor.ts";
import { PostgresPool } from "./postgres_pool.ts";
import type { Database } from "./schema.ts";
import type { Backend } from "./session.ts";
import { asksForRepetition, storeError } from "./store_error.ts";

export interface PostgresAddress {
  /** `postgres://user:password@host:port/database?sslmode=...` */
  url: string;
  /** How many connections this process may hold; 10 when not given. */
  poolSize?: number;
}

/** Promises a backend. Connects when it is first used. */
export function openPostgres({ url, poolSize = 10 }: PostgresAddress): Backend {
  return new PostgresBackend(new PostgresPool(url, poolSize));
}

/** How often a transaction is run when PostgreSQL asks for it to be repeated. */
const MOST_ATTEMPTS = 6;

class PostgresBackend implements Backend {
  readonly dialect = "postgres";
  readonly read: Database;
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
    this.read = databaseOn(guarded(this.#once), this.dialect);
  }

  async write<T>(work: (db: Database) => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !asksForRepetition(error)) throw error;
        // A deadlock has one victim, so the pause only has to let the other one finish.
        await new Promise((go) => setTimeout(go, 5 * 2 ** attempt));
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  readonly #once: Execute = async (sql, parameters) => {
    const connection = await this.#pool.acquire();
    try {
      return await connection.execute(sql, parameters);
    } finally {
      connection.release();
    }
  };

  async #attempt<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const connection = await this.#pool.acquire();
    const command = guarded(connection.execute);
    const unit = new UnitOfWork(connection.execute);
    try {
      await command("BEGIN", []);
      const result = await work(databaseOn(unit.execute, this.dialect));
      unit.check();
      await command("COMMIT", []);
      return result;
    } catch (error) {
      unit.end();
      // Where this fails too, the connection goes, and the server rolls back.
      await command("ROLLBACK", []).catch(() => connection.release("broken"));
      throw storeError(error, "");
    } finally {
      unit.end();
      connection.release();
    }
  }
}
