/** Looks ahead for what would keep pages from reaching somebody, before it does. */
import type { EscalationPolicy } from "../policies/escalation_policy.ts";
import {
  type Duty,
  type Finding,
  inOrder,
  type SkippingPolicy,
} from "./finding.ts";
import {
  checkPerson,
  type Concern,
  type PersonInput,
} from "./person_readiness.ts";
import { type PolicyInput, scheduleIdsOf } from "./policy_moments.ts";
import { checkPolicy } from "./policy_readiness.ts";
import type { Schedule, Shift } from "../schedules/schedule.ts";

export interface ReadinessInput extends PolicyInput, PersonInput {
  schedules: readonly Pick<Schedule, "id" | "name">[];
  policies: readonly EscalationPolicy[];
  sendingEnabled: boolean;
}

/**
 * Promises every finding about [fromMs, toMs), the worst and soonest first. A schedule's gaps are one finding, with the
 * policies that it hits. A thousand of them take a while: between any two it yields, for whoever has other things to do.
 */
export function* checkReadiness(
  input: ReadinessInput,
): Generator<void, Finding[]> {
  const findings = [...serviceFindings(input)];
  const concerns = new Map<number, Concern>();
  const uses = skipsOf(input.policies);
  const used = new Set(
    input.policies.flatMap((policy) => scheduleIdsOf(policy)),
  );
  for (const schedule of input.schedules) {
    const paged = used.has(schedule.id);
    const policies = uses.get(schedule.id) ?? [];
    findings.push(...scheduleFindings(schedule, { policies, paged }, input));
    const tiles = input.tiles.get(schedule.id) ?? [];
    remember(concerns, {
      duty: { kind: "schedule", ...named(schedule) },
      tiles,
      paged,
    });
    yield;
  }
  for (const policy of input.policies) {
    const checked = checkPolicy(policy, input);
    findings.push(...checked.findings);
    for (const { responderId, ...stake } of checked.stakes) {
      concern(concerns, responderId, { ...stake, paged: true });
    }
    yield;
  }
  for (const [id, stake] of concerns) {
    const person = input.people.responders.get(id);
    if (person) findings.push(...checkPerson(person, stake, input));
  }
  return inOrder(findings);
}

function serviceFindings(
  { sendingEnabled, fromMs }: ReadinessInput,
): Finding[] {
  if (sendingEnabled) return [];
  return [{
    code: "sending_off",
    gravity: "will_fail",
    subject: { kind: "service", id: null, name: "PagerPal" },
    atMs: fromMs,
  }];
}

function scheduleFindings(
  schedule: ReadinessInput["schedules"][number],
  { policies, paged }: { policies: SkippingPolicy[]; paged: boolean },
  { tiles, fromMs }: ReadinessInput,
): Finding[] {
  const subject = { kind: "schedule", ...named(schedule) } as const;
  const stretches = (tiles.get(schedule.id) ?? [])
    .filter(({ responderIds }) => responderIds.length === 0)
    .map(({ startsAtMs, endsAtMs }) => ({ startsAtMs, endsAtMs }));
  const [first] = stretches;
  return [
    ...first
      ? [{
        ...{ code: "schedule_gap", subject, stretches, policies } as const,
        gravity: paged ? "may_fail" as const : "worth_knowing" as const,
        atMs: first.startsAtMs,
      }]
      : [],
    ...paged ? [] : [{
      ...{ code: "schedule_unused", gravity: "worth_knowing" } as const,
      subject,
      atMs: fromMs,
    }],
  ];
}

/** By schedule, the policies that page whoever is on call on it, with the steps that page nobody else. */
function skipsOf(
  policies: readonly EscalationPolicy[],
): Map<number, SkippingPolicy[]> {
  const skips = new Map<number, SkippingPolicy[]>();
  for (const policy of policies) {
    for (const scheduleId of scheduleIdsOf(policy, ["schedule"])) {
      const steps = policy.steps.flatMap(({ targets }, step) =>
        targets.every(({ kind, id }) =>
            kind === "schedule" && id === scheduleId
          )
          ? [step]
          : []
      );
      const known = skips.get(scheduleId) ?? [];
      skips.set(scheduleId, known);
      known.push({ ...named(policy), steps });
    }
  }
  return skips;
}

/** Everybody on call, each with their first shift. */
function remember(
  concerns: Map<number, Concern>,
  { duty, tiles, paged }: {
    duty: Duty;
    tiles: readonly Shift[];
    paged: boolean;
  },
): void {
  for (const { startsAtMs: atMs, responderIds } of tiles) {
    for (const id of responderIds) concern(concerns, id, { atMs, duty, paged });
  }
}

/** Keeps what counts most of a person: that a policy pages them, then how soon. */
function concern(
  concerns: Map<number, Concern>,
  responderId: number,
  one: Concern,
): void {
  const known = concerns.get(responderId);
  const counts = !known || (one.paged && !known.paged) ||
    (one.paged === known.paged && one.atMs < known.atMs);
  if (counts) concerns.set(responderId, one);
}

function named<T extends { id: number; name: string }>({ id, name }: T) {
  return { id, name };
}
