/** The windows of a schedule, entries and the overrides that beat them: written with their rules and the audit log. */
import type { ScheduleEntry } from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import { shownTime } from "../fields.ts";
import { type Change, recordChange } from "../record_change.ts";
import { checkResponders } from "../references.ts";
import { invalid, notFound } from "../refused_error.ts";
import { lockSchedule } from "./schedule_layers.ts";

export type EntryKind = ScheduleEntry["kind"];

/** A window as a caller writes it, instants in epoch milliseconds. */
export interface EntryFields {
  responder_id: number;
  /** Of an override: the one whose place is taken; null: everybody's. */
  replaces_responder_id: number | null;
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
  await lockSchedule(tx, scheduleId);
  const row = { scheduleId, kind, ...await windowOf(tx, fields) };
  await checkRoom(tx, { ...row, id: null });
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
  await lockSchedule(tx, before.scheduleId);
  const window = await windowOf(tx, fields);
  await checkRoom(tx, { ...before, ...window });
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
    replaces_responder_id: entry.replacesResponderId,
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
  { responder_id, replaces_responder_id, starts_at, ends_at }: EntryFields,
) {
  if (ends_at <= starts_at) {
    throw invalid("ends_at", "Must be later than `starts_at`.");
  }
  await checkResponders(tx, { ids: [responder_id], field: "responder_id" });
  if (replaces_responder_id !== null) {
    const field = "replaces_responder_id";
    await checkResponders(tx, { ids: [replaces_responder_id], field });
    if (replaces_responder_id === responder_id) {
      throw invalid(field, "Nobody takes their own place.");
    }
  }
  return {
    responderId: responder_id,
    replacesResponderId: replaces_responder_id,
    startsAtMs: starts_at,
    endsAtMs: ends_at,
  };
}

/**
 * Two overrides of the same thing at the same time would both be right. The schedule is locked, so that the other one
 * cannot be about to come. Overrides of different people may overlap, and
 * so may entries: then all of them are on call.
 */
async function checkRoom(
  tx: Repositories,
  window:
    & Pick<
      ScheduleEntry,
      "scheduleId" | "kind" | "replacesResponderId" | "startsAtMs" | "endsAtMs"
    >
    & { id: number | null },
): Promise<void> {
  const { scheduleId, kind, replacesResponderId, startsAtMs, endsAtMs } =
    window;
  if (kind === "entry") {
    if (replacesResponderId === null) return;
    throw invalid(
      "replaces_responder_id",
      "Only an override takes somebody's place.",
    );
  }
  const there = await tx.schedules.entries([scheduleId], startsAtMs, endsAtMs);
  const other = there.find((entry) =>
    entry.kind === "override" && entry.id !== window.id &&
    entry.replacesResponderId === replacesResponderId
  );
  if (other) {
    throw invalid(
      "starts_at",
      `Override ${other.id} covers a part of this time already, from ${
        shownTime(other.startsAtMs)
      } to ${shownTime(other.endsAtMs)}. Change or remove it first.`,
    );
  }
}
