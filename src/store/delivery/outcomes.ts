/** What became of attempts, written for many messages in one statement. */
import { sql } from "kysely";
import type { HeldNotification } from "../../ports/paging_repositories.ts";
import { inFewChunks } from "../statements/id_list.ts";
import { deliveryColumns } from "./notification_row.ts";
import { prepared } from "../statements/prepared.ts";
import type { Database } from "../schema/schema.ts";

/** A row has 23 values; longer statements are not kept prepared (see postgres_connection.ts). */
const ROWS_PER_UPDATE = 16;

/** Promises the ids of those that were held as they say, and are written now. */
export async function writeOutcomes(
  db: Database,
  held: readonly HeldNotification[],
): Promise<number[]> {
  const written = await Promise.all(
    inFewChunks(held, ROWS_PER_UPDATE).map((some) =>
      update(db, some.map(settledOf))
    ),
  );
  return written.flatMap(({ rows }) => rows.map(({ id }) => id));
}

/** One row of `settled` below. */
type Settled = ReturnType<typeof settledOf>;

function settledOf({ notification, owner, attempt }: HeldNotification) {
  return {
    id: notification.id,
    held_by: owner,
    held_attempt: attempt,
    ...deliveryColumns(notification),
  };
}

/** Every column, and how PostgreSQL is to take its values: without a word it takes them for text. */
const COLUMNS: Record<keyof Settled, "whole" | "text"> = {
  id: "whole",
  held_by: "text",
  held_attempt: "whole",
  contact_method_id: "whole",
  channel: "text",
  address: "text",
  state: "text",
  due_at_ms: "whole",
  first_due_at_ms: "whole",
  idempotency_key: "text",
  attempt: "whole",
  lease_owner: "text",
  lease_until_ms: "whole",
  maybe_sent_twice: "whole",
  outcome_unknown: "whole",
  bundle_id: "whole",
  bundle_size: "whole",
  provider: "text",
  provider_message_id: "text",
  error: "text",
  sent_at_ms: "whole",
  delivered_at_ms: "whole",
  updated_at_ms: "whole",
};
const NAMES = Object.keys(COLUMNS) as (keyof Settled)[];
const GUARDS: ReadonlySet<string> = new Set(["id", "held_by", "held_attempt"]);
const WRITTEN = NAMES.filter((name) => !GUARDS.has(name));

const update = prepared((_db: Database, rows: Settled[]) =>
  sql<{ id: number }>`
    WITH settled (${sql.join(NAMES.map((name) => sql.ref(name)))})
      AS (VALUES ${sql.join(rows.map(valuesOf))})
    UPDATE notifications SET ${
    sql.join(WRITTEN.map((name) => sql`${sql.ref(name)} = ${settled(name)}`))
  }
    FROM settled
    WHERE notifications.id = ${settled("id")}
      AND notifications.state = 'sending'
      AND notifications.lease_owner = ${settled("held_by")}
      AND notifications.attempt = ${settled("held_attempt")}
    RETURNING notifications.id`
);

function settled(name: keyof Settled) {
  return sql.ref(`settled.${name}`);
}

function valuesOf(row: Settled) {
  const values = NAMES.map((name) =>
    COLUMNS[name] === "text"
      ? sql`${row[name]}`
      : sql`CAST(${row[name]} AS BIGINT)`
  );
  return sql`(${sql.join(values)})`;
}
