/** What may be written of a schedule's rotation layer, through the API and in the UI. */
import { z } from "@hono/zod-openapi";
import {
  PERIOD_UNITS,
  type Rotation,
  ROTATION_LIMITS,
  TURN_COUNTS,
} from "../../domain/schedules/rotation.ts";
import type {
  RotationLayer,
  ScheduleLayer,
} from "../../domain/schedules/schedule.ts";
import { parseWallClock } from "../../domain/time/wall_clock.ts";
import type { WeeklyWindow } from "../../domain/time/weekly_windows.ts";
import { changeOf, id, line, shownTime } from "../fields.ts";
import { type Given, given } from "../given.ts";
import { invalid } from "../refused_error.ts";

const MINUTE_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
// Further back or ahead no schedule is kept; ISO 8601 writes four digits.
const WHOLE_MINUTE = /^(19[7-9]\d|[2-9]\d{3})-\d\d-\d\d[T ]\d\d:\d\d(:00)?$/;

/** A time of day on the schedule's wall clock. */
const timeOfDay = z.string()
  .regex(MINUTE_OF_DAY, "A time from 00:00 to 23:59, as 09:00.")
  .openapi({ example: "09:00" });

/** A day of the week, ISO 8601. */
const weekday = z.int().min(1, "From 1, Monday, to 7, Sunday.")
  .max(7, "From 1, Monday, to 7, Sunday.").openapi({ example: 1 });

/** A whole minute on the schedule's wall clock, without an offset. */
const wallClock = z.string()
  .regex(
    WHOLE_MINUTE,
    "A time on the schedule's clock between 1970 and 9999, as 2026-11-23T09:00.",
  )
  .refine(isOnTheCalendar, "A date and a time of day that exist.")
  .transform((text) => text.replace(" ", "T").slice(0, 16))
  .openapi({ type: "string", example: "2026-11-23T09:00" });

const Restriction = z.object({
  from_day: weekday,
  from_time: timeOfDay,
  to_day: weekday,
  to_time: timeOfDay,
}).openapi("LayerRestriction", {
  description:
    "A window of every week on the schedule's clock, its end not included; it may last over midnight and over the end of the week.",
});

const { responders, restrictions } = ROTATION_LIMITS;

/** Each field by itself. */
export const layerFields = {
  name: line(100),
  responder_ids: z.array(id).min(1, "At least one responder.")
    .max(responders, `At most ${responders} responders.`).openapi({
      description:
        "In the order of their turns; the same responder may come more than once.",
    }),
  period_unit: z.enum(PERIOD_UNITS),
  period_count: z.int().min(1, "At least 1.").openapi({
    description: `How many units a turn lasts: at most ${
      PERIOD_UNITS.map((unit) => `${ROTATION_LIMITS.count[unit]} ${unit}`)
        .join(", ")
    }.`,
  }),
  handoff_time: timeOfDay.nullable().openapi({
    description: "On the schedule's clock; null: the time of `starts_at`.",
  }),
  handoff_weekday: weekday.nullable().openapi({
    description:
      "Of periods in weeks; null: the weekday of `starts_at`. Not kept for other units.",
  }),
  handoff_day: z.int().min(1).max(31).nullable().openapi({
    description:
      "Of periods in months, the last day where a month is shorter; null: the day of `starts_at`. Not kept for other units.",
  }),
  starts_at: wallClock.openapi({
    description:
      "When the first member's turn begins, on the clock of the schedule's zone.",
  }),
  ends_at: wallClock.nullable().openapi({
    description: "On the same clock; null: goes on for ever.",
  }),
  restrictions: z.array(Restriction)
    .max(restrictions, `At most ${restrictions} windows.`).openapi({
      description: "On duty only inside these; empty: always.",
    }),
  turn_counts: z.enum(TURN_COUNTS).openapi({
    description:
      "`on_duty_time`: a period without any duty is nobody's turn, so that daily turns on weekdays go from Friday's member to the next on Monday.",
  }),
};

export const NewLayer = z.object({
  ...layerFields,
  period_unit: layerFields.period_unit.default("weeks"),
  period_count: layerFields.period_count.default(1),
  handoff_time: layerFields.handoff_time.default(null),
  handoff_weekday: layerFields.handoff_weekday.default(null),
  handoff_day: layerFields.handoff_day.default(null),
  ends_at: layerFields.ends_at.default(null),
  restrictions: layerFields.restrictions.default([]),
  turn_counts: layerFields.turn_counts.default("calendar_time"),
}).openapi("NewScheduleLayer");
export type LayerFields = z.output<typeof NewLayer>;

export const LayerChange = changeOf(layerFields).openapi("ScheduleLayerChange");

/**
 * Promises the rotation that the fields describe, what they leave to it taken from the start; throws a refusal that
 * names the field where they contradict each other. Whether the members exist is not asked.
 */
export function rotationOf(fields: LayerFields): Rotation {
  const { period_unit: unit, period_count: count, starts_at, ends_at } = fields;
  const most = ROTATION_LIMITS.count[unit];
  if (count > most) {
    throw invalid("period_count", `A turn lasts at most ${most} ${unit}.`);
  }
  // Both are written alike, so that text compares as time does.
  if (ends_at !== null && ends_at <= starts_at) {
    throw invalid("ends_at", "Must be later than `starts_at`.");
  }
  const start = parseWallClock(starts_at);
  return {
    responderIds: fields.responder_ids,
    period: { unit, count },
    handoff: {
      time: fields.handoff_time ?? starts_at.slice(11),
      weekday: (unit === "weeks" ? fields.handoff_weekday : null) ??
        start.dayOfWeek,
      dayOfMonth: (unit === "months" ? fields.handoff_day : null) ?? start.day,
    },
    startsAt: starts_at,
    endsAt: ends_at,
    restrictions: fields.restrictions.map(windowOf),
    turnCounts: fields.turn_counts,
  };
}

/** Promises the fields of a rotation, as they would be written to get it. */
export function layerFieldsOf(
  { name, rotation }: { name: string; rotation: Rotation },
): LayerFields {
  const { period, handoff } = rotation;
  return {
    name,
    responder_ids: rotation.responderIds,
    period_unit: period.unit,
    period_count: period.count,
    handoff_time: handoff.time,
    handoff_weekday: period.unit === "weeks" ? handoff.weekday : null,
    handoff_day: period.unit === "months" ? handoff.dayOfMonth : null,
    starts_at: rotation.startsAt,
    ends_at: rotation.endsAt,
    restrictions: rotation.restrictions.map((window) => ({
      from_day: window.fromDay,
      from_time: window.fromTime,
      to_day: window.toDay,
      to_time: window.toTime,
    })),
    turn_counts: rotation.turnCounts,
  };
}

/** Promises the layer's fields with those that are given in their place. */
export function changedFields(
  layer: { name: string; rotation: Rotation },
  changes: Given<LayerFields>,
): LayerFields {
  return { ...layerFieldsOf(layer), ...given(changes) };
}

/** Promises the layer as the API and the audit log show it. */
export function shownLayer(layer: ScheduleLayer) {
  return layer.kind === "rotation"
    ? shownRotation(layer)
    : { ...shownRow(layer), kind: layer.kind, name: layer.name };
}

/** Promises the same for what is known to be a rotation. */
export function shownRotation(layer: RotationLayer) {
  return { ...shownRow(layer), kind: layer.kind, ...layerFieldsOf(layer) };
}

function shownRow(layer: ScheduleLayer) {
  return {
    id: layer.id,
    schedule_id: layer.scheduleId,
    position: layer.position,
    created_at: shownTime(layer.createdAtMs),
    updated_at: shownTime(layer.updatedAtMs),
  };
}

function windowOf(
  window: z.output<typeof Restriction>,
  index: number,
): WeeklyWindow {
  const { from_day, from_time, to_day, to_time } = window;
  if (from_day === to_day && from_time === to_time) {
    throw invalid(
      `restrictions.${index}.to_time`,
      "The window must not end when it begins. Without windows a layer is on duty all week.",
    );
  }
  return {
    fromDay: from_day,
    fromTime: from_time,
    toDay: to_day,
    toTime: to_time,
  };
}

function isOnTheCalendar(text: string): boolean {
  try {
    parseWallClock(text);
    return true;
  } catch {
    return false;
  }
}
