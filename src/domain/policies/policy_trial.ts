/** What would become of an incident under a policy, found by running the escalation itself. */
import { type Severity, urgencyOf } from "../intake/alert.ts";
import { type LastResort, planEscalation } from "./escalation.ts";
import type {
  EscalationPolicy,
  EscalationTarget,
} from "./escalation_policy.ts";
import { imaginedIncident } from "./imagined_incident.ts";
import { type Directory, type PlannedPage, respondersOf } from "./reach.ts";

/** What happens in a stretch in which nothing changes. */
export interface Outcome {
  /** Steps that apply and reach nobody. */
  skipped: readonly { step: number; noOneOnCall: boolean }[];
  /** null: some step pages somebody. */
  atOnce: Ending | null;
  /** Who is paged when nobody has answered. */
  end: Ending;
}

export interface Ending {
  from: LastResort | "nobody";
  responderIds: number[];
}

export interface Instant {
  severity: Severity;
  atMs: number;
  /** Of each step, whether its conditions hold. */
  applies: readonly boolean[];
}

/**
 * Promises the outcome at an instant, with who is who at it. Rotations come round: with the same people on call and the
 * same steps that apply it is the same one, and not found anew.
 */
export function rememberedOutcome(
  policy: EscalationPolicy,
): (directory: Directory, instant: Instant) => Outcome {
  const known = new Map<string, Outcome>();
  const outcomeAt = createTrial(policy);
  return (directory, instant) => {
    const key = [
      urgencyOf(instant.severity),
      ...instant.applies,
      ...directory.onCall.values(),
      "then",
      ...directory.nextOnCall.values(),
    ].join("|");
    const outcome = known.get(key) ?? outcomeAt(directory, instant);
    known.set(key, outcome);
    return outcome;
  };
}

/**
 * Promises trials of the policy: each step alone, as an incident comes to it, and what comes after the last repeat. What
 * has been tried with the same people is not tried again.
 */
function createTrial(
  policy: EscalationPolicy,
): (directory: Directory, instant: Instant) => Outcome {
  const { teamId, repeatCount } = policy;
  const imagined = imaginedIncident({
    ...{ policy, teamId },
    ...{ severity: "critical", atMs: 0 },
  });
  const ends = new Map<string, Ending>();
  const steps = new Map<string, Outcome["skipped"]>();
  return (directory, { severity, atMs, applies }) => {
    const incident = { ...imagined, severity };
    const tryStep = (step: number) => {
      const arrived = { ...incident, nextStep: step, round: repeatCount };
      const { pages, entries } = planEscalation(arrived, directory, atMs);
      if (pages[0]?.step === step) return [];
      const told = entries.find(({ kind }) => kind === "step_skipped");
      return [{ step, noOneOnCall: told?.detail.reason === "nobody_on_call" }];
    };
    const skipped = policy.steps.flatMap(({ targets }, step) => {
      if (!applies[step]) return [];
      const who = peopleKey(targets, directory);
      const key = `${step} ${urgencyOf(severity)} ${who}`;
      return remembered(steps, key, () => tryStep(step));
    });
    const end = remembered(ends, peopleKey(policy.fallback, directory), () => {
      const worn = { ...incident, round: repeatCount + 1 };
      return endingOf(planEscalation(worn, directory, atMs));
    });
    const reachesNobody = skipped.length === applies.filter(Boolean).length;
    return {
      skipped,
      atOnce: reachesNobody
        ? endingOf(planEscalation(incident, directory, atMs))
        : null,
      end,
    };
  };
}

function peopleKey(
  targets: readonly EscalationTarget[],
  directory: Directory,
): string {
  return targets.map((target) => respondersOf(target, directory).join()).join();
}

function remembered<T>(
  known: Map<string, T>,
  key: string,
  make: () => T,
): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}

function endingOf(
  { pages, entries }: Pick<
    ReturnType<typeof planEscalation>,
    "pages" | "entries"
  >,
): Ending {
  const told = entries.find(({ kind }) => kind === "fallback_paged");
  // The planner, which wrote the entry, knows no other words.
  const from = (told?.detail.lastResort ?? "nobody") as Ending["from"];
  return { from, responderIds: peopleOf(pages) };
}

function peopleOf(pages: readonly PlannedPage[]): number[] {
  return [...new Set(pages.map((page) => page.responderId))];
}
