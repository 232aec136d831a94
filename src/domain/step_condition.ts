/** When a step of a policy pages, and when it is passed over. */
import type { Severity } from "./alert.ts";
import type { EscalationStep } from "./escalation_policy.ts";
import { isInside } from "./weekly_windows.ts";

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
