/**
 * Statements whose text is made once. Kysely makes it anew for each run, which costs more than most of them cost SQLite:
 * 14 µs for each incident that is inserted, 26 µs for each page that is settled.
 */
import { type CompiledQuery, PostgresAdapter, type QueryResult } from "kysely";
import type { Database } from "../schema/schema.ts";

/** What Kysely's builders and its `sql` have in common. */
interface Statement<Row> {
  compile(db: Database): CompiledQuery<Row>;
}

/** Runs the statement with these values. Every length of the list has a text of its own: see id_list.ts. */
type Run<Values, Row> = (
  db: Database,
  rows: readonly Values[],
) => Promise<QueryResult<Row>>;

/** Stands for a value while the text is made. */
class Slot {
  constructor(readonly at: number, readonly name: string) {}
}

interface Prepared<Row> {
  query: CompiledQuery<Row>;
  parameters: readonly unknown[];
}

/**
 * Promises a statement that is built once for each number of rows and each database. Of the rows that `build` is given it
 * may use the values, as they are, in any place and order, and may not look at them.
 */
export function prepared<Values extends object, Row>(
  build: (db: Database, rows: Values[]) => Statement<Row>,
): Run<Values, Row> {
  const known = new Map<string, Prepared<Row>>();
  return (db, rows) => {
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    const key = `${isPostgres} ${rows.length}`;
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
    return db.executeQuery({ ...statement.query, parameters });
  };
}

function make<Values extends object, Row>(
  db: Database,
  rows: readonly Values[],
  build: (db: Database, rows: Values[]) => Statement<Row>,
): Prepared<Row> {
  const slots = rows.map((row, at) =>
    Object.fromEntries(
      Object.keys(row).map((name) => [name, new Slot(at, name)]),
    ) as Values
  );
  const query = build(db, slots).compile(db);
  return { query, parameters: query.parameters };
}
