/** What a database finds wrong with its own storage when it is asked to look. */
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Execute } from "../connection/executor.ts";

/** `index_invalid`: an index that is not used until it is built again; what is stored is whole. */
export interface Fault {
  kind: "damaged" | "index_invalid";
  /** Half a sentence, as "the index by_name is not valid". */
  words: string;
}

export interface Damage {
  faults: Fault[];
  /** False: the look was broken off, for want of time or because enough was found. */
  isComplete: boolean;
}

export interface LookOptions {
  /** Reads every row, and not only what is quick to look at. */
  deep: boolean;
  /** Once it has aborted the look is broken off between two statements. */
  signal: AbortSignal;
}

/** Promises what is wrong; see `Examination.findDamage`. */
export type FindDamage = (
  read: Execute,
  options: LookOptions,
) => Promise<Damage>;

/** A damaged file may have very many faults. */
const MOST_FAULTS = 5;

/**
 * SQLite checks on this thread, so a quick look goes table by table, between which the signal is seen
 * (sqlite.org/pragma.html, quick_check and integrity_check).
 */
export const sqliteDamage: FindDamage = async (read, { deep, signal }) => {
  if (deep) {
    const faults = [
      ...await faultsOf(read, `PRAGMA integrity_check(${MOST_FAULTS})`),
      ...await lostReferences(read),
    ];
    return { faults, isComplete: faults.length < MOST_FAULTS };
  }
  const tables = await namesOf(
    read,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  );
  return await each(tables, signal, async (name) => {
    // Timers run here: the signal may be one.
    await new Promise((go) => setTimeout(go, 0));
    return await faultsOf(read, `PRAGMA quick_check("${name}")`);
  });
};

async function faultsOf(read: Execute, pragma: string): Promise<Fault[]> {
  const { rows } = await read(pragma, []);
  return rows.map((row) => String(Object.values(row)[0]))
    .filter((fault) => fault !== "ok").map(damaged);
}

async function lostReferences(read: Execute): Promise<Fault[]> {
  const { rows } = await read("PRAGMA foreign_key_check", []);
  return rows.slice(0, MOST_FAULTS).map(({ rowid, table, parent }) =>
    damaged(
      `row ${rowid} of ${table} refers to a row of ${parent} that is not there`,
    )
  );
}

/** PostgreSQL has checks of pages as it reads them (data checksums), and of indexes in the extension amcheck. */
export const postgresDamage: FindDamage = async (read, { deep, signal }) => {
  const quick = [...await invalidIndexes(read), ...await wrongChecksums(read)];
  if (!deep) return { faults: quick, isComplete: true };
  const tables = await namesOf(
    read,
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r'
     AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  // A page that is damaged is met where every row is read.
  const rows = await each(
    tables,
    signal,
    (name) =>
      readAll(read, name, [`SELECT max(length(t::text)) FROM ${name} AS t`]),
  );
  const indexes = await each(
    await checkableIndexes(read),
    signal,
    (name) =>
      readAll(read, name, ["SELECT bt_index_check($1::regclass, true)", name]),
  );
  return {
    faults: [...quick, ...rows.faults, ...indexes.faults],
    isComplete: rows.isComplete && indexes.isComplete,
  };
};

async function invalidIndexes(read: Execute): Promise<Fault[]> {
  const names = await namesOf(
    read,
    `SELECT indexrelid::regclass::text AS name FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace`,
  );
  return names.map((name) => ({
    kind: "index_invalid",
    words: `the index ${name} is not valid`,
  }));
}

async function wrongChecksums(read: Execute): Promise<Fault[]> {
  const { rows } = await read(
    "SELECT checksum_failures AS value FROM pg_stat_database WHERE datname = current_database()",
    [],
  );
  const count = Number(rows[0]?.["value"] ?? 0);
  return count > 0
    ? [damaged(`${count} pages were read with a wrong checksum`)]
    : [];
}

/** Those that amcheck can look at; none where it is not installed, or not for us. */
function checkableIndexes(read: Execute): Promise<string[]> {
  return namesOf(
    read,
    `SELECT indexrelid::regclass::text AS name FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
     WHERE i.indisvalid AND EXISTS (
       SELECT FROM pg_proc AS p WHERE p.proname = 'bt_index_check'
       AND has_function_privilege(p.oid, 'EXECUTE')
     )
     AND c.relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
}

/** Promises no fault where the statement ends well. */
async function readAll(
  read: Execute,
  name: string,
  [sql = "", ...parameters]: string[],
): Promise<Fault[]> {
  try {
    await read(sql, parameters);
    return [];
  } catch (error) {
    if (error instanceof StoreUnavailableError && error.reason !== "broken") {
      throw error;
    }
    const words = error instanceof Error ? error.message : String(error);
    return [damaged(`${name}: ${words}`)];
  }
}

/** Looks at one after the other until the signal aborts or enough is found. */
async function each(
  names: readonly string[],
  signal: AbortSignal,
  look: (name: string) => Promise<Fault[]>,
): Promise<Damage> {
  const faults: Fault[] = [];
  for (const name of names) {
    if (signal.aborted || faults.length >= MOST_FAULTS) {
      return { faults, isComplete: false };
    }
    faults.push(...await look(name));
  }
  return { faults, isComplete: true };
}

function damaged(words: string): Fault {
  return { kind: "damaged", words };
}

/** Of a query with one column, `name`. */
async function namesOf(read: Execute, sql: string): Promise<string[]> {
  return (await read(sql, [])).rows.map(({ name }) => String(name));
}
