/** Something in every table, so that a copy of a database can be told to be whole. */
import {
  type Column,
  type Table,
  tablesOf,
} from "../../src/store/whole_database/catalog.ts";
import { NOT_EXPORTED } from "../../src/backup/export_format.ts";
import {
  writeNextId,
  writeRows,
} from "../../src/store/whole_database/whole_tables.ts";
import { onConnection } from "../every_row.ts";

/** What is awkward to carry over: other scripts, ends of lines, quotes, fractions, null. */
const AWKWARD = `Zürich ✓ 東京 👩‍🚒 "quoted" 'single' \\ \n\r\t\u2028 %_`;

/**
 * Promises how many rows it wrote into the tables that are exported: one in each, which refers to the one with id 1 in
 * every other, and whose texts are awkward. Where a column may be null, a second row has it so.
 */
export async function fillEveryTable(url: string): Promise<number> {
  return await onConnection(url, async (connection) => {
    const { read, dialect } = connection;
    const tables = (await tablesOf(read, dialect))
      .filter(({ name }) => !NOT_EXPORTED.has(name));
    const transaction = await connection.begin({ durable: true });
    try {
      const target = { execute: transaction.execute, dialect };
      let count = 0;
      for (const table of tables) {
        await writeRows(target, table, [rowOf(table, 1)]);
        count++;
        if (!table.hasIdentity) continue;
        await writeRows(target, table, [rowOf(table, 2)]);
        await writeNextId(target, table, 5);
        count++;
      }
      await transaction.commit();
      return count;
    } finally {
      await transaction.end();
    }
  });
}

function rowOf(
  { columns, key }: Table,
  number: 1 | 2,
): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [
    column.name,
    valueOf(column, { isKey: key.includes(column.name), number }),
  ]));
}

function valueOf(
  { name, type, nullable }: Column,
  { isKey, number }: { isKey: boolean; number: 1 | 2 },
): unknown {
  if (nullable && number === 2) return null;
  switch (type) {
    case "text":
      // Unique where a table wants that of it.
      return `${AWKWARD} ${name} ${number}`;
    case "number":
      return number === 1 ? 2.5 : 3;
    case "integer":
      // Instants are longer than 32 bits; references are to the first rows, and an account has a responder of its own.
      return isKey || name === "responder_id"
        ? number
        : name.endsWith("_id")
        ? 1
        : /_[mu]s$/.test(name)
        ? 1_795_000_000_000 + number
        : number;
  }
}
