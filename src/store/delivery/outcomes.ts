/** What became of attempts, written for many messages in one statement. */
import { sql } from "kysely";
import type { HeldNotification } from "../../ports/notification_repository.ts";
import { type GivenKind, preparedOverRows } from "../statements/given_rows.ts";
import { outgoingColumns } from "./outgoing_row.ts";
import type { Database } from "../schema/schema.ts";

const ROWS_PER_UPDATE = 16;

/**
 * Promises the ids of those that were held as they say, and are written now. To whom a message goes and under which key
 * stays as it was claimed, and is not written: SQLite makes an index anew for a value that is written as it was.
 */
export async function writeOutcomes(
  db: Database,
  held: readonly HeldNotification[],
): Promise<number[]> {
  const written = await update(db, held.map(settledOf));
  return written.map(({ id }) => id);
}

function settledOf({ notification, owner, attempt }: HeldNotification) {
  return {
    id: notification.id,
    held_by: owner,
    held_attempt: attempt,
    ...outgoingColumns(notification),
  };
}

/** What `outgoingColumns` gives. */
const WRITTEN: Record<keyof ReturnType<typeof outgoingColumns>, GivenKind> = {
  state: "text",
  due_at_ms: "whole",
  attempt: "whole",
  lease_owner: "text",
  lease_until_ms: "whole",
  maybe_sent_twice: "whole",
  outcome_unknown: "whole",
  provider: "text",
  provider_message_id: "text",
  error: "text",
  sent_at_ms: "whole",
  delivered_at_ms: "whole",
  updated_at_ms: "whole",
};

const update = preparedOverRows<ReturnType<typeof settledOf>, { id: number }>({
  columns: { id: "whole", held_by: "text", held_attempt: "whole", ...WRITTEN },
  most: ROWS_PER_UPDATE,
}, (withGiven) => {
  const changes = Object.keys(WRITTEN)
    .map((name) => sql`${sql.ref(name)} = ${sql.ref(`given.${name}`)}`);
  return sql`
    ${withGiven}
    UPDATE notifications SET ${sql.join(changes)}
    FROM given
    WHERE notifications.id = given.id
      AND notifications.state = 'sending'
      AND notifications.lease_owner = given.held_by
      AND notifications.attempt = given.held_attempt
    RETURNING notifications.id`;
});
