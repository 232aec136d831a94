/** What a database finds wrong with its own storage when it is asked to look. */
import { StoreUnavailableError } from "../ports/store.ts";
import type { Execute } from "./executor.ts";

/** Promises faults in words; see `Examination.findDamage`. */
export type FindDamage = (
  read: Execute,
  options: { deep: boolean; signal: AbortSignal },
) => Promise<string[]>;

/** A damaged file may have very many faults. */
const MOST_FAULTS = 5;

/**
 * SQLite checks on this thread, so a quick look goes table by table, between which the signal is seen
 * (sqlite.org/pragma.html, quick_check and integrity_check).
 */
export const sqliteDamage: FindDamage = async (read, { deep, signal }) => {
  if (deep) {
    return [
      ...await faults(read, `PRAGMA integrity_check(${MOST_FAULTS})`),
      ...await lostReferences(read),
    ];
  }
  const found: string[] = [];
  const { rows } = await read(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    [],
  );
  for (const { name } of rows) {
    if (signal.aborted || found.length >= MOST_FAULTS) break;
    found.push(...await faults(read, `PRAGMA quick_check("${name}")`));
    await new Promise((go) => setTimeout(go, 0));
  }
  return found;
};

async function faults(read: Execute, pragma: string): Promise<string[]> {
  const { rows } = await read(pragma, []);
  return rows.map((row) => String(Object.values(row)[0]))
    .filter((fault) => fault !== "ok");
}

async function lostReferences(read: Execute): Promise<string[]> {
  const { rows } = await read("PRAGMA foreign_key_check", []);
  return rows.slice(0, MOST_FAULTS).map((row) =>
    `row ${row["rowid"]} of ${row["table"]} refers to a row of ${
      row["parent"]
    } that is not there`
  );
}

/** PostgreSQL has checks of pages as it reads them (data checksums), and of indexes in the extension amcheck. */
export const postgresDamage: FindDamage = async (read, { deep, signal }) => {
  const found = await namesOf(
    read,
    `SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace`,
  ).then((names) => names.map((name) => `the index ${name} is not valid`));
  const failures = await read(
    "SELECT checksum_failures AS value FROM pg_stat_database WHERE datname = current_database()",
    [],
  );
  const count = Number(failures.rows[0]?.["value"] ?? 0);
  if (count > 0) found.push(`${count} pages were read with a wrong checksum`);
  if (deep) found.push(...await readAll(read, signal));
  return found;
};

/** Reads every row, so that a page that is damaged is met, and has amcheck look at every index where it is installed. */
async function readAll(read: Execute, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const attempt = async (what: string, sql: string) => {
    if (signal.aborted || found.length >= MOST_FAULTS) return;
    try {
      await read(sql, []);
    } catch (error) {
      if (error instanceof StoreUnavailableError && error.reason !== "broken") {
        throw error;
      }
      const words = error instanceof Error ? error.message : String(error);
      found.push(`${what}: ${words}`);
    }
  };
  const tables = await namesOf(
    read,
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r'
     AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  for (const name of tables) {
    await attempt(name, `SELECT max(length(t::text)) FROM ${name} AS t`);
  }
  const indexes = await namesOf(
    read,
    `SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
     WHERE EXISTS (SELECT FROM pg_extension WHERE extname = 'amcheck')
     AND c.relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  for (const name of indexes) {
    await attempt(name, `SELECT bt_index_check('${name}'::regclass, true)`);
  }
  return found;
}

/** Of a query with one column, `name`. */
async function namesOf(read: Execute, sql: string): Promise<string[]> {
  return (await read(sql, [])).rows.map(({ name }) => String(name));
}
