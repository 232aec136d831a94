/** Deleting one row, and bounded deletions of what is old. */
import { sql } from "kysely";
import type { Session, WriteOptions } from "../connection/session.ts";
import type { Database, Schema } from "../schema/schema.ts";

type Column<Table extends keyof Schema> = keyof Schema[Table] & string;

/** The tables whose rows have an id. */
type WithId = {
  [Table in keyof Schema]: "id" extends keyof Schema[Table] ? Table : never;
}[keyof Schema];

/** Promises whether there was such a row; it is gone. */
export function deleteById(
  session: Session,
  table: WithId,
  id: number,
): Promise<boolean> {
  return session.write(async (db) => {
    const { numDeletedRows } = await db.deleteFrom(table)
      .where("id", "=", id).executeTakeFirst();
    return numDeletedRows > 0n;
  });
}

/** How many rows one DELETE of a prune takes. */
export const PRUNE_BATCH = 1_000;

/** Runs a bounded deletion, each in its own transaction, until it finds less than a full batch; tells how many went. */
export async function pruneBatches(
  session: Session,
  deleteBatch: (db: Database) => Promise<{ numAffectedRows?: bigint }>,
  options?: WriteOptions,
): Promise<number> {
  let total = 0;
  for (;;) {
    const { numAffectedRows } = await session.write(deleteBatch, options);
    const deleted = Number(numAffectedRows ?? 0n);
    total += deleted;
    if (deleted < PRUNE_BATCH) return total;
  }
}

/** Deletes the rows whose number in the column `at` is less than `before`, as pruneBatches does; tells how many went. */
export function pruneBefore<Table extends keyof Schema>(
  session: Session,
  { table, key, at, before }: {
    table: Table;
    key: [Column<Table>, ...Column<Table>[]];
    at: Column<Table>;
    before: number;
  },
  options?: WriteOptions,
): Promise<number> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  return pruneBatches(
    session,
    (db) =>
      sql`DELETE FROM ${sql.table(table)} WHERE (${columns}) IN (
      SELECT ${columns} FROM ${sql.table(table)}
      WHERE ${sql.ref(at)} < ${before} LIMIT ${PRUNE_BATCH}
    )`.execute(db),
    options,
  );
}
