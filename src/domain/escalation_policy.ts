/** Who is to be paged, in which order, and how long each step waits for an answer. */

export const TARGET_KINDS = ["responder", "schedule", "team"] as const;

/** A responder, whoever is on call on a schedule, or every member of a team. */
export interface EscalationTarget {
  kind: (typeof TARGET_KINDS)[number];
  id: number;
}

export interface EscalationStep {
  /** How long the step waits for an answer before the next one, minutes; fractions are allowed. */
  delayMinutes: number;
  targets: EscalationTarget[];
}

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
  repeatCount: 20,
  delayMinutes: { least: 0.05, most: 10_080 },
} as const;

/** Promises a copy of the parts that decide paging, sharing nothing with the original. */
export function freeze(policy: EscalationPolicy): FrozenPolicy {
  const {
    id,
    name,
    steps,
    repeatCount,
    acknowledgementTimeoutMinutes,
    fallback,
  } = policy;
  return structuredClone({
    policyId: id,
    name,
    steps,
    repeatCount,
    acknowledgementTimeoutMinutes,
    fallback,
  });
}
