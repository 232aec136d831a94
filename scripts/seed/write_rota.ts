/** The demonstration's rotations, and a cover. */
import type { ScheduleRepository } from "../../src/ports/directory_repositories.ts";
import type { DemoTeam } from "./demo.ts";

const WEDNESDAY = 3;

/** Writes the layers of a new schedule, and who stands in for whom next Wednesday evening. */
export async function writeRota(
  schedules: ScheduleRepository,
  { scheduleId, schedule, people, nowMs }: {
    scheduleId: number;
    schedule: DemoTeam["schedule"];
    people: ReadonlyMap<string, number>;
    nowMs: number;
  },
): Promise<void> {
  const idOf = (name: string) => people.get(name) ?? 0;
  for (const { name, turns, rotation } of schedule.layers) {
    await schedules.insertLayer({
      scheduleId,
      name,
      kind: "rotation",
      rotation: { ...rotation, responderIds: turns.map(idOf) },
    }, nowMs);
  }
  const { responder, replaces } = schedule.cover;
  await schedules.insertEntry({
    scheduleId,
    kind: "override",
    responderId: idOf(responder),
    replacesResponderId: idOf(replaces),
    ...nextWednesdayEvening(nowMs, schedule.timeZone),
  }, nowMs);
}

function nextWednesdayEvening(nowMs: number, timeZone: string) {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
  // From Thursday to Wednesday, one to seven days ahead.
  const days = (WEDNESDAY - today.dayOfWeek + 6) % 7 + 1;
  const date = today.add({ days });
  const at = (plainTime: string) =>
    date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
  return { startsAtMs: at("18:00"), endsAtMs: at("23:00") };
}
