/** Who still refers to a row. */
import { type RawBuilder, sql } from "kysely";
import type { Dependent } from "../../ports/directory_repositories.ts";
import type { Database } from "../schema/schema.ts";

const MOST = 20;

interface Row {
  kind: Dependent["kind"];
  id: number;
  name: string;
}

/** Promises at most 20 of the rows that the queries find, each a SELECT of kind, id and name. */
export async function dependentsIn(
  db: Database,
  queries: RawBuilder<unknown>[],
): Promise<Dependent[]> {
  const all = sql.join(queries, sql` UNION `);
  const { rows } = await sql<Row>`
    SELECT kind, id, name FROM (${all}) AS found
    ORDER BY kind, id LIMIT ${MOST}`.execute(db);
  return rows.map(({ kind, id, name }) => ({ kind, id, name }));
}

/** Policies of which a step or the fallback names the row. */
export function policiesTargeting(
  column: "responder_id" | "schedule_id" | "team_id",
  id: number,
) {
  return sql`
    SELECT 'escalation_policy' AS kind, p.id, p.name
    FROM escalation_policy_targets t
    JOIN escalation_policies p ON p.id = t.policy_id
    WHERE ${sql.ref(`t.${column}`)} = ${id}`;
}

/** The first few of the incidents; there may be very many. */
export function incidentsOf(column: "team_id" | "source_id", id: number) {
  return sql`
    SELECT kind, id, name FROM (
      SELECT 'incident' AS kind, id, title AS name FROM incidents
      WHERE ${sql.ref(column)} = ${id} LIMIT ${MOST}
    ) AS some_incidents`;
}
