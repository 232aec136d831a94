/**
 * Whether a migration leaves a database that programs of before can go on with, told from what it does to a real one: all
 * that was there is there as it was, and what is new asks nothing of those who do not know it.
 */
import type { Connection } from "../../src/store/connection/connection.ts";
import { openFile } from "../../src/store/libsql/libsql_file.ts";
import { type Migration, sqlFor } from "../../src/store/migrations.ts";
import { createTestFile } from "../databases.ts";
import { runSql } from "../sql.ts";

/** What programs rely on, each with its table. */
interface Schema {
  tables: Set<string>;
  /** By `table.column`: type, whether it may be null, default, place in the primary key. */
  columns: Map<string, { table: string; is: string; optional: boolean }>;
  /** Unique indexes and triggers, by name: they decide what may be written. */
  rules: Map<string, { table: string; is: string }>;
}

const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'";
const COLUMNS =
  `SELECT m.name AS in_table, c.* FROM sqlite_schema m, pragma_table_info(m.name) c
   WHERE m.type = 'table'`;
const RULES =
  `SELECT m.name AS in_table, i.name, group_concat(c.name) || coalesce(s.sql, '') AS what
   FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
   LEFT JOIN sqlite_schema s ON s.name = i.name
   WHERE m.type = 'table' AND i."unique" = 1 GROUP BY m.name, i.name
   UNION ALL SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger'`;

/**
 * Promises for each migration what programs of before would trip over, in sentences; the migrations are applied one after
 * the other to a database of their own.
 */
export async function breaksOf(
  migrations: readonly Migration[],
): Promise<Map<string, string[]>> {
  await using database = await createTestFile();
  const connection = openFile(database.url);
  try {
    const breaks = new Map<string, string[]>();
    let before = await schemaOf(connection);
    for (const migration of migrations) {
      await runSql(database.url, sqlFor(migration, "sqlite"));
      const after = await schemaOf(connection);
      breaks.set(migration.name, compare(before, after));
      before = after;
    }
    return breaks;
  } finally {
    await connection.close();
  }
}

function compare(before: Schema, after: Schema): string[] {
  const gone = [...before.tables].filter((name) => !after.tables.has(name))
    .map((name) => `the table ${name} is gone`);
  const changed = [...before.columns].flatMap(([name, { table, is }]) => {
    const now = after.columns.get(name);
    if (now?.is === is || !after.tables.has(table)) return [];
    return now ? `${name} is ${now.is} and was ${is}` : `${name} is gone`;
  });
  const asked = [...after.columns].filter(([name, { table, optional }]) =>
    !before.columns.has(name) && before.tables.has(table) && !optional
  ).map(([name]) => `${name} has to be written`);
  const lifted = [...before.rules].filter(([name, { table, is }]) =>
    after.tables.has(table) && after.rules.get(name)?.is !== is
  ).map(([name]) => `${name} no longer holds`);
  const imposed = [...after.rules].filter(([name, { table }]) =>
    !before.rules.has(name) && before.tables.has(table)
  ).map(([name]) => `${name} is a new rule on an old table`);
  return [...gone, ...changed, ...asked, ...lifted, ...imposed];
}

async function schemaOf(connection: Connection): Promise<Schema> {
  const rowsOf = async (sql: string) => (await connection.read(sql, [])).rows;
  const tables = (await rowsOf(TABLES)).map(({ name }) => String(name));
  const columns = (await rowsOf(COLUMNS)).map((row) => {
    const must = row["notnull"] === 1;
    const value = row["dflt_value"];
    const is = [
      row["type"],
      must ? "NOT NULL" : "NULL",
      ...value === null ? [] : [`DEFAULT ${value}`],
      ...row["pk"] === 0 ? [] : [`key ${row["pk"]}`],
    ].join(" ");
    const table = String(row["in_table"]);
    const optional = !must || value !== null;
    return [`${table}.${row["name"]}`, { table, is, optional }] as const;
  });
  const rules = (await rowsOf(RULES)).map((row) =>
    [
      String(row["name"]),
      { table: String(row["in_table"]), is: String(row["what"]) },
    ] as const
  );
  return {
    tables: new Set(tables),
    columns: new Map(columns),
    rules: new Map(rules),
  };
}
