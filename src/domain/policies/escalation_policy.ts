/** Who is to be paged, in which order, on which conditions, and how long each step waits for an answer. */
import type { Severity } from "../intake/alert.ts";
import type { WeeklyWindow } from "../time/weekly_windows.ts";

export const TARGET_KINDS = [
  "responder",
  "schedule",
  "next_on_call",
  "team",
] as const;

/**
 * A responder, whoever is on call on a schedule, whoever is on call there after those who are now, or every member of a
 * team. The id is the schedule's for both `schedule` and `next_on_call`.
 */
export interface EscalationTarget {
  kind: (typeof TARGET_KINDS)[number];
  id: number;
}

export const BUSINESS_HOURS_MODES = ["during", "outside"] as const;

/** Weekly windows on the wall clock of an IANA zone, and on which side of them a step pages. */
export interface BusinessHours {
  timeZone: string;
  mode: (typeof BUSINESS_HOURS_MODES)[number];
  /** At least one. */
  windows: WeeklyWindow[];
}

export interface EscalationStep {
  /** How long the step waits for an answer before the next one, minutes; fractions are allowed. */
  delayMinutes: number;
  targets: EscalationTarget[];
  /** Pages one of its people, in turn with the others from one incident to the next; else all of them. */
  roundRobin: boolean;
  /** Passed over for incidents of any other severity; empty: for none. */
  severities: Severity[];
  /** Passed over on the wrong side of these; null: at no time. */
  businessHours: BusinessHours | null;
}

/** A step that says no more than whom and how long: it pages everybody, for every severity, at every time. */
export const PLAIN_STEP: Pick<
  EscalationStep,
  "roundRobin" | "severities" | "businessHours"
> = { roundRobin: false, severities: [], businessHours: null };

/** What an incident copies when it opens, so that later edits do not reroute pages in flight. */
export interface FrozenPolicy {
  policyId: number;
  name: string;
  steps: EscalationStep[];
  /** How often the steps run again after the first time. */
  repeatCount: number;
  /** An acknowledged incident pages again after so long; null: never. */
  acknowledgementTimeoutMinutes: number | null;
  /** Paged when everything has been tried; empty: the team's members, else the admins. */
  fallback: EscalationTarget[];
}

export interface EscalationPolicy extends Omit<FrozenPolicy, "policyId"> {
  id: number;
  teamId: number;
  description: string;
  createdAtMs: number;
  updatedAtMs: number;
}

export const POLICY_LIMITS = {
  steps: 20,
  targetsPerStep: 20,
  windowsPerStep: 28,
  repeatCount: 20,
  delayMinutes: { least: 0.05, most: 10_080 },
} as const;

/** Promises the parts that decide paging. They are the original's own: nobody changes a policy, an edit makes another. */
export function freeze(policy: EscalationPolicy): FrozenPolicy {
  const {
    id,
    name,
    steps,
    repeatCount,
    acknowledgementTimeoutMinutes,
    fallback,
  } = policy;
  return {
    policyId: id,
    name,
    steps,
    repeatCount,
    acknowledgementTimeoutMinutes,
    fallback,
  };
}

/** Promises every target that the policy names, steps first. */
export function targetsOf(
  { steps, fallback }: Pick<FrozenPolicy, "steps" | "fallback">,
): EscalationTarget[] {
  return [...steps.flatMap((step) => step.targets), ...fallback];
}
