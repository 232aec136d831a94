/** The demonstration's rotations, and a cover. */
import { onCallAt } from "../../src/domain/schedules/schedule.ts";
import type { ScheduleRepository } from "../../src/ports/directory_repositories.ts";
import type { DemoTeam } from "./demo.ts";

const WEDNESDAY = 3;

/** Writes the layers of a new schedule, and somebody who stands in for whoever has next Wednesday evening. */
export async function writeRota(
  schedules: ScheduleRepository,
  { scheduleId, schedule, people, nowMs }: {
    scheduleId: number;
    schedule: DemoTeam["schedule"];
    people: ReadonlyMap<string, number>;
    nowMs: number;
  },
): Promise<void> {
  const idsOf = (names: readonly string[]) =>
    names.map((name) => people.get(name) ?? 0);
  for (const { name, turns, rotation } of schedule.layers) {
    await schedules.insertLayer({
      scheduleId,
      name,
      kind: "rotation",
      rotation: { ...rotation, responderIds: idsOf(turns) },
    }, nowMs);
  }
  const evening = nextWednesdayEvening(nowMs, schedule.timeZone);
  const { startsAtMs, endsAtMs } = evening;
  const plans = await schedules.plans([scheduleId], startsAtMs, endsAtMs);
  const plan = plans.get(scheduleId);
  const [replaced = null] = plan ? onCallAt(plan, startsAtMs) : [];
  const everybody = schedule.layers.flatMap(({ turns }) => idsOf(turns));
  const standIn = everybody.find((id) => id !== replaced);
  if (replaced === null || standIn === undefined) return;
  await schedules.insertEntry({
    scheduleId,
    kind: "override",
    responderId: standIn,
    replacesResponderId: replaced,
    ...evening,
  }, nowMs);
}

function nextWednesdayEvening(nowMs: number, timeZone: string) {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
  const days = (WEDNESDAY - today.dayOfWeek + 6) % 7 + 1;
  const date = today.add({ days });
  const at = (plainTime: string) =>
    date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
  return { startsAtMs: at("18:00"), endsAtMs: at("23:00") };
}
