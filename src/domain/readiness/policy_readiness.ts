/** What is wrong with a policy in a stretch of time: whom it would not reach, and when. */
import { SEVERITIES, type Severity } from "../intake/alert.ts";
import type { EscalationPolicy } from "../policies/escalation_policy.ts";
import type { Finding, Gravity, When, Wrong } from "./finding.ts";
import {
  type Moment,
  momentsOf,
  type PolicyInput,
  type Stake,
} from "./policy_moments.ts";
import type { Outcome } from "../policies/policy_trial.ts";
import type { Stretch } from "../time/weekly_windows.ts";

export interface PolicyCheck {
  findings: Finding[];
  stakes: Stake[];
}

/** Promises what is wrong with the policy in the stretch, for incidents of any severity, and whom it pages in it. */
export function checkPolicy(
  policy: EscalationPolicy,
  input: PolicyInput,
): PolicyCheck {
  const { moments, stakes } = momentsOf(policy, input);
  const wrongs = [
    ...endWrongs(moments, input),
    ...stepWrongs(policy, moments),
    ...fallbackWrongs(moments, input),
  ];
  const subject = { kind: "policy", id: policy.id, name: policy.name } as const;
  return {
    findings: wrongs.map((wrong): Finding => ({
      ...wrong,
      subject,
      gravity: GRAVITY[wrong.code] ?? "may_fail",
      atMs: "stretches" in wrong
        ? wrong.stretches[0]?.startsAtMs ?? input.fromMs
        : input.fromMs,
    })),
    stakes,
  };
}

const GRAVITY: Partial<Record<Wrong["code"], Gravity>> = {
  policy_reaches_nobody: "will_fail",
  no_last_resort: "will_fail",
  no_fallback: "worth_knowing",
};

function endWrongs(
  moments: readonly Moment[],
  { people }: PolicyInput,
): Wrong[] {
  const nobody = whenSo(moments, ({ atOnce }) => atOnce?.from === "nobody");
  const silent = whenSo(
    moments,
    ({ atOnce, end }) => atOnce === null && end.from === "nobody",
  );
  const goesStraight = ({ atOnce }: Outcome) =>
    atOnce !== null && atOnce.from !== "nobody";
  const straight = whenSo(moments, goesStraight);
  const paged = moments.flatMap(({ outcome }) =>
    goesStraight(outcome) ? outcome.atOnce?.responderIds ?? [] : []
  );
  return [
    ...nobody ? [{ code: "policy_reaches_nobody", ...nobody } as const] : [],
    ...silent ? [{ code: "no_last_resort", ...silent } as const] : [],
    ...straight
      ? [{
        ...{ code: "only_last_resort", ...straight } as const,
        people: namesOf(paged, people),
      }]
      : [],
  ];
}

/** Of a step that is nothing but a schedule, the schedule's own gaps say it all. */
function stepWrongs(
  { steps }: EscalationPolicy,
  moments: readonly Moment[],
): Wrong[] {
  return steps.flatMap(({ targets }, step): Wrong[] => {
    const [only, ...others] = targets;
    const lone = others.length === 0 && only?.kind === "schedule";
    const when = whenSo(
      moments,
      ({ skipped }) =>
        skipped.some((one) => one.step === step && !(lone && one.noOneOnCall)),
    );
    return when ? [{ code: "step_reaches_nobody", step, ...when }] : [];
  });
}

function fallbackWrongs(
  moments: readonly Moment[],
  { people }: PolicyInput,
): Wrong[] {
  for (const { outcome: { end: { from, responderIds } } } of moments) {
    if (from !== "team" && from !== "admins") continue;
    const names = namesOf(responderIds, people);
    return [{ code: "no_fallback", from, people: names }];
  }
  return [];
}

function namesOf(
  ids: readonly number[],
  { responders }: PolicyInput["people"],
): string[] {
  return [...new Set(ids)].flatMap((id) => responders.get(id)?.name ?? []);
}

/** null: at no time. */
function whenSo(
  moments: readonly Moment[],
  isSo: (outcome: Outcome) => boolean,
): When | null {
  const found = moments.filter(({ outcome }) => isSo(outcome));
  if (found.length === 0) return null;
  const hit = new Set<Severity>(found.map(({ severity }) => severity));
  return {
    stretches: joined(found),
    severities: hit.size === SEVERITIES.length
      ? []
      : SEVERITIES.filter((severity) => hit.has(severity)),
  };
}

/** Stretches that touch, or are the same ones, become one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const { startsAtMs, endsAtMs } of stretches) {
    const last = merged.at(-1);
    if (last && startsAtMs <= last.endsAtMs) last.endsAtMs = endsAtMs;
    else merged.push({ startsAtMs, endsAtMs });
  }
  return merged;
}
