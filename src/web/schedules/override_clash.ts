/** An override that stands in the way of another. */
import type {
  Schedule,
  ScheduleEntry,
} from "../../domain/schedules/schedule.ts";
import type { WebDeps } from "../deps.ts";
import type { EntryValues } from "./schedule_entry_values.ts";
import { dayTime } from "../view/schedules/stretch_words.ts";
import { readWallClock } from "../view/wall_clock_field.ts";
import type { Words } from "../view/words.ts";

/** Promises the override that has a part of the time that was typed, in the same people's place; null where there is none. */
export async function clashOf(
  { store }: WebDeps,
  { schedule, entry, values }: {
    schedule: Schedule;
    entry: ScheduleEntry | null;
    values: EntryValues;
  },
): Promise<ScheduleEntry | null> {
  if (values.kind === "entry") return null;
  const { timeZone } = schedule;
  const starts = readWallClock(values.starts_at, { timeZone, edge: "start" });
  const ends = readWallClock(values.ends_at, { timeZone, edge: "end" });
  if (!starts || !ends || ends.atMs <= starts.atMs) return null;
  const there = await store.schedules.entries(
    [schedule.id],
    starts.atMs,
    ends.atMs,
  );
  return there.find(({ id, kind, replacesResponderId }) =>
    kind === "override" && id !== entry?.id &&
    String(replacesResponderId ?? "") === values.replaces_responder_id
  ) ?? null;
}

/** Promises who has the time, and the way to it. */
export function shownClash(
  { id, responderId, startsAtMs, endsAtMs }: ScheduleEntry,
  { names, schedule, nowMs }: {
    names: ReadonlyMap<number, string>;
    schedule: Schedule;
    nowMs: number;
  },
): { href: string; words: Words } {
  const there = { nowMs, timeZone: schedule.timeZone };
  const from = dayTime(startsAtMs, there);
  const to = dayTime(endsAtMs, there);
  return {
    href: `/schedules/${schedule.id}/entries/${id}`,
    words: [
      { strong: names.get(responderId) ?? "Somebody who is gone" },
      ` has it from ${from} to ${to}. Change or delete that override first.`,
    ],
  };
}
