/** The fields of an entry's form: what they show at first, and what was typed into them, in the schedule's own zone. */
import { invalid } from "../../app/refused_error.ts";
import type { EntryKind } from "../../app/schedules/schedule_entries.ts";
import type {
  Schedule,
  ScheduleEntry,
} from "../../domain/schedules/schedule.ts";
import { type Edge, wallClockOf } from "../../domain/time/wall_clock.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Form } from "../form.ts";
import { readWallClock, type WallClock } from "../view/wall_clock_field.ts";

/** What the fields hold, as typed. */
export interface EntryValues {
  kind: EntryKind;
  responder_id: string;
  /** Of an override: empty for everybody. */
  replaces_responder_id: string;
  starts_at: string;
  ends_at: string;
}

const WEEK = { days: 7 };

/** What a link asks for, else a week from the next full hour. */
export function proposed(
  c: EdgeContext,
  { timeZone }: Schedule,
  nowMs: number,
): EntryValues {
  const next = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).round({
      smallestUnit: "hour",
      roundingMode: "ceil",
    });
  const wall = (at: Temporal.ZonedDateTime) =>
    wallClockOf(at.epochMilliseconds, timeZone);
  return {
    kind: c.req.query("kind") === "override" ? "override" : "entry",
    responder_id: c.req.query("responder_id") ?? "",
    replaces_responder_id: c.req.query("replaces_responder_id") ?? "",
    starts_at: c.req.query("from") ?? wall(next),
    ends_at: c.req.query("to") ?? wall(next.add(WEEK)),
  };
}

/** Promises what was posted. */
export function valuesOf(form: Form): EntryValues {
  return {
    kind: form.text("kind") === "override" ? "override" : "entry",
    responder_id: form.text("responder_id"),
    replaces_responder_id: form.text("replaces_responder_id"),
    starts_at: form.text("starts_at"),
    ends_at: form.text("ends_at"),
  };
}

/** Promises what the fields show of an entry. */
export function valuesFrom(
  { kind, responderId, replacesResponderId, startsAtMs, endsAtMs }:
    ScheduleEntry,
  { timeZone }: Schedule,
): EntryValues {
  return {
    kind,
    responder_id: String(responderId),
    replaces_responder_id: String(replacesResponderId ?? ""),
    starts_at: wallClockOf(startsAtMs, timeZone),
    ends_at: wallClockOf(endsAtMs, timeZone),
  };
}

/** Promises what to write, and what the clock did to the times that were typed; throws a refusal that names the field. */
export function readEntry(
  values: EntryValues,
  { schedule, entry }: { schedule: Schedule; entry: ScheduleEntry | null },
) {
  if (values.responder_id === "") {
    throw invalid("responder_id", "Choose a person.");
  }
  const { timeZone } = schedule;
  const field = (
    name: "starts_at" | "ends_at",
    edge: Edge,
    keptMs: number | undefined,
  ): WallClock => {
    const clock = readWallClock(values[name], { timeZone, edge, keptMs });
    if (clock) return clock;
    throw invalid(name, "A day and a time, as 2026-11-23 09:00.");
  };
  const starts = field("starts_at", "start", entry?.startsAtMs);
  const ends = field("ends_at", "end", entry?.endsAtMs);
  if (ends.atMs <= starts.atMs) {
    throw invalid("ends_at", "The end must be later than the start.");
  }
  return {
    fields: {
      responder_id: Number(values.responder_id),
      replaces_responder_id:
        values.kind === "entry" || values.replaces_responder_id === ""
          ? null
          : Number(values.replaces_responder_id),
      starts_at: starts.atMs,
      ends_at: ends.atMs,
    },
    remarks: [starts.remark, ends.remark].filter((remark) => remark !== ""),
  };
}
