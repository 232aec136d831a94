/** A connection outside the store, for what is not the repositories' business. */
import type { Connection } from "./connection.ts";
import { connect, type LibsqlAddress } from "./libsql.ts";
import { PostgresPool } from "./postgres_pool.ts";
import { isBusy } from "./store_error.ts";

/**
 * Promises a connection of its own to whichever database is at the address; on PostgreSQL no statement runs longer than
 * `statementMs`, 0 for no limit. Throws StoreUnavailableError for a file that cannot be opened.
 */
export function oneConnection(
  address: LibsqlAddress,
  statementMs: number,
): Connection {
  const { url } = address;
  return /^postgres(ql)?:/.test(url)
    ? new PostgresPool(url, { size: 1, statementMs })
    : connect(address);
}

/** How long apart the lock of another process on a SQLite database is tried again. */
const LOCK_PAUSE_MS = 50;

/** Promises what the work promises, begun anew while another process has SQLite's lock, for `patienceMs` about. */
export async function whenFree<T>(
  work: () => Promise<T>,
  patienceMs: number,
): Promise<T> {
  const most = Math.ceil(patienceMs / LOCK_PAUSE_MS);
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || tries >= most) throw error;
      await new Promise((go) => setTimeout(go, LOCK_PAUSE_MS));
    }
  }
}
