/** What may be written of a schedule, through the API and in the UI. */
import { z } from "@hono/zod-openapi";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import { changeOf, id, line, shownTime, text, timeZone } from "../fields.ts";
import { given } from "../given.ts";
import { checkTeam } from "../references.ts";
import type { Resource } from "../resource.ts";

/** Of a new schedule: time to find a laptop. */
export const HANDOFF_NOTICE_MINUTES = 15;

const fields = {
  team_id: id,
  name: line(100),
  description: text(2_000),
  time_zone: timeZone,
  handoff_notice_minutes: z.int().min(0).max(1_440).nullable().openapi({
    example: HANDOFF_NOTICE_MINUTES,
    description:
      "How long before a handoff those who start and those who end are told; null: nobody is. A new schedule that does not say has 15; replacing one that does not say leaves it as it is.",
  }),
};

const NewSchedule = z.object({
  ...fields,
  description: fields.description.default(""),
  time_zone: fields.time_zone.default("UTC"),
  handoff_notice_minutes: fields.handoff_notice_minutes.optional(),
}).openapi("NewSchedule");
export type ScheduleFields = z.output<typeof NewSchedule>;

type Shown = ReturnType<typeof show>;

export const scheduleResource: Resource<Schedule, ScheduleFields, Shown> = {
  noun: "schedule",
  create: NewSchedule,
  change: changeOf(fields).openapi("ScheduleChange"),
  repository: (from) => from.schedules,
  show,
  toRow: (
    { team_id, name, description, time_zone, handoff_notice_minutes },
    before,
  ) =>
    given({
      ...{ teamId: team_id, name, description, timeZone: time_zone },
      // Not a default of the schema: a program that replaces a schedule and knows nothing of notices changes nothing.
      handoffNoticeMinutes: handoff_notice_minutes === undefined
        ? before ? undefined : HANDOFF_NOTICE_MINUTES
        : handoff_notice_minutes,
    }),
  check: (tx, { team_id }) => checkTeam(tx, team_id),
};

function show(schedule: Schedule) {
  return {
    id: schedule.id,
    team_id: schedule.teamId,
    name: schedule.name,
    description: schedule.description,
    time_zone: schedule.timeZone,
    handoff_notice_minutes: schedule.handoffNoticeMinutes,
    created_at: shownTime(schedule.createdAtMs),
    updated_at: shownTime(schedule.updatedAtMs),
  };
}
