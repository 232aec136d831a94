/** What each driver's errors mean to the rest of the house. */
import { StoreConflictError, StoreUnavailableError } from "../ports/store.ts";

/**
 * Promises a StoreConflictError for a violated constraint, a StoreUnavailableError where the database cannot be reached
 * or refuses writes, and the error itself otherwise. `constraint` is `table.column, table.column` for a unique one and
 * the table that was written to for a reference, alike on both databases.
 */
export function storeError(error: unknown, sql: string): unknown {
  if (
    error instanceof StoreConflictError ||
    error instanceof StoreUnavailableError
  ) return error;
  const facts = factsOf(error);
  return conflict(facts, sql) ?? unavailable(facts) ?? error;
}

/** Whether PostgreSQL asks for the transaction to be repeated: a serialization failure or a deadlock. */
export function asksForRepetition(error: unknown): boolean {
  const { code } = factsOf(
    error instanceof StoreUnavailableError ? error.cause : error,
  );
  return code === "40001" || code === "40P01";
}

/** Whether another process holds SQLite's lock. */
export function isBusy(error: unknown): boolean {
  const { code } = factsOf(
    error instanceof StoreUnavailableError ? error.cause : error,
  );
  return code === "SQLITE_BUSY" || code === "SQLITE_LOCKED";
}

/** Whether a table is not there: a database that has not been migrated. */
export function isMissingTable(error: unknown): boolean {
  const { code, message } = factsOf(error);
  return code === "42P01" || /no such table/.test(message);
}

interface Facts {
  error: unknown;
  code: string;
  message: string;
  table: string;
  detail: string;
  constraint: string;
}

function factsOf(error: unknown): Facts {
  const text = (name: string) => {
    const value = error instanceof Object && name in error
      ? Reflect.get(error, name)
      : undefined;
    return typeof value === "string" ? value : "";
  };
  return {
    error,
    code: text("code"),
    message: text("message"),
    table: text("table_name"),
    detail: text("detail"),
    constraint: text("constraint_name"),
  };
}

function conflict(facts: Facts, sql: string): StoreConflictError | null {
  const options = { cause: facts.error };
  const columns = /UNIQUE constraint failed: ([\w., ]+)/.exec(facts.message);
  if (columns) {
    return new StoreConflictError("unique", columns[1] ?? "", options);
  }
  if (facts.code === "23505") {
    return new StoreConflictError("unique", violatedColumns(facts), options);
  }
  // PostgreSQL tells a refused deletion (23001 for RESTRICT) from a missing row (23503); SQLite does not.
  if (
    facts.code === "23503" || facts.code === "23001" ||
    /FOREIGN KEY constraint failed/.test(facts.message)
  ) {
    const table = writtenTable(sql) || facts.table;
    return new StoreConflictError("foreign_key", table, options);
  }
  return null;
}

/** PostgreSQL says `Key (team_id, name)=(1, a) already exists.`, in the server's language. */
function violatedColumns({ detail, table, constraint }: Facts): string {
  const columns = /\(([\w, ]+)\)=\(/.exec(detail)?.[1];
  if (columns === undefined) return constraint;
  return columns.split(", ").map((column) => `${table}.${column}`).join(", ");
}

function writtenTable(sql: string): string {
  const match = /^\s*(?:insert into|update|delete from)\s+"?(\w+)/i.exec(sql);
  return match?.[1] ?? "";
}

// SQLSTATE classes: 08 connection, 25 read-only or aborted state, 40 rollback, 53 resources, 57 operator intervention
// (57014 is our own time limit), 58 system error, XX internal (PostgreSQL 18 manual, appendix A); 55P03 lock.
const POSTGRES_UNAVAILABLE = /^(08|25006|25P0[34]|40|53|55P03|57|58|28|3D000)/;

// The driver's and the operating system's words for a connection that is not there.
const CONNECTION_LOST = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  // SQLite (sqlite.org/rescode.html) and the remote protocol.
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_READONLY",
  "SQLITE_CANTOPEN",
  "SQLITE_PROTOCOL",
  "SQLITE_NOMEM",
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "CLIENT_CLOSED",
  "TRANSACTION_CLOSED",
  "TRANSACTION_TIMEOUT",
  "SERVER_ERROR",
  "HRANA_CLOSED_ERROR",
  "HRANA_WEBSOCKET_ERROR",
  "HRANA_PROTO_ERROR",
  "STREAM_EXPIRED",
]);

/** The libSQL driver's word for a file that it cannot open; it comes without a code. */
const CANNOT_OPEN = /^ConnectionFailed\b/;

function unavailable(facts: Facts): StoreUnavailableError | null {
  const { code, message, error } = facts;
  const isFetchFailure = error instanceof TypeError &&
    /sending request|fetch/i.test(message);
  const lost = CONNECTION_LOST.has(code) || POSTGRES_UNAVAILABLE.test(code) ||
    isFetchFailure || CANNOT_OPEN.test(message);
  if (!lost) return null;
  return new StoreUnavailableError(
    `The database is not available: ${message || code}`,
    { cause: error },
  );
}
