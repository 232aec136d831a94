/** What tables a database has, as the database itself says it: alike for both, so that no list here can be out of date. */
import type { Execute } from "../connection/executor.ts";
import type { DialectName } from "../connection/session.ts";

export interface Column {
  name: string;
  type: "integer" | "number" | "text";
  nullable: boolean;
}

export interface Table {
  name: string;
  /** In the order in which migrations have made them; without those that the database works out itself. */
  columns: Column[];
  /** The columns of the primary key, in its order. */
  key: string[];
  /** Whether the database gives numbers to its rows. */
  hasIdentity: boolean;
}

/** Kept by the migrations, and no data. */
const MIGRATIONS = "schema_migrations";

/**
 * Promises every table of PagerPal's, those that others refer to before those that refer to them, else by name. Both
 * databases have the same tables in the same order at the same migration.
 */
export async function tablesOf(
  execute: Execute,
  dialect: DialectName,
): Promise<Table[]> {
  const { columns, references } = QUERIES[dialect];
  const found = new Map<string, Table>();
  for (const row of (await execute(columns, [])).rows) {
    const name = String(row["table_name"]);
    if (name === MIGRATIONS) continue;
    const table = found.get(name) ?? emptyTable(name);
    found.set(name, table);
    addColumn(table, row);
  }
  const needs = new Map<string, Set<string>>();
  for (const row of (await execute(references, [])).rows) {
    const name = String(row["table_name"]);
    const wanted = needs.get(name) ?? new Set();
    needs.set(name, wanted.add(String(row["referenced"])));
  }
  return inOrder([...found.values()], needs);
}

/** Promises how many rows each table has. */
export async function countRows(
  execute: Execute,
  tables: readonly Table[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await execute(`SELECT count(*) AS n FROM "${name}"`, []);
    counts[name] = Number(rows[0]?.["n"]);
  }
  return counts;
}

/** Promises the newest migration that was applied; 0 for none. Throws where there is no table of them. */
export async function schemaVersionOf(execute: Execute): Promise<number> {
  const sql = `SELECT max(version) AS version FROM ${MIGRATIONS}`;
  const { rows } = await execute(sql, []);
  return Number(rows[0]?.["version"] ?? 0);
}

function emptyTable(name: string): Table {
  return { name, columns: [], key: [], hasIdentity: false };
}

function addColumn(table: Table, row: Record<string, unknown>): void {
  const name = String(row["column_name"]);
  const position = Number(row["key_position"]);
  if (position > 0) table.key[position - 1] = name;
  table.hasIdentity ||= Boolean(Number(row["is_identity"]));
  if (Number(row["is_generated"])) return;
  table.columns.push({
    name,
    type: typeOf(String(row["data_type"])),
    nullable: !Number(row["is_required"]) && position === 0,
  });
}

function typeOf(declared: string): Column["type"] {
  switch (declared.toLowerCase()) {
    case "bigint":
    case "integer":
      return "integer";
    case "double precision":
      return "number";
    case "text":
      return "text";
    default:
      throw new Error(`A column of the type ${declared} is not expected.`);
  }
}

function inOrder(
  tables: Table[],
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): Table[] {
  const waiting = tables.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const done: Table[] = [];
  while (waiting.length > 0) {
    const open = new Set(waiting.map(({ name }) => name));
    const next = waiting.findIndex(({ name }) =>
      [...needs.get(name) ?? []].every((other) =>
        other === name || !open.has(other)
      )
    );
    if (next < 0) throw new Error("Tables refer to each other in a circle.");
    done.push(...waiting.splice(next, 1));
  }
  return done;
}

// A table is listed with every column, and a number of its own for each of what is asked: 0 or 1, the key's from 1.
const QUERIES: Record<
  DialectName,
  { columns: string; references: string }
> = {
  sqlite: {
    columns: `SELECT t.name AS table_name, c.name AS column_name,
      c.type AS data_type, c."notnull" AS is_required, c.pk AS key_position,
      c.hidden <> 0 AS is_generated,
      t.sql LIKE '%AUTOINCREMENT%' AS is_identity
    FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY t.name, c.cid`,
    references: `SELECT t.name AS table_name, f."table" AS referenced
    FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS f
    WHERE t.type = 'table'`,
  },
  postgres: {
    columns: `SELECT c.table_name, c.column_name, c.data_type,
      CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS is_required,
      CASE c.is_generated WHEN 'ALWAYS' THEN 1 ELSE 0 END AS is_generated,
      CASE c.is_identity WHEN 'YES' THEN 1 ELSE 0 END AS is_identity,
      coalesce(array_position(k.conkey, a.attnum), 0) AS key_position
    FROM information_schema.columns AS c
    JOIN pg_class AS t ON t.relname = c.table_name AND t.relkind = 'r'
      AND t.relnamespace = current_schema()::regnamespace
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = c.column_name
    LEFT JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'p'
    WHERE c.table_schema = current_schema()
    ORDER BY c.table_name COLLATE "C", c.ordinal_position`,
    references: `SELECT f.conrelid::regclass::text AS table_name,
      f.confrelid::regclass::text AS referenced
    FROM pg_constraint AS f
    WHERE f.contype = 'f' AND f.connamespace = current_schema()::regnamespace`,
  },
};
