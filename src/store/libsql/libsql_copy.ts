/**
 * A SQLite file as a whole: copied while others work with it, looked through, and held against everybody else. All of it
 * runs on the thread of the caller until it is done.
 */
import SqliteConnection from "libsql";
import { StoreUnavailableError } from "../../ports/store.ts";
import {
  countRows,
  schemaVersionOf,
  tablesOf,
} from "../whole_database/catalog.ts";
import type { Execute } from "../connection/executor.ts";
import {
  isBusy,
  isMissingTable,
  storeError,
} from "../connection/store_error.ts";

/** What a file holds. */
export interface FileContent {
  /** The newest migration; null: the file is no PagerPal's. */
  schemaVersion: number | null;
  /** Rows of each table. */
  rows: Record<string, number>;
}

/**
 * Promises in the second file what the first held at one moment, however much is written to it meanwhile
 * (sqlite.org/lang_vacuum.html, VACUUM INTO). The second must be missing or empty; what a failure leaves there is no
 * database. Throws StoreUnavailableError.
 */
export function copyFile(from: string, to: string): void {
  using file = opened(from);
  file.connection.exec("PRAGMA busy_timeout=5000");
  // A statement that was prepared keeps the file open until it is collected as garbage.
  const path = to.replaceAll("'", "''");
  attempt(() => file.connection.exec(`VACUUM INTO '${path}'`));
}

/**
 * Promises what is in a file that nobody writes to, once every page of it was found whole; throws StoreUnavailableError
 * with the reason `broken` for a damaged one, and for what is no database at all.
 */
export async function inspectFile(path: string): Promise<FileContent> {
  using file = opened(path);
  const execute: Execute = (sql, parameters) =>
    Promise.try(() => {
      const statement = file.connection.prepare(sql);
      const rows = statement.all([...parameters]) as Record<string, unknown>[];
      return { rows, changes: 0 };
    });
  try {
    await checkPages(execute);
    const schemaVersion = await schemaVersionOf(execute);
    const tables = await tablesOf(execute, "sqlite");
    return { schemaVersion, rows: await countRows(execute, tables) };
  } catch (error) {
    if (isMissingTable(error)) return { schemaVersion: null, rows: {} };
    throw storeError(error, "");
  }
}

/** A file that no other process can open meanwhile. Disposing lets others have it again. */
export interface HeldFile extends Disposable {
  /** Promises all that was ever written in the file itself: what lies beside it is not needed, nor touched any more. */
  settle(): void;
}

/**
 * Promises the file for this process alone; null where another process has it open, be it only to read. Throws
 * StoreUnavailableError for a file that is no database.
 */
export function holdFile(path: string): HeldFile | null {
  const file = opened(path);
  const { connection } = file;
  try {
    // Who has it open holds a lock that this one does not get past (sqlite.org/wal.html, "without shared-memory").
    connection.exec(
      "PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;",
    );
  } catch (error) {
    file[Symbol.dispose]();
    if (isBusy(error)) return null;
    throw storeError(error, "");
  }
  return {
    // In WAL mode closing would delete a log of this name, whosever it is by then.
    settle: () => attempt(() => connection.exec("PRAGMA journal_mode=DELETE")),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

async function checkPages(execute: Execute): Promise<void> {
  const { rows } = await execute("PRAGMA integrity_check(5)", []);
  const found = rows.map((row) => String(row["integrity_check"]));
  if (found.length === 1 && found[0] === "ok") return;
  throw new StoreUnavailableError(
    `The database file is damaged: ${found.join("; ")}`,
    { reason: "broken" },
  );
}

function opened(
  path: string,
): { connection: SqliteConnection.Database } & Disposable {
  const connection = attempt(() => new SqliteConnection(path));
  return { connection, [Symbol.dispose]: () => void connection.close() };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, "");
  }
}
