/** On-call schedules, and the range of time that is asked of them. */
import { z } from "@hono/zod-openapi";
import type { Schedule } from "../domain/schedules/schedule.ts";
import { invalid } from "../app/refused_error.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";
import { id, time } from "../app/fields.ts";
import {
  type ScheduleFields,
  scheduleResource,
} from "../app/schedules/schedule_fields.ts";

const ScheduleDocument = z.object({
  id,
  team_id: id,
  name: z.string(),
  description: z.string(),
  time_zone: z.string(),
  handoff_notice_minutes: z.int().nullable(),
  created_at: time,
  updated_at: time,
}).openapi("Schedule");

const DAY_MS = 86_400_000;
const LONGEST_RANGE_MS = 370 * DAY_MS;

const schedules: ApiResource<
  Schedule,
  ScheduleFields,
  z.input<typeof ScheduleDocument>
> = {
  ...scheduleResource,
  path: "/api/v1/schedules",
  tag: "Schedules",
  name: "Schedule",
  plural: "Schedules",
  shown: ScheduleDocument,
  byTeam: true,
  insert: "plain",
};

export function addSchedules(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, schedules);
}

/** Promises the range asked for, 14 days from now where nothing is said; throws when it is empty or too long. */
export function rangeOf(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const fromMs = from ?? (to === undefined ? nowMs : to - 14 * DAY_MS);
  const toMs = to ?? fromMs + 14 * DAY_MS;
  if (toMs <= fromMs) throw invalid("to", "Must be later than `from`.");
  if (toMs - fromMs > LONGEST_RANGE_MS) {
    throw invalid("to", "The range may be at most 370 days.");
  }
  return { fromMs, toMs };
}
