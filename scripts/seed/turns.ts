/** The demonstration's rotations, written as entries. */
import type { ScheduleRepository } from "../../src/ports/directory_repositories.ts";

const DAYS = 8;

interface Turn {
  responderId: number;
  startsAtMs: number;
  endsAtMs: number;
}

/**
 * Promises the turns from yesterday to a week from today, each from 09:00 to 09:00 on the zone's clock. Whose turn a day
 * is depends on its date only, so that a later call goes on where an earlier one ended.
 */
export function turnsAround(
  nowMs: number,
  { timeZone, turns }: { timeZone: string; turns: readonly number[] },
): Turn[] {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
  const atNine = (date: Temporal.PlainDate) =>
    date.toZonedDateTime({ timeZone, plainTime: "09:00" }).epochMilliseconds;
  return Array.from({ length: DAYS + 1 }, (_, index) => {
    const date = today.add({ days: index - 1 });
    const dayNumber = date.since("2026-01-01", { largestUnit: "day" }).days;
    const turn = ((dayNumber % turns.length) + turns.length) % turns.length;
    return {
      responderId: turns[turn] ?? 0,
      startsAtMs: atNine(date),
      endsAtMs: atNine(date.add({ days: 1 })),
    };
  });
}

/** Writes the turns whose time no entry covers yet. */
export async function fillSchedule(
  schedules: ScheduleRepository,
  { scheduleId, timeZone, turns, nowMs }: {
    scheduleId: number;
    timeZone: string;
    turns: readonly number[];
    nowMs: number;
  },
): Promise<void> {
  for (const turn of turnsAround(nowMs, { timeZone, turns })) {
    const there = await schedules.entries(
      [scheduleId],
      turn.startsAtMs,
      turn.endsAtMs,
    );
    if (there.length > 0) continue;
    await schedules.insertEntry({
      scheduleId,
      kind: "entry",
      replacesResponderId: null,
      ...turn,
    }, nowMs);
  }
}
