/** An escalation policy in one sentence. */
import type {
  EscalationPolicy,
  EscalationStep,
  EscalationTarget,
} from "../../../domain/policies/escalation_policy.ts";
import { counted } from "../plural.ts";
import { conditionWords } from "./step_words.ts";
import { strongNames, type Words } from "../words.ts";

/** Promises "**Payments primary**, 5 min, then **Idris Bello**, 10 min, then again once, then the team's members". */
export function ladderWords(
  { steps, repeatCount, fallback }: Pick<
    EscalationPolicy,
    "steps" | "repeatCount" | "fallback"
  >,
  nameOf: (target: EscalationTarget) => string,
): Words {
  const names = (targets: readonly EscalationTarget[]) =>
    strongNames(targets.map(nameOf), 4);
  const rungs = steps.map((step): Words => [
    step.roundRobin ? "one of " : "",
    ...names(step.targets),
    step.roundRobin ? " in turn" : "",
    ...conditions(step),
    `, ${minutes(step.delayMinutes)}`,
  ]);
  if (repeatCount > 0) rungs.push([`again ${times(repeatCount)}`]);
  rungs.push(
    fallback.length > 0
      ? names(fallback)
      : ["the team's members, failing that the admins"],
  );
  return rungs.flatMap((
    rung,
    index,
  ) => (index === 0 ? rung : [", then ", ...rung]));
}

function conditions(step: EscalationStep): Words {
  const words = conditionWords(step);
  return words === "" ? [] : [` (${words})`];
}

/** Promises a delay as "5 min", "30 s" or "1.5 h". */
export function minutes(count: number): string {
  if (count < 1) return `${Math.round(count * 60)}\u00A0s`;
  if (count >= 60 && count % 30 === 0) return `${count / 60}\u00A0h`;
  return `${count}\u00A0min`;
}

/** Promises "once", "twice", "3 times". */
export function times(count: number): string {
  if (count === 1) return "once";
  return count === 2 ? "twice" : counted(count, "time");
}
