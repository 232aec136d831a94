/** A notification as a row, and back. */
import { type Insertable, type Selectable, sql } from "kysely";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type {
  NewNotification,
  Notification,
} from "../../domain/delivery/notification.ts";
import type { SharedOutcome } from "../../ports/paging_repositories.ts";
import { flag, instant, instantOrNull } from "../statements/column.ts";
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

/** Promises how severe the incident is. Without it, it is the foreign key that is to fail, so there must be a rank. */
export function rankOfIncident(id: number) {
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
    state: message.state,
    due_at_ms: instant(message.dueAtMs),
    first_due_at_ms: instant(message.firstDueAtMs),
    idempotency_key: message.idempotencyKey,
    attempt: message.attempt,
    lease_owner: message.leaseOwner,
    lease_until_ms: instantOrNull(message.leaseUntilMs),
    maybe_sent_twice: flag(message.maybeSentTwice),
    outcome_unknown: flag(message.outcomeUnknown),
    bundle_id: message.bundle?.id ?? null,
    bundle_size: message.bundle?.size ?? null,
    provider: message.provider,
    provider_message_id: message.providerMessageId,
    error: message.error,
    sent_at_ms: instantOrNull(message.sentAtMs),
    delivered_at_ms: instantOrNull(message.deliveredAtMs),
    updated_at_ms: instant(message.updatedAtMs),
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
    state: row.state as Notification["state"],
    dueAtMs: row.due_at_ms,
    firstDueAtMs: row.first_due_at_ms,
    idempotencyKey: row.idempotency_key,
    attempt: row.attempt,
    leaseOwner: row.lease_owner,
    leaseUntilMs: row.lease_until_ms,
    maybeSentTwice: row.maybe_sent_twice === 1,
    outcomeUnknown: row.outcome_unknown === 1,
    bundle: bundleOf(row),
    provider: row.provider,
    providerMessageId: row.provider_message_id,
    error: row.error,
    sentAtMs: row.sent_at_ms,
    deliveredAtMs: row.delivered_at_ms,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}

function bundleOf(
  { bundle_id: id, bundle_size: size }: Selectable<NotificationTable>,
): Notification["bundle"] {
  return id === null || size === null ? null : { id, size };
}
