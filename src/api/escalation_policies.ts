/** Escalation policies. */
import { z } from "@hono/zod-openapi";
import {
  type EscalationPolicy,
  type EscalationTarget,
  POLICY_LIMITS,
  TARGET_KINDS,
} from "../domain/escalation_policy.ts";
import type { Routes } from "../http/routes.ts";
import type { Resource } from "./resource.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory } from "./directory.ts";
import { changeOf, id, line, shownTime, text, time } from "./fields.ts";
import { given } from "../app/given.ts";
import { checkTargets, checkTeam } from "../app/references.ts";

const { delayMinutes, repeatCount, steps, targetsPerStep } = POLICY_LIMITS;

const Target = z.object({ type: z.enum(TARGET_KINDS), id }).openapi(
  "EscalationTarget",
);
type Target = z.infer<typeof Target>;

const Step = z.object({
  delay_minutes: z.number().min(delayMinutes.least).max(delayMinutes.most)
    .openapi({
      description: "How long the step waits for an answer before the next one.",
    }),
  targets: z.array(Target).min(1).max(targetsPerStep),
}).openapi("EscalationStep");

const fields = {
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
  ...fields,
  description: fields.description.default(""),
  repeat_count: fields.repeat_count.default(0),
  acknowledgement_timeout_minutes: fields.acknowledgement_timeout_minutes
    .default(null),
  fallback: fields.fallback.default([]),
}).openapi("NewEscalationPolicy");
type Fields = z.output<typeof NewPolicy>;

const PolicyDocument = z.object({
  ...fields,
  id,
  name: z.string(),
  description: z.string(),
  created_at: time,
  updated_at: time,
}).openapi("EscalationPolicy");

const policies: Resource<
  EscalationPolicy,
  Fields,
  z.input<typeof PolicyDocument>
> = {
  path: "/api/v1/escalation-policies",
  tag: "Escalation policies",
  noun: "escalation policy",
  name: "EscalationPolicy",
  plural: "EscalationPolicies",
  create: NewPolicy,
  change: changeOf(fields).openapi("EscalationPolicyChange"),
  shown: PolicyDocument,
  byTeam: true,
  repository: (from) => from.policies,
  show: (policy) => ({
    id: policy.id,
    team_id: policy.teamId,
    name: policy.name,
    description: policy.description,
    steps: policy.steps.map((step) => ({
      delay_minutes: step.delayMinutes,
      targets: step.targets.map(shownTarget),
    })),
    repeat_count: policy.repeatCount,
    acknowledgement_timeout_minutes: policy.acknowledgementTimeoutMinutes,
    fallback: policy.fallback.map(shownTarget),
    created_at: shownTime(policy.createdAtMs),
    updated_at: shownTime(policy.updatedAtMs),
  }),
  toRow: (body) =>
    given({
      teamId: body.team_id,
      name: body.name,
      description: body.description,
      steps: body.steps?.map((step) => ({
        delayMinutes: step.delay_minutes,
        targets: step.targets.map(readTarget),
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
  insert: "plain",
};

export function addEscalationPolicies(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, policies);
}

function shownTarget({ kind, id }: EscalationTarget): Target {
  return { type: kind, id };
}

function readTarget({ type, id }: Target): EscalationTarget {
  return { kind: type, id };
}
