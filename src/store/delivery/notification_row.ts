/** A notification as a row, and back. */
import { type Insertable, type RawBuilder, type Selectable, sql } from "kysely";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type {
  NewNotification,
  Notification,
} from "../../domain/delivery/notification.ts";
import type { SharedOutcome } from "../../ports/notification_repository.ts";
import { flag, instant, instantOrNull } from "../statements/column.ts";
import type { GivenKind } from "../statements/given_rows.ts";
import { outgoingColumns, outgoingOf, unsentColumns } from "./outgoing_row.ts";
import type { NotificationTable } from "../schema/paging_tables.ts";

type Columns = Omit<Insertable<NotificationTable>, "id">;

/** Promises the row of a message that nobody has tried to send yet, all but its rank. */
export function newNotificationColumns(message: NewNotification) {
  return {
    incident_id: message.incidentId,
    responder_id: message.responderId,
    contact_method_id: message.contactMethodId,
    channel: message.channel,
    address: message.address,
    kind: message.kind,
    step: message.step,
    round: message.round,
    ...unsentColumns(message),
  };
}

/** A row of a message that is inserted, all but its rank. */
export type InsertedRow = Pick<
  Columns,
  keyof ReturnType<typeof newNotificationColumns>
>;

/** Its columns. */
export const INSERTED_COLUMNS: Record<keyof InsertedRow, GivenKind> = {
  incident_id: "whole",
  responder_id: "whole",
  contact_method_id: "whole",
  channel: "text",
  address: "text",
  kind: "text",
  step: "whole",
  round: "whole",
  state: "text",
  due_at_ms: "whole",
  first_due_at_ms: "whole",
  idempotency_key: "text",
  attempt: "whole",
  lease_owner: "text",
  lease_until_ms: "whole",
  maybe_sent_twice: "whole",
  provider: "text",
  provider_message_id: "text",
  error: "text",
  sent_at_ms: "whole",
  delivered_at_ms: "whole",
  created_at_ms: "whole",
  updated_at_ms: "whole",
};

/** Promises how severe the incident is. Without it, it is the foreign key that is to fail, so there must be a rank. */
export function rankOfIncident(id: RawBuilder<unknown>) {
  return sql<
    number
  >`coalesce((SELECT ${RANK_OF_SEVERITY} FROM incidents WHERE id = ${id}), 0)`;
}

/** 0 for the mildest severity of a row of incidents, as SQL. */
const RANK_OF_SEVERITY = sql.raw(
  `CASE severity ${
    SEVERITIES.map((name, rank) => `WHEN '${name}' THEN ${rank}`).join(" ")
  } END`,
);

/** Promises the columns that sending changes: all but whose message it is, for which incident and why. */
export function deliveryColumns(message: Notification) {
  return {
    contact_method_id: message.contactMethodId,
    channel: message.channel,
    address: message.address,
    first_due_at_ms: instant(message.firstDueAtMs),
    idempotency_key: message.idempotencyKey,
    bundle_id: message.bundle?.id ?? null,
    bundle_size: message.bundle?.size ?? null,
    ...outgoingColumns(message),
  };
}

/** Promises the columns of an outcome that all messages of a bundle have. */
export function sharedColumns(outcome: SharedOutcome): Partial<Columns> {
  const { dueAtMs, attempt, provider, providerMessageId } = outcome;
  const { maybeSentTwice, outcomeUnknown } = outcome;
  return {
    state: outcome.state,
    error: outcome.error,
    sent_at_ms: instantOrNull(outcome.sentAtMs),
    delivered_at_ms: instantOrNull(outcome.deliveredAtMs),
    updated_at_ms: instant(outcome.updatedAtMs),
    lease_owner: null,
    lease_until_ms: null,
    ...(dueAtMs === undefined ? {} : { due_at_ms: instant(dueAtMs) }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(provider === undefined ? {} : { provider }),
    ...(providerMessageId === undefined
      ? {}
      : { provider_message_id: providerMessageId }),
    ...(maybeSentTwice === undefined
      ? {}
      : { maybe_sent_twice: flag(maybeSentTwice) }),
    ...(outcomeUnknown === undefined
      ? {}
      : { outcome_unknown: flag(outcomeUnknown) }),
  };
}

/** Promises the notification. */
export function notificationOf(
  row: Selectable<NotificationTable>,
): Notification {
  return {
    id: row.id,
    incidentId: row.incident_id,
    responderId: row.responder_id,
    contactMethodId: row.contact_method_id,
    // Words of a fixed set are written by this house only.
    channel: row.channel as Notification["channel"],
    address: row.address,
    kind: row.kind as Notification["kind"],
    step: row.step,
    round: row.round,
    idempotencyKey: row.idempotency_key,
    bundle: bundleOf(row),
    createdAtMs: row.created_at_ms,
    ...outgoingOf(row),
  };
}

function bundleOf(
  { bundle_id: id, bundle_size: size }: Selectable<NotificationTable>,
): Notification["bundle"] {
  return id === null || size === null ? null : { id, size };
}
