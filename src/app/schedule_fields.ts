/** What may be written of a schedule, through the API and in the UI. */
import { z } from "@hono/zod-openapi";
import type { Schedule } from "../domain/schedule.ts";
import { changeOf, id, line, shownTime, text, timeZone } from "./fields.ts";
import { given } from "./given.ts";
import { checkTeam } from "./references.ts";
import type { Resource } from "./resource.ts";

const fields = {
  team_id: id,
  name: line(100),
  description: text(2_000),
  time_zone: timeZone,
};

const NewSchedule = z.object({
  ...fields,
  description: fields.description.default(""),
  time_zone: fields.time_zone.default("UTC"),
}).openapi("NewSchedule");
export type ScheduleFields = z.output<typeof NewSchedule>;

type Shown = ReturnType<typeof show>;

export const scheduleResource: Resource<Schedule, ScheduleFields, Shown> = {
  noun: "schedule",
  create: NewSchedule,
  change: changeOf(fields).openapi("ScheduleChange"),
  repository: (from) => from.schedules,
  show,
  toRow: ({ team_id, name, description, time_zone }) =>
    given({ teamId: team_id, name, description, timeZone: time_zone }),
  check: (tx, { team_id }) => checkTeam(tx, team_id),
};

function show(schedule: Schedule) {
  return {
    id: schedule.id,
    team_id: schedule.teamId,
    name: schedule.name,
    description: schedule.description,
    time_zone: schedule.timeZone,
    created_at: shownTime(schedule.createdAtMs),
    updated_at: shownTime(schedule.updatedAtMs),
  };
}
