/** Tables as a whole, read and written row by row past the repositories, alike on both databases. */
import type { Column, Table } from "./catalog.ts";
import type { Execute } from "../connection/executor.ts";
import type { DialectName } from "../connection/session.ts";
import type { Snapshot } from "./snapshot.ts";

/** Values by column, as a driver takes and gives them: numbers, text and null. */
export type Row = Record<string, unknown>;

/** How many rows are held at once. */
const PAGE = 250;

/** Promises every row in the order of the primary key, texts byte by byte, some at a time. */
export function readRows(
  snapshot: Snapshot,
  table: Table,
): AsyncGenerator<Row[]> {
  return snapshot.dialect === "postgres"
    ? readByCursor(snapshot.execute, table)
    : readByKey(snapshot.execute, table);
}

/** SQLite compares texts byte by byte, and finds where to go on in the index of the key. */
async function* readByKey(
  execute: Execute,
  table: Table,
): AsyncGenerator<Row[]> {
  const key = quoted(table.key);
  const marks = table.key.map(() => "?").join(", ");
  const select = `SELECT ${columnsOf(table)} FROM ${quoted([table.name])}`;
  const order = `ORDER BY ${key} LIMIT ${PAGE}`;
  let last: unknown[] | null = null;
  for (;;) {
    const { rows }: { rows: Row[] } = last === null
      ? await execute(`${select} ${order}`, [])
      : await execute(`${select} WHERE (${key}) > (${marks}) ${order}`, last);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    last = table.key.map((column) => end[column]);
  }
}

/** PostgreSQL may have indexed texts in the order of a language: it sorts once, and not for each page. */
async function* readByCursor(
  execute: Execute,
  table: Table,
): AsyncGenerator<Row[]> {
  const isText = (name: string) =>
    table.columns.some((each) => each.name === name && each.type === "text");
  const order = table.key.map((name) =>
    quoted([name]) + (isText(name) ? ' COLLATE "C"' : "")
  ).join(", ");
  // The connection keeps each text with the columns that it once brought, so the FETCH of every table is another.
  const cursor = quoted([`all_${table.name}`]);
  await execute(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${columnsOf(table)}
    FROM ${quoted([table.name])} ORDER BY ${order}`,
    [],
  );
  for (;;) {
    const { rows } = await execute(`FETCH ${PAGE} FROM ${cursor}`, []);
    if (rows.length === 0) break;
    yield rows;
  }
  await execute(`CLOSE ${cursor}`, []);
}

/** Promises the rows written, all columns of each; errors are the driver's own. */
export async function writeRows(
  { execute, dialect }: { execute: Execute; dialect: DialectName },
  { name, columns }: Table,
  rows: readonly Row[],
): Promise<void> {
  let count = 0;
  const mark = dialect === "postgres" ? () => `$${++count}` : () => "?";
  const marks = rows.map(() => `(${columns.map(mark).join(", ")})`).join(", ");
  const names = quoted(columns.map((column) => column.name));
  await execute(
    `INSERT INTO ${quoted([name])} (${names}) VALUES ${marks}`,
    rows.flatMap((row) => columns.map((column) => row[column.name])),
  );
}

/** Promises how many rows may be written at once: SQLite takes so many values (sqlite.org/limits.html), PostgreSQL more. */
export function mostRows({ columns }: Table): number {
  return Math.max(1, Math.min(PAGE, Math.floor(32_000 / columns.length)));
}

/** Promises the number that the next row is given, by table, of those whose rows are given numbers. */
export async function readNextIds(
  { execute, dialect }: Snapshot,
  tables: readonly Table[],
): Promise<Record<string, number>> {
  const next: Record<string, number> = {};
  const numbered = tables.filter(({ hasIdentity }) => hasIdentity);
  for (const { name, key } of numbered) {
    const sql = dialect === "postgres"
      ? `SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END AS next
        FROM ${quoted([`${name}_${key[0]}_seq`])}`
      : `SELECT coalesce(max(seq), 0) + 1 AS next FROM sqlite_sequence
        WHERE name = '${name}'`;
    const { rows } = await execute(sql, []);
    next[name] = Number(rows[0]?.["next"]);
  }
  return next;
}

/** Promises that the next row of the table is given this number. */
export async function writeNextId(
  { execute, dialect }: { execute: Execute; dialect: DialectName },
  { name, key }: Table,
  next: number,
): Promise<void> {
  if (dialect === "postgres") {
    const sequence = `${name}_${key[0]}_seq`;
    await execute(`SELECT setval('${quoted([sequence])}', ${next}, false)`, []);
    return;
  }
  await execute("DELETE FROM sqlite_sequence WHERE name = ?", [name]);
  await execute(
    "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
    [name, next - 1],
  );
}

/** Promises that the table is empty. */
export async function clearTable(
  execute: Execute,
  { name }: Table,
): Promise<void> {
  await execute(`DELETE FROM ${quoted([name])}`, []);
}

function columnsOf({ columns }: { columns: readonly Column[] }): string {
  return quoted(columns.map(({ name }) => name));
}

/** The names come from the catalog of the database itself. */
function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
