/** A connection outside the store, for what is not the repositories' business. */
import type { Connection } from "./connection.ts";
import { connect, type LibsqlAddress } from "./libsql.ts";
import { PostgresPool } from "./postgres_pool.ts";

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
