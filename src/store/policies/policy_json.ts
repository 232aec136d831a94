/** Policies as JSON in columns, with what older releases did not write filled in. */
import {
  type EscalationStep,
  type FrozenPolicy,
  PLAIN_STEP,
} from "../../domain/policies/escalation_policy.ts";
import { parsed } from "../statements/column.ts";

/** As releases before round robin and conditions wrote it. */
type WrittenStep = Omit<EscalationStep, keyof typeof PLAIN_STEP>;

/** Promises the steps of a policy. */
export function stepsOf(text: string): EscalationStep[] {
  return parsed<WrittenStep[]>(text).map(complete);
}

/** Promises an incident's own copy of its policy. */
export function frozenPolicyOf(text: string): FrozenPolicy {
  const policy = parsed<FrozenPolicy>(text);
  return { ...policy, steps: policy.steps.map(complete) };
}

function complete(step: WrittenStep): EscalationStep {
  return { ...PLAIN_STEP, ...step };
}
