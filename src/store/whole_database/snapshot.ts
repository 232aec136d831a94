/** All of a database as it was at one moment, read for as long as it takes, while others go on writing. */
import type { Execute } from "../connection/executor.ts";
import type { LibsqlAddress } from "../libsql/libsql.ts";
import { openFile } from "../libsql/libsql_file.ts";
import { openServerSnapshot } from "../libsql/libsql_server.ts";
import { PostgresPool } from "../postgres/postgres_pool.ts";
import type { DialectName } from "../connection/session.ts";
import { storeError } from "../connection/store_error.ts";

export interface Snapshot {
  readonly dialect: DialectName;
  /** Runs one statement that only reads. */
  readonly execute: Execute;
}

/** Promises what the work promises; what it reads does not change meanwhile. Throws StoreUnavailableError. */
export async function withSnapshot<T>(
  address: LibsqlAddress,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { execute, dialect, close } = await opened(address);
  try {
    return await work({ execute, dialect });
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await close();
  }
}

/** Promises the name by which another session of PostgreSQL can read the same, while this one is open. */
export async function exportSnapshot({ execute }: Snapshot): Promise<string> {
  const { rows } = await execute("SELECT pg_export_snapshot() AS name", []);
  return String(rows[0]?.["name"]);
}

interface Opened extends Snapshot {
  close(): Promise<void>;
}

async function opened(address: LibsqlAddress): Promise<Opened> {
  try {
    if (/^postgres(ql)?:/.test(address.url)) {
      return await openedPostgres(address.url);
    }
    return address.url.startsWith("file:")
      ? await openedFile(address.url)
      : await openedServer(address);
  } catch (error) {
    throw storeError(error, "");
  }
}

async function openedPostgres(url: string): Promise<Opened> {
  const pool = new PostgresPool(url, { size: 1, statementMs: 0 });
  try {
    const { execute, script, end } = await pool.begin({ durable: true });
    // A dump takes as long as it takes, and this session only waits for it.
    await script(
      "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    const close = () => end().then(() => pool.close());
    return { dialect: "postgres", execute, close };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function openedFile(url: string): Promise<Opened> {
  const connection = openFile(url);
  // On the connection that only reads, which nobody else has.
  await connection.read("BEGIN", []);
  return {
    dialect: "sqlite",
    execute: connection.read,
    close: () => connection.close(),
  };
}

async function openedServer(
  { url, authToken }: LibsqlAddress,
): Promise<Opened> {
  const { execute, end } = await openServerSnapshot(url, { authToken });
  return { dialect: "sqlite", execute, close: end };
}
