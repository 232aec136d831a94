/** All that a database holds, past the store, for tests that compare two of them. */
import { type Table, tablesOf } from "../src/store/whole_database/catalog.ts";
import type { Connection } from "../src/store/connection/connection.ts";
import { oneConnection } from "../src/store/connection/one_connection.ts";

export type Row = Record<string, unknown>;

/** Promises the rows of each table in the order of their keys, without columns that the database works out. */
export async function everyRow(url: string): Promise<Record<string, Row[]>> {
  return await onConnection(url, async ({ read, dialect }) => {
    const all: Record<string, Row[]> = {};
    for (const table of await tablesOf(read, dialect)) {
      const { rows } = await read(selectFrom(table), []);
      // Objects of a driver's own kind are not equal to plain ones.
      all[table.name] = rows.map((row) => ({ ...row }))
        .sort((a, b) => keyOf(table, a) < keyOf(table, b) ? -1 : 1);
    }
    return all;
  });
}

/** Promises what the work promises, on a connection of its own. */
export async function onConnection<T>(
  url: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await oneConnection({ url }, 0);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function selectFrom({ name, columns }: Table): string {
  return `SELECT ${
    columns.map((column) => `"${column.name}"`).join(", ")
  } FROM "${name}"`;
}

function keyOf({ key }: Table, row: Row): string {
  return JSON.stringify(key.map((column) => {
    const value = row[column];
    return typeof value === "number" ? String(value).padStart(20, "0") : value;
  }));
}
