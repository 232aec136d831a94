/** What may be written of an escalation policy, through the API and in the UI. */
import { z } from "@hono/zod-openapi";
import {
  type EscalationPolicy,
  type EscalationTarget,
  POLICY_LIMITS,
  TARGET_KINDS,
} from "../../domain/policies/escalation_policy.ts";
import { changeOf, id, line, shownTime, text } from "../fields.ts";
import { given } from "../given.ts";
import { checkTargets, checkTeam } from "../references.ts";
import type { Resource } from "../resource.ts";
import {
  conditionFields,
  readConditions,
  shownConditions,
} from "./step_fields.ts";

const { delayMinutes, repeatCount, steps, targetsPerStep } = POLICY_LIMITS;

const Target = z.object({
  type: z.enum(TARGET_KINDS).openapi({
    description:
      "For `schedule` and `next_on_call` the id is a schedule's: who is on call on it now, and who comes after them.",
  }),
  id,
}).openapi("EscalationTarget");
type Target = z.infer<typeof Target>;

const Step = z.object({
  delay_minutes: z.number().min(delayMinutes.least).max(delayMinutes.most)
    .openapi({
      description: "How long the step waits for an answer before the next one.",
    }),
  targets: z.array(Target).min(1).max(targetsPerStep),
  ...conditionFields,
}).openapi("EscalationStep");

/** Each field by itself. */
export const policyFields = {
  team_id: id,
  name: line(100),
  description: text(2_000),
  steps: z.array(Step).min(1).max(steps),
  repeat_count: z.int().min(0).max(repeatCount),
  acknowledgement_timeout_minutes: z.number().min(1).max(delayMinutes.most)
    .nullable(),
  fallback: z.array(Target).max(targetsPerStep).openapi({
    description:
      "Paged when everything has been tried; empty: the team's members, else the admins.",
  }),
};
const NewPolicy = z.object({
  ...policyFields,
  description: policyFields.description.default(""),
  repeat_count: policyFields.repeat_count.default(0),
  acknowledgement_timeout_minutes: policyFields.acknowledgement_timeout_minutes
    .default(null),
  fallback: policyFields.fallback.default([]),
}).openapi("NewEscalationPolicy");
export type PolicyFields = z.output<typeof NewPolicy>;

type Shown = ReturnType<typeof show>;

export const policyResource: Resource<EscalationPolicy, PolicyFields, Shown> = {
  noun: "escalation policy",
  create: NewPolicy,
  change: changeOf(policyFields).openapi("EscalationPolicyChange"),
  repository: (from) => from.policies,
  show,
  toRow: (body) =>
    given({
      teamId: body.team_id,
      name: body.name,
      description: body.description,
      steps: body.steps?.map((step) => ({
        delayMinutes: step.delay_minutes,
        targets: step.targets.map(readTarget),
        ...readConditions(step),
      })),
      repeatCount: body.repeat_count,
      acknowledgementTimeoutMinutes: body.acknowledgement_timeout_minutes,
      fallback: body.fallback?.map(readTarget),
    }),
  check: async (tx, body) => {
    await checkTeam(tx, body.team_id);
    for (const [index, step] of (body.steps ?? []).entries()) {
      const targets = step.targets.map(readTarget);
      await checkTargets(tx, { targets, field: `steps.${index}.targets` });
    }
    const fallback = (body.fallback ?? []).map(readTarget);
    await checkTargets(tx, { targets: fallback, field: "fallback" });
  },
};

function show(policy: EscalationPolicy) {
  return {
    id: policy.id,
    team_id: policy.teamId,
    name: policy.name,
    description: policy.description,
    steps: policy.steps.map((step) => ({
      delay_minutes: step.delayMinutes,
      targets: step.targets.map(shownTarget),
      ...shownConditions(step),
    })),
    repeat_count: policy.repeatCount,
    acknowledgement_timeout_minutes: policy.acknowledgementTimeoutMinutes,
    fallback: policy.fallback.map(shownTarget),
    created_at: shownTime(policy.createdAtMs),
    updated_at: shownTime(policy.updatedAtMs),
  };
}

function shownTarget({ kind, id }: EscalationTarget): Target {
  return { type: kind, id };
}

function readTarget({ type, id }: Target): EscalationTarget {
  return { kind: type, id };
}
