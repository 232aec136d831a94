/**
 * Statements whose text is made once. Kysely makes it anew for each run, which costs more than most of them cost SQLite:
 * 14 µs for each incident that is inserted, 26 µs for each page that is settled.
 */
import type { CompiledQuery } from "kysely";
import { underneathOf } from "../connection/executor.ts";
import type { Database } from "../schema/schema.ts";

/** What Kysely's builders and its `sql` have in common. */
interface Statement<Row> {
  compile(db: Database): CompiledQuery<Row>;
}

/** Runs the statement with these values. Every length of the list has a text of its own: see id_list.ts. */
type Run<Values, Row> = (
  db: Database,
  rows: readonly Values[],
) => Promise<{ rows: Row[] }>;

/** Stands for a value while the text is made. */
class Slot {
  constructor(readonly at: number, readonly name: string) {}
}

/** Kept without the tree that the text was made of, which is many times as large. */
type Prepared = Pick<CompiledQuery, "sql" | "parameters">;

/**
 * Promises a statement that is built once for each number of rows and each database. Of the rows that `build` is given it
 * may use the values, as they are, in any place and order, and may not look at them.
 */
export function prepared<Values extends object, Row>(
  build: (db: Database, rows: Values[]) => Statement<Row>,
): Run<Values, Row> {
  const known = new Map<string, Prepared>();
  return async (db, rows) => {
    const { execute, dialect } = underneathOf(db);
    const key = `${dialect} ${rows.length}`;
    let statement = known.get(key);
    if (statement === undefined) {
      statement = make(db, rows, build);
      known.set(key, statement);
    }
    const parameters = statement.parameters.map((value) =>
      value instanceof Slot
        ? rows[value.at]?.[value.name as keyof Values]
        : value
    );
    const outcome = await execute(statement.sql, parameters);
    // The row types are the schema's word; the contract suite checks them against both databases.
    return { rows: outcome.rows as Row[] };
  };
}

function make<Values extends object, Row>(
  db: Database,
  rows: readonly Values[],
  build: (db: Database, rows: Values[]) => Statement<Row>,
): Prepared {
  const slots = rows.map((row, at) =>
    Object.fromEntries(
      Object.keys(row).map((name) => [name, new Slot(at, name)]),
    ) as Values
  );
  const { sql, parameters } = build(db, slots).compile(db);
  return { sql, parameters };
}
