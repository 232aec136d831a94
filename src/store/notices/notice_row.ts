/** A notice as a row, and back. */
import type { Insertable, Selectable } from "kysely";
import type { NewNotice, Notice } from "../../domain/notices/notice.ts";
import {
  outgoingColumns,
  outgoingOf,
  unsentColumns,
} from "../delivery/outgoing_row.ts";
import { instant, json, parsed } from "../statements/column.ts";
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
    expires_at_ms: instant(notice.expiresAtMs),
    ...unsentColumns(notice),
  };
}

/** Promises the columns that sending changes: what became of it, its key, and the words that were sent in the end. */
export function sendingColumns(notice: Notice): Partial<Columns> {
  return {
    dedup_key: notice.dedupKey,
    subject: notice.subject,
    text: notice.text,
    ...outgoingColumns(notice),
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
    expiresAtMs: row.expires_at_ms,
    idempotencyKey: row.idempotency_key,
    createdAtMs: row.created_at_ms,
    ...outgoingOf(row),
  };
}
