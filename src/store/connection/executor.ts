/** The one shape both drivers have, and Kysely on top of it. A driver runs one statement; nothing else differs above here. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "./session.ts";
import { storeError } from "./store_error.ts";

export interface Outcome {
  rows: Record<string, unknown>[];
  /** Rows changed by a statement that returns none. */
  changes: number;
}

/** Runs one statement. Numbers that are whole arrive and leave as numbers, also beyond 32 bits. */
export type Execute = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<Outcome>;

/** What is under a query builder. */
interface Underneath {
  execute: Execute;
  dialect: DialectName;
}

const underneath = new WeakMap<Database, Underneath>();

/** Promises a query builder whose statements run through `execute`, which decides on which connection. */
export function databaseOn(execute: Execute, dialect: DialectName): Database {
  const db: Database = new Kysely({ dialect: dialectOn(execute, dialect) });
  underneath.set(db, { execute, dialect });
  return db;
}

/** Promises the way past the query builder, for statements whose text is there; throws for one of another making. */
export function underneathOf(db: Database): Underneath {
  const found = underneath.get(db);
  if (!found) throw new Error("The query builder is none of databaseOn.");
  return found;
}

/**
 * Promises an `execute` that lets no text through that a database would refuse, and turns every failure into an error
 * of the store where it is one.
 */
export function guarded(execute: Execute): Execute {
  return async (sql, parameters) => {
    try {
      return await execute(sql, parameters.map(storable));
    } catch (error) {
      throw storeError(error, sql);
    }
  };
}

/**
 * The statements of one transaction. A statement that fails dooms it: PostgreSQL aborts the transaction there and
 * SQLite does not, so going on after the error is refused on both, and so is the commit.
 */
export class UnitOfWork {
  #failure: unknown = null;
  #endedBecause: string | null = null;
  readonly execute: Execute;

  constructor(execute: Execute) {
    const run = guarded(execute);
    // By a name of its own: V8 expects a function that is written right into a property to live for long, and keeps all
    // that it refers to until the next whole collection.
    const runOrDoom: Execute = async (sql, parameters) => {
      this.check();
      try {
        return await run(sql, parameters);
      } catch (error) {
        this.#failure ??= error;
        throw error;
      }
    };
    this.execute = runOrDoom;
  }

  /** Throws what doomed the transaction, or what ended it. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#endedBecause === null) return;
    // Made only where it is thrown: an error looks at the stack.
    throw new StoreUnavailableError(this.#endedBecause, { reason: "closed" });
  }

  /** Refuses every later statement, so that work that outlives its transaction cannot write outside it. */
  end(reason = "The transaction is over."): void {
    this.#endedBecause ??= reason;
  }
}

/** Promises the value as both databases take it: PostgreSQL refuses NUL in text, and UTF-8 has no lone surrogates. */
export function storable(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.isWellFormed() ? value : value.toWellFormed();
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}

function dialectOn(execute: Execute, dialect: DialectName): Dialect {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await execute(query.sql, query.parameters);
      // The row types are the schema's word; the contract suite checks them against both databases.
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error("The store reads bounded pages and never streams.");
    },
  };
  return {
    createDriver: () => driverOf(connection),
    ...PARTS[dialect],
  };
}

/** A query compiler binds a hundred functions, and there is a query builder for each transaction: all share these. */
const PARTS = {
  sqlite: {
    ...sharing(new SqliteAdapter(), new SqliteQueryCompiler()),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  },
  postgres: {
    ...sharing(new PostgresAdapter(), new PostgresQueryCompiler()),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  },
};

function sharing(adapter: DialectAdapter, compiler: QueryCompiler) {
  return {
    createAdapter: () => adapter,
    createQueryCompiler: () => compiler,
  };
}

function driverOf(connection: DatabaseConnection): Driver {
  const refuse = () =>
    Promise.reject(new Error("Transactions belong to the session's write()."));
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}
