/** A connection outside the store, for what is not the repositories' business. */
import type { Connection } from "./connection.ts";
import type { LibsqlAddress } from "../libsql/libsql.ts";
import { asksForRepetition, isBusy } from "./store_error.ts";

/**
 * Promises a connection of its own to whichever database is at the address; on PostgreSQL no statement runs longer than
 * `statementMs`, 0 for no limit. Throws StoreUnavailableError for a file that cannot be opened.
 */
export async function oneConnection(
  address: LibsqlAddress,
  statementMs: number,
): Promise<Connection> {
  const { url } = address;
  // Only the client of the database that is there is loaded, as openStore does.
  if (/^postgres(ql)?:/.test(url)) {
    const { PostgresPool } = await import("../postgres/postgres_pool.ts");
    return new PostgresPool(url, { size: 1, statementMs });
  }
  const { connect } = await import("../libsql/libsql.ts");
  return await connect(address);
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
