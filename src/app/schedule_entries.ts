/** The windows of a schedule, entries and the overrides that beat them: written with their rules and the audit log. */
import type { ScheduleEntry } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";
import { shownTime } from "./fields.ts";
import { type Change, recordChange } from "./record_change.ts";
import { checkResponders } from "./references.ts";
import { invalid, notFound } from "./refused_error.ts";

export type EntryKind = ScheduleEntry["kind"];

/** A window as a caller writes it, instants in epoch milliseconds. */
export interface EntryFields {
  responder_id: number;
  starts_at: number;
  ends_at: number;
}

interface Writing {
  by: Change["by"];
  nowMs: number;
}

/** Promises the new window; to be called in a transaction. */
export async function addEntry(
  tx: Repositories,
  { scheduleId, kind, fields, by, nowMs }: Writing & {
    scheduleId: number;
    kind: EntryKind;
    fields: EntryFields;
  },
): Promise<ScheduleEntry> {
  await demandSchedule(tx, scheduleId);
  const row = { scheduleId, kind, ...await windowOf(tx, fields) };
  const after = await tx.schedules.insertEntry(row, nowMs);
  await audit(tx, { verb: "create", by, before: null, after, nowMs });
  return after;
}

/** Promises the changed window; to be called in a transaction. */
export async function changeEntry(
  tx: Repositories,
  { entry: before, fields, by, nowMs }: Writing & {
    entry: ScheduleEntry;
    fields: EntryFields;
  },
): Promise<ScheduleEntry> {
  const window = await windowOf(tx, fields);
  const after = await tx.schedules.updateEntry(before.id, window);
  if (!after) throw notFound(before.kind, before.id);
  await audit(tx, { verb: "update", by, before, after, nowMs });
  return after;
}

/** Promises that the window is gone; to be called in a transaction. */
export async function removeEntry(
  tx: Repositories,
  { entry: before, by, nowMs }: Writing & { entry: ScheduleEntry },
): Promise<void> {
  await tx.schedules.deleteEntry(before.id);
  await audit(tx, { verb: "delete", by, before, after: null, nowMs });
}

/** Promises the window of this schedule and kind; throws a refusal when there is none. */
export async function demandEntry(
  tx: Repositories,
  wanted: { scheduleId: number; entryId: number; kind: EntryKind },
): Promise<ScheduleEntry> {
  const { scheduleId, entryId, kind } = wanted;
  const entry = await tx.schedules.findEntry(entryId);
  if (entry?.scheduleId === scheduleId && entry.kind === kind) return entry;
  throw notFound(kind, entryId);
}

/** Throws a refusal when there is no such schedule. */
export async function demandSchedule(
  tx: Repositories,
  scheduleId: number,
): Promise<void> {
  if (!await tx.schedules.find(scheduleId)) {
    throw notFound("schedule", scheduleId);
  }
}

/** Promises the window as the API and the audit log show it. */
export function shownEntry(entry: ScheduleEntry) {
  return {
    id: entry.id,
    schedule_id: entry.scheduleId,
    responder_id: entry.responderId,
    kind: entry.kind,
    starts_at: shownTime(entry.startsAtMs),
    ends_at: shownTime(entry.endsAtMs),
    created_at: shownTime(entry.createdAtMs),
  };
}

async function audit(
  tx: Repositories,
  { verb, by, before, after, nowMs }: {
    verb: "create" | "update" | "delete";
    by: Change["by"];
    before: ScheduleEntry | null;
    after: ScheduleEntry | null;
    nowMs: number;
  },
): Promise<void> {
  const entry = after ?? before;
  if (!entry) return;
  await recordChange(tx, {
    by,
    action: `schedule_${entry.kind}.${verb}`,
    objectId: entry.id,
    before: before && shownEntry(before),
    after: after && shownEntry(after),
  }, nowMs);
}

/** Promises the row's own part, its responder there and its end after its start. */
async function windowOf(
  tx: Repositories,
  { responder_id, starts_at, ends_at }: EntryFields,
) {
  if (ends_at <= starts_at) {
    throw invalid("ends_at", "Must be later than `starts_at`.");
  }
  await checkResponders(tx, { ids: [responder_id], field: "responder_id" });
  return {
    responderId: responder_id,
    startsAtMs: starts_at,
    endsAtMs: ends_at,
  };
}
