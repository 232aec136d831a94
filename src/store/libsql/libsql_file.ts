/**
 * A libSQL database in a file, on the native binding that @libsql/client is made of. The client's pool opens connections
 * that nobody can give settings to, prepares every statement anew and asks for its columns twice, which makes a row of an
 * incident seven times as dear (0.21 ms instead of 0.03 ms), and a BEGIN IMMEDIATE that it is refused stays unfinished
 * until it is collected as garbage, when nothing can be committed before.
 *
 * Calls are synchronous under their promises, but for commits that follow one another. One connection writes and another
 * only reads, so that no read waits for a write.
 */
import { fileURLToPath } from "node:url";
import SqliteConnection from "libsql";
import AsyncConnection from "libsql/promise";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Connection, Transaction } from "../connection/connection.ts";
import type { Execute, Outcome } from "../connection/executor.ts";
import { storeError } from "../connection/store_error.ts";

const SETTINGS =
  "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;";
/** A log of 16 MB, of four times the pages that SQLite has by itself: most are written again before it is copied. */
const WRITER_SETTINGS =
  "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4000;";

/** Promises a connection that writes and one that only reads. */
export function openFile(url: string): Connection {
  const path = pathOf(url);
  const writer = openHandle(path, `${SETTINGS} ${WRITER_SETTINGS}`);
  const reader = openHandle(path, `${SETTINGS} PRAGMA query_only=ON;`);
  return {
    dialect: "sqlite",
    read: reader.execute,
    // Of the writer, so that the commits of this process do not count.
    async dataVersion() {
      await writer.committed();
      const { rows } = await writer.execute("PRAGMA data_version", []);
      return Number(rows[0]?.["data_version"]);
    },
    begin: ({ durable }) => attempt(() => begin(writer, durable)),
    close: () =>
      attempt(() => {
        reader.close();
        emptyLog(writer);
        writer.close();
      }),
  };
}

/** Promises the path of a `file:` URL. */
export function pathOf(url: string): string {
  if (url.startsWith("file://")) return fileURLToPath(url);
  return decodeURIComponent(url.slice("file:".length));
}

/**
 * Nobody waits in BEGIN itself: that would hold the thread, and with it whoever is to give the lock back. What need not
 * be durable does not wait for the disk; a later durable commit takes it along, and the file stays whole in any case
 * (sqlite.org/pragma.html, synchronous).
 */
function begin(writer: Handle, durable: boolean): Transaction {
  const synchronous = durable ? "FULL" : "NORMAL";
  try {
    writer.script(
      `PRAGMA synchronous=${synchronous}; PRAGMA busy_timeout=0; BEGIN IMMEDIATE; PRAGMA busy_timeout=5000;`,
    );
  } catch (error) {
    writer.script("PRAGMA busy_timeout=5000;");
    throw error;
  }
  // Whoever took too long is ended from outside, and may not have heard of it. What it still wants would be written
  // without a transaction, or into somebody else's.
  let isOver = false;
  const during = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (!isOver) return await work();
    const reason = "overloaded";
    throw new StoreUnavailableError("The transaction is over.", { reason });
  };
  return {
    execute: (sql, parameters) => during(() => writer.execute(sql, parameters)),
    script: (sql) => during(() => writer.script(sql)),
    commit: () =>
      during(async () => {
        await writer.commit(durable);
        isOver = true;
      }),
    async end() {
      if (isOver) return;
      isOver = true;
      await attempt(() => writer.rollback()).catch(() => {});
    },
  };
}

/** Moves all that was written into the file itself, so that the file alone is the database while nothing runs. */
function emptyLog(writer: Handle): void {
  try {
    writer.script("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE);");
  } catch {
    // Another process is still at work, and does it when it ends.
  }
}

/** A promise of what is done at once. */
function attempt<T>(work: () => T): Promise<T> {
  return Promise.try(work);
}

/**
 * Where durable commits follow one another so closely, milliseconds, the disk is waited for on another thread, and this one
 * is there for others. Who is alone is not made to wait for the change of threads.
 */
const BUSY_MS = 10;

/** One connection of SQLite. */
interface Handle {
  readonly execute: Execute;
  script(sql: string): void;
  /** Nothing else may be asked of it meanwhile. */
  commit(durable: boolean): Promise<void>;
  /** Settles when no commit is under way. */
  committed(): Promise<void>;
  rollback(): void;
  close(): void;
}

function openHandle(path: string, settings: string): Handle {
  const connection = opened(path, settings);
  const statements = new StatementCache(connection);
  let committing: Promise<void> = Promise.resolve();
  let committedMs = -Infinity;
  return {
    execute: (sql, parameters) =>
      attempt(() => statements.run(sql, parameters)),
    script: (sql) => void connection.exec(sql),
    async commit(durable) {
      const isBusy = performance.now() - committedMs < BUSY_MS;
      if (durable && isBusy) {
        // Both classes of the binding stand for the same native connection; the methods of this one do not block.
        committing = AsyncConnection.prototype.exec.call(connection, "COMMIT");
        await committing;
      } else connection.exec("COMMIT");
      if (durable) committedMs = performance.now();
    },
    committed: () => committing.catch(() => {}),
    rollback() {
      if (connection.inTransaction) connection.exec("ROLLBACK");
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}

function opened(path: string, settings: string): SqliteConnection.Database {
  try {
    const connection = new SqliteConnection(path);
    connection.exec(settings);
    return connection;
  } catch (cause) {
    const error = storeError(cause, "");
    if (error instanceof StoreUnavailableError) throw error;
    throw new StoreUnavailableError(
      `The database file ${path} cannot be opened: its folder must be there, and PagerPal's user must be allowed to write to both.`,
      { cause },
    );
  }
}

const MOST_STATEMENTS = 256;

interface Prepared {
  statement: SqliteConnection.Statement;
  /** Asked once: every question to the binding costs some microseconds. */
  returnsRows: boolean;
}

/** Keeps statements prepared, the least recently used ones going first. */
class StatementCache {
  readonly #connection: SqliteConnection.Database;
  readonly #statements = new Map<string, Prepared>();

  constructor(connection: SqliteConnection.Database) {
    this.#connection = connection;
  }

  run(sql: string, parameters: readonly unknown[]): Outcome {
    const prepared = this.#take(sql);
    const { statement, returnsRows } = prepared;
    const args = parameters.map(bindable);
    const outcome = returnsRows
      ? { rows: statement.all(args) as Outcome["rows"], changes: 0 }
      : { rows: [], changes: statement.run(args).changes };
    // One that failed is not used again: it may be half done.
    this.#keep(sql, prepared);
    return outcome;
  }

  clear(): void {
    this.#statements.clear();
  }

  #take(sql: string): Prepared {
    const known = this.#statements.get(sql);
    this.#statements.delete(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    return { statement, returnsRows: statement.reader };
  }

  #keep(sql: string, prepared: Prepared): void {
    this.#statements.set(sql, prepared);
    if (this.#statements.size <= MOST_STATEMENTS) return;
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined) this.#statements.delete(oldest);
  }
}

/** A whole number goes as an integer: the binding takes a JavaScript number for a float. */
function bindable(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) {
        throw new TypeError(`Cannot store the number ${value}.`);
      }
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "string":
      return value;
    default:
      if (value === null) return null;
      throw new TypeError(`Cannot store a value of type ${typeof value}.`);
  }
}
