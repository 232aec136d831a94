/** What the rows of both outboxes say of the sending, and back. */
import type { Selectable } from "kysely";
import type { Outgoing } from "../../domain/delivery/notification.ts";
import type { OutboxTable } from "../schema/paging_tables.ts";
import { flag, instant, instantOrNull } from "../statements/column.ts";

/** Promises the columns of a message that nobody has tried to send yet. */
export function unsentColumns(
  message: {
    state: "queued" | "suppressed";
    dueAtMs: number;
    idempotencyKey: string;
    createdAtMs: number;
  },
) {
  return {
    state: message.state,
    due_at_ms: instant(message.dueAtMs),
    first_due_at_ms: instant(message.dueAtMs),
    idempotency_key: message.idempotencyKey,
    attempt: 0,
    lease_owner: null,
    lease_until_ms: null,
    maybe_sent_twice: 0,
    provider: null,
    provider_message_id: null,
    error: null,
    sent_at_ms: null,
    delivered_at_ms: null,
    created_at_ms: instant(message.createdAtMs),
    updated_at_ms: instant(message.createdAtMs),
  };
}

/** Promises the columns that sending changes of every message. */
export function outgoingColumns(message: Outgoing) {
  return {
    state: message.state,
    due_at_ms: instant(message.dueAtMs),
    attempt: message.attempt,
    lease_owner: message.leaseOwner,
    lease_until_ms: instantOrNull(message.leaseUntilMs),
    maybe_sent_twice: flag(message.maybeSentTwice),
    outcome_unknown: flag(message.outcomeUnknown),
    provider: message.provider,
    provider_message_id: message.providerMessageId,
    error: message.error,
    sent_at_ms: instantOrNull(message.sentAtMs),
    delivered_at_ms: instantOrNull(message.deliveredAtMs),
    updated_at_ms: instant(message.updatedAtMs),
  };
}

/** Promises what the row says of the sending. */
export function outgoingOf(row: Selectable<OutboxTable>): Outgoing {
  return {
    // Words of a fixed set are written by this house only.
    state: row.state as Outgoing["state"],
    dueAtMs: row.due_at_ms,
    firstDueAtMs: row.first_due_at_ms,
    attempt: row.attempt,
    leaseOwner: row.lease_owner,
    leaseUntilMs: row.lease_until_ms,
    maybeSentTwice: row.maybe_sent_twice === 1,
    outcomeUnknown: row.outcome_unknown === 1,
    provider: row.provider,
    providerMessageId: row.provider_message_id,
    error: row.error,
    sentAtMs: row.sent_at_ms,
    deliveredAtMs: row.delivered_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
