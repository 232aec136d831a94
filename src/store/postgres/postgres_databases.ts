/** The databases of a PostgreSQL server as a whole: made, renamed and dropped. */
import { PostgresPool } from "./postgres_pool.ts";
import type { Execute } from "../connection/executor.ts";
import { storeError } from "../connection/store_error.ts";

/** A name of PostgreSQL has at most so many characters (PostgreSQL manual, 4.1.1). */
const LONGEST_NAME = 63;

const PARTS = /^(postgres(?:ql)?:\/\/[^/?#]*)(?:\/([^?#]*))?([?#].*)?$/;

/** Promises the name of the database in the address; null where it names none. */
export function databaseIn(url: string): string | null {
  const name = PARTS.exec(url)?.[2];
  return name ? decodeURIComponent(name) : null;
}

/** Promises the same address with another database. */
export function addressWith(url: string, database: string): string {
  const [, server = "", , rest = ""] = PARTS.exec(url) ?? [];
  return `${server}/${encodeURIComponent(database)}${rest}`;
}

/** Promises a name that begins with that of a database and ends so, no longer than a name may be. */
export function nameBeside(database: string, end: string): string {
  return database.slice(0, LONGEST_NAME - end.length) + end;
}

/** Promises what the work promises, on one connection; errors are those of the store. */
export async function onServer<T>(
  url: string,
  work: (execute: Execute) => Promise<T>,
): Promise<T> {
  const pool = new PostgresPool(url, { size: 1, statementMs: 0 });
  try {
    return await work(pool.read);
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await pool.close();
  }
}

/** The database that every server has. */
export const MAINTENANCE = "postgres";

/** What a database is made like, as far as text in it is concerned. */
export interface Locale {
  collate: string;
  ctype: string;
}

/** Promises how the database sorts and tells letters; null where there is no such database. */
export async function localeOf(
  execute: Execute,
  database: string,
): Promise<Locale | null> {
  const { rows: [row] } = await execute(
    "SELECT datcollate, datctype FROM pg_database WHERE datname = $1",
    [database],
  );
  return row === undefined ? null : {
    collate: String(row["datcollate"]),
    ctype: String(row["datctype"]),
  };
}

/** Promises an empty database in UTF-8. */
export async function createDatabase(
  execute: Execute,
  database: string,
  locale: Locale | null,
): Promise<void> {
  const like = locale === null
    ? ""
    : ` LC_COLLATE ${quoted(locale.collate)} LC_CTYPE ${quoted(locale.ctype)}`;
  await execute(
    `CREATE DATABASE ${
      name(database)
    } TEMPLATE template0 ENCODING 'UTF8'${like}`,
    [],
  );
}

/** Promises the database under its new name; refused while anybody is connected to it. */
export async function renameDatabase(
  execute: Execute,
  from: string,
  to: string,
): Promise<void> {
  await execute(`ALTER DATABASE ${name(from)} RENAME TO ${name(to)}`, []);
}

/** Promises that there is no such database. */
export async function dropDatabase(
  execute: Execute,
  database: string,
): Promise<void> {
  await execute(`DROP DATABASE IF EXISTS ${name(database)}`, []);
}

/** Promises the version of the server, as 18. */
export async function serverVersion(execute: Execute): Promise<number> {
  const { rows } = await execute("SHOW server_version_num", []);
  return Math.floor(Number(rows[0]?.["server_version_num"]) / 10_000);
}

/** A session is over some time after its connection. */
const LINGER_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Promises how many sessions of PagerPals there are on the database that we are connected to, besides our own; what this
 * process has just closed is waited for.
 */
export async function pagerpalSessions(execute: Execute): Promise<number> {
  for (let waitedMs = 0;; waitedMs += LOOK_EVERY_MS) {
    const sessions = await countSessions(execute);
    if (sessions === 0 || waitedMs >= LINGER_MS) return sessions;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function countSessions(execute: Execute): Promise<number> {
  const { rows } = await execute(
    `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE 'pagerpal%' AND pid <> pg_backend_pid()`,
    [],
  );
  return Number(rows[0]?.["n"]);
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
