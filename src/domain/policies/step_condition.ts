/** When a step of a policy pages, and when it is passed over. */
import type { Severity } from "../intake/alert.ts";
import type { EscalationStep } from "./escalation_policy.ts";
import { isInside, windowsIn } from "../time/weekly_windows.ts";
import { zoneClock } from "../time/zone_clock.ts";

/** Why a step does not apply: the incident's severity is none of its own, or the time is on the wrong side of its hours. */
export type PassedOver =
  | "other_severity"
  | "outside_business_hours"
  | "within_business_hours";

/** Promises whether the step is meant for incidents of the severity. */
export function concerns(
  { severities }: Pick<EscalationStep, "severities">,
  severity: Severity,
): boolean {
  return severities.length === 0 || severities.includes(severity);
}

/** Promises why the step does not apply to an incident of the severity at the instant; null where it does. */
export function whyPassedOver(
  step: Pick<EscalationStep, "severities" | "businessHours">,
  { severity, atMs }: { severity: Severity; atMs: number },
): PassedOver | null {
  if (!concerns(step, severity)) return "other_severity";
  if (step.businessHours === null) return null;
  const { windows, timeZone, mode } = step.businessHours;
  const inside = isInside(windows, timeZone, atMs);
  if (inside === (mode === "during")) return null;
  return inside ? "within_business_hours" : "outside_business_hours";
}

/**
 * Promises the instants in [fromMs, toMs) at which the step begins or ceases to apply for its hours, and whether it does
 * at an instant of the range, as whyPassedOver has it; `holdsAt` is asked for instants in their order.
 */
export function hoursWithin(
  { businessHours }: Pick<EscalationStep, "businessHours">,
  range: { fromMs: number; toMs: number },
): { edges: number[]; holdsAt: (atMs: number) => boolean } {
  if (businessHours === null) return { edges: [], holdsAt: () => true };
  const { windows, timeZone, mode } = businessHours;
  const open = windowsIn(windows, zoneClock(timeZone), range);
  let index = 0;
  return {
    edges: open.flatMap(({ startsAtMs, endsAtMs }) => [startsAtMs, endsAtMs]),
    holdsAt(atMs) {
      while ((open[index]?.endsAtMs ?? Infinity) <= atMs) index++;
      const inside = (open[index]?.startsAtMs ?? Infinity) <= atMs;
      return inside === (mode === "during");
    },
  };
}
