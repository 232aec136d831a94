/** What each driver's errors mean to the rest of the house. */
import {
  StoreConflictError,
  StoreUnavailableError,
  type UnavailableReason,
} from "../../ports/store.ts";

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

/**
 * Whether a transaction on PostgreSQL is to be repeated: after a serialization failure, a deadlock, or when a migration
 * has changed a table under a statement that was prepared before. Of the last only its consequence may be seen, that the
 * transaction is aborted.
 */
export function asksForRepetition(error: unknown): boolean {
  const { code, routine } = factsOf(
    error instanceof StoreUnavailableError ? error.cause : error,
  );
  return code === "40001" || code === "40P01" || code === "25P02" ||
    (code === "0A000" && routine === "RevalidateCachedQuery");
}

/** Whether another process holds SQLite's lock, or the lock of something in PostgreSQL that was not waited for longer. */
export function isBusy(error: unknown): boolean {
  const { code } = factsOf(
    error instanceof StoreUnavailableError ? error.cause : error,
  );
  return /^SQLITE_(BUSY|LOCKED)/.test(code) || code === "55P03";
}

/** Whether a table is not there: a database that has not been migrated. */
export function isMissingTable(error: unknown): boolean {
  const { code, message } = factsOf(
    error instanceof StoreUnavailableError ? error.cause : error,
  );
  return code === "42P01" || /no such table/.test(message);
}

/** Promises the code that the driver gave the error, or one that caused it; empty where none did. */
export function codeOf(error: unknown): string {
  for (
    let each: unknown = error;
    each instanceof Error;
    each = each.cause
  ) {
    const { code } = factsOf(each);
    if (code !== "") return code;
  }
  return "";
}

interface Facts {
  error: unknown;
  code: string;
  message: string;
  table: string;
  detail: string;
  constraint: string;
  /** Of PostgreSQL's source, where the error was raised. */
  routine: string;
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
    routine: text("routine"),
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

// SQLSTATE classes: 08 connection, 25 read-only or aborted state, 28 login, 40 rollback, 53 resources (53100 is the disk),
// 57 operator intervention (57014 is our own time limit), 58 and XX the server's own failures; 55P03 lock, 42P01 and
// 42703 no such table or column (PostgreSQL 18 manual, appendix A).
const OF_POSTGRES: readonly [code: RegExp, reason: UnavailableReason][] = [
  [/^(08|28|57P|3D000|25P0[34])/, "unreachable"],
  [/^25006/, "read_only"],
  [/^53100/, "full"],
  [/^55P03/, "locked"],
  [/^(53|57014|40)/, "overloaded"],
  [/^(58|XX)/, "broken"],
  [/^(42P01|42703)/, "schema"],
];

// The operating system's words for a connection that is not there (ECONNREFUSED, EAI_AGAIN), and the client's
// (CONNECTION_CLOSED, CONNECT_TIMEOUT).
const CONNECTION_LOST = /^(E[A-Z]{2,}(_[A-Z]+)?|CONNECT(ION)?_[A-Z]+)$/;

// sqlite.org/rescode.html
const OF_SQLITE: Record<string, UnavailableReason> = {
  SQLITE_BUSY: "locked",
  SQLITE_LOCKED: "locked",
  SQLITE_FULL: "full",
  SQLITE_READONLY: "read_only",
  SQLITE_CANTOPEN: "unreachable",
  SQLITE_PROTOCOL: "locked",
  SQLITE_NOMEM: "overloaded",
  SQLITE_IOERR: "broken",
  SQLITE_CORRUPT: "broken",
  SQLITE_NOTADB: "broken",
};

const SQLITE_SCHEMA = /no such (table|column)|has no column named/;

function unavailable(facts: Facts): StoreUnavailableError | null {
  const reason = reasonOf(facts);
  if (reason === null) return null;
  return new StoreUnavailableError(
    `The database is not available: ${facts.message || facts.code}`,
    { reason, cause: facts.error },
  );
}

function reasonOf({ code, message }: Facts): UnavailableReason | null {
  if (CONNECTION_LOST.test(code)) return "unreachable";
  // SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR.
  const sqlite = /^SQLITE_[A-Z]+/.exec(code)?.[0];
  if (sqlite !== undefined) {
    if (SQLITE_SCHEMA.test(message)) return "schema";
    return OF_SQLITE[sqlite] ?? null;
  }
  return OF_POSTGRES.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}
