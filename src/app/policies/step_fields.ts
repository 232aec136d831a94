/** What may be written of the conditions and the turns of an escalation step. */
import { z } from "@hono/zod-openapi";
import { SEVERITIES, type Severity } from "../../domain/intake/alert.ts";
import {
  BUSINESS_HOURS_MODES,
  type BusinessHours,
  type EscalationStep,
  PLAIN_STEP,
  POLICY_LIMITS,
} from "../../domain/policies/escalation_policy.ts";
import type { WeeklyWindow } from "../../domain/time/weekly_windows.ts";
import { timeZone } from "../fields.ts";

const weekday = z.int().min(1).max(7).openapi({
  description: "ISO 8601: 1 is Monday, 7 is Sunday.",
});
const clockTime = z.string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "A time of day, as 09:00.")
  .openapi({ example: "09:00" });

const Window = z.object({
  from_day: weekday,
  from_time: clockTime,
  to_day: weekday,
  to_time: clockTime,
}).refine(
  (own) => own.from_day !== own.to_day || own.from_time !== own.to_time,
  { path: ["to_time"], message: "The window must end after it begins." },
).openapi("WeeklyWindow", {
  description:
    "Where the end is not after the start within the week, it lies in the week after.",
});
type Window = z.infer<typeof Window>;

const BusinessHoursFields = z.object({
  time_zone: timeZone,
  mode: z.enum(BUSINESS_HOURS_MODES).default("during").openapi({
    description: "Whether the step pages inside the windows, or outside them.",
  }),
  windows: z.array(Window).min(1).max(POLICY_LIMITS.windowsPerStep),
}).openapi("BusinessHours");
type BusinessHoursFields = z.infer<typeof BusinessHoursFields>;

/** The fields of a step besides its delay and its targets. Each may be left out: the step is then a plain one. */
export const conditionFields = {
  round_robin: z.boolean().default(PLAIN_STEP.roundRobin).openapi({
    description:
      "Pages one of the step's people, in turn with the others from one incident to the next; those who cannot be reached are left out.",
  }),
  severities: z.array(z.enum(SEVERITIES)).max(SEVERITIES.length)
    .default(PLAIN_STEP.severities).openapi({
      description:
        "The step is passed over for incidents of any other severity; empty: for none.",
    }),
  business_hours: BusinessHoursFields.nullable()
    .default(null).openapi({
      description:
        "The step is passed over on the wrong side of these; null: at no time.",
    }),
};

interface Conditions {
  round_robin: boolean;
  severities: Severity[];
  business_hours: BusinessHoursFields | null;
}

/** Promises the conditions of a step. Every severity named is no condition at all. */
export function readConditions(
  step: Conditions,
): Pick<EscalationStep, keyof typeof PLAIN_STEP> {
  const severities = SEVERITIES.filter((one) => step.severities.includes(one));
  return {
    roundRobin: step.round_robin,
    severities: severities.length === SEVERITIES.length ? [] : severities,
    businessHours: step.business_hours && readHours(step.business_hours),
  };
}

/** Promises the conditions as the API shows them. */
export function shownConditions(
  { roundRobin, severities, businessHours }: EscalationStep,
): Conditions {
  return {
    round_robin: roundRobin,
    severities,
    business_hours: businessHours && {
      time_zone: businessHours.timeZone,
      mode: businessHours.mode,
      windows: businessHours.windows.map(shownWindow),
    },
  };
}

function readHours(
  { time_zone, mode, windows }: BusinessHoursFields,
): BusinessHours {
  return {
    timeZone: time_zone,
    mode,
    windows: windows.map((own): WeeklyWindow => ({
      fromDay: own.from_day,
      fromTime: own.from_time,
      toDay: own.to_day,
      toTime: own.to_time,
    })),
  };
}

function shownWindow(own: WeeklyWindow): Window {
  return {
    from_day: own.fromDay,
    from_time: own.fromTime,
    to_day: own.toDay,
    to_time: own.toTime,
  };
}
