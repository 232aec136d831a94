/** Escalation policies. */
import { z } from "@hono/zod-openapi";
import type { EscalationPolicy } from "../domain/policies/escalation_policy.ts";
import { id, time } from "../app/fields.ts";
import {
  type PolicyFields,
  policyFields,
  policyResource,
} from "../app/policies/policy_fields.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";

const PolicyDocument = z.object({
  ...policyFields,
  id,
  name: z.string(),
  description: z.string(),
  created_at: time,
  updated_at: time,
}).openapi("EscalationPolicy");

const policies: ApiResource<
  EscalationPolicy,
  PolicyFields,
  z.input<typeof PolicyDocument>
> = {
  ...policyResource,
  path: "/api/v1/escalation-policies",
  tag: "Escalation policies",
  name: "EscalationPolicy",
  plural: "EscalationPolicies",
  shown: PolicyDocument,
  byTeam: true,
  insert: "plain",
};

export function addEscalationPolicies(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, policies);
}
