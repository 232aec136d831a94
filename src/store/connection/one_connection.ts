/** A connection outside the store, for what is not the repositories' business. */
import type { Connection } from "./connection.ts";
import { connect, type LibsqlAddress } from "../libsql/libsql.ts";
import { PostgresPool } from "../postgres/postgres_pool.ts";
import { asksForRepetition, isBusy } from "./store_error.ts";

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

/** How often, and how long apart, a work is begun. */
export interface Patience {
  tries: number;
  pauseMs: number;
}

/** Promises what the work promises, begun anew while others hold a lock that it needs. */
export async function whenFree<T>(
  work: () => Promise<T>,
  { tries: most, pauseMs }: Patience,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      const isLater = isBusy(error) || asksForRepetition(error);
      if (!isLater || tries >= most) throw error;
      await new Promise((go) => setTimeout(go, pauseMs));
    }
  }
}
