/** A notice as a row, and back. */
import type { Insertable, Selectable } from "kysely";
import type { NewNotice, Notice } from "../../domain/notices/notice.ts";
import {
  flag,
  instant,
  instantOrNull,
  json,
  parsed,
} from "../statements/column.ts";
import type { NoticeTable } from "../schema/paging_tables.ts";

type Columns = Omit<Insertable<NoticeTable>, "id">;

/** Promises the row of a notice that nobody has tried to send yet. */
export function newNoticeColumns(notice: NewNotice): Columns {
  return {
    dedup_key: notice.dedupKey,
    kind: notice.about.kind,
    about: json(notice.about),
    responder_id: notice.responderId,
    contact_method_id: notice.contactMethodId,
    channel: notice.channel,
    address: notice.address,
    subject: notice.subject,
    text: notice.text,
    link: notice.link,
    state: notice.state,
    due_at_ms: instant(notice.dueAtMs),
    first_due_at_ms: instant(notice.dueAtMs),
    expires_at_ms: instant(notice.expiresAtMs),
    idempotency_key: notice.idempotencyKey,
    attempt: 0,
    lease_owner: null,
    lease_until_ms: null,
    maybe_sent_twice: 0,
    provider: null,
    provider_message_id: null,
    error: null,
    sent_at_ms: null,
    delivered_at_ms: null,
    created_at_ms: instant(notice.createdAtMs),
    updated_at_ms: instant(notice.createdAtMs),
  };
}

/** Promises the columns that sending changes: what became of it, its key, and the words that were sent in the end. */
export function sendingColumns(notice: Notice): Partial<Columns> {
  return {
    dedup_key: notice.dedupKey,
    subject: notice.subject,
    text: notice.text,
    state: notice.state,
    due_at_ms: instant(notice.dueAtMs),
    attempt: notice.attempt,
    lease_owner: notice.leaseOwner,
    lease_until_ms: instantOrNull(notice.leaseUntilMs),
    maybe_sent_twice: flag(notice.maybeSentTwice),
    outcome_unknown: flag(notice.outcomeUnknown),
    provider: notice.provider,
    provider_message_id: notice.providerMessageId,
    error: notice.error,
    sent_at_ms: instantOrNull(notice.sentAtMs),
    delivered_at_ms: instantOrNull(notice.deliveredAtMs),
    updated_at_ms: instant(notice.updatedAtMs),
  };
}

/** Promises the notice. */
export function noticeOf(row: Selectable<NoticeTable>): Notice {
  return {
    id: row.id,
    dedupKey: row.dedup_key,
    about: parsed(row.about),
    responderId: row.responder_id,
    contactMethodId: row.contact_method_id,
    // Words of a fixed set are written by this house only.
    channel: row.channel as Notice["channel"],
    address: row.address,
    subject: row.subject,
    text: row.text,
    link: row.link,
    state: row.state as Notice["state"],
    dueAtMs: row.due_at_ms,
    firstDueAtMs: row.first_due_at_ms,
    expiresAtMs: row.expires_at_ms,
    idempotencyKey: row.idempotency_key,
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
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
