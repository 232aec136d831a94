/** Statements over many rows that are given along: one text for any number of rows on PostgreSQL, few texts on SQLite. */
import { type RawBuilder, sql } from "kysely";
import { storable, underneathOf } from "../connection/executor.ts";
import type { Database } from "../schema/schema.ts";
import { inFewChunks } from "./id_list.ts";
import { prepared } from "./prepared.ts";

/** What PostgreSQL is to take a column for: a whole number, or text. */
export type GivenKind = "whole" | "text";

export interface GivenRows<Row> {
  columns: Record<Extract<keyof Row, string>, GivenKind>;
  /** How many rows SQLite is given at once. */
  most: number;
}

const TYPES = { whole: sql.raw("BIGINT"), text: sql.raw("TEXT") };

/**
 * Promises a statement over the table `given`, whose rows come with each run; and the rows that it returns for all of
 * them. `build` makes it with the beginning of its text, `WITH given ...`.
 *
 * PostgreSQL gets all rows as one value. As a value for each column of each row, 64 incidents are 2,000 values in seven
 * statements, and cost this process four times as much.
 */
export function preparedOverRows<Row extends object, Result>(
  { columns, most }: GivenRows<Row>,
  build: (withGiven: RawBuilder<unknown>) => RawBuilder<Result>,
): (db: Database, rows: readonly Row[]) => Promise<Result[]> {
  const names = Object.keys(columns) as (Extract<keyof Row, string>)[];
  const refs = sql.join(names.map((name) => sql.ref(name)));
  const inValues = prepared((_db, rows: Row[]) =>
    build(
      sql`WITH given (${refs}) AS (VALUES ${
        sql.join(
          rows.map((row) => sql`(${sql.join(names.map((name) => row[name]))})`),
        )
      })`,
    )
  );
  const typed = sql.join(
    names.map((name) => sql`${sql.ref(name)} ${TYPES[columns[name]]}`),
  );
  const asJson = prepared((_db, [given]: { rows: string }[]) =>
    build(sql`WITH given AS (
      SELECT * FROM json_to_recordset(CAST(CAST(${given?.rows} AS TEXT) AS JSON))
        AS given_row (${typed})
    )`)
  );
  return async (db, rows) => {
    if (underneathOf(db).dialect === "postgres") {
      return (await asJson(db, [{ rows: jsonOf(rows) }])).rows;
    }
    const some = await Promise.all(
      inFewChunks(rows, most).map((chunk) => inValues(db, chunk)),
    );
    return some.flatMap((result) => result.rows);
  };
}

/** What no database takes stands there in an escape, as little else does. */
function jsonOf(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  if (!text.includes("\\u")) return text;
  return JSON.stringify(rows, (_name, value) => storable(value));
}
