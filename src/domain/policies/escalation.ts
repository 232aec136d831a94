/** Who is paged next, and when to look again. */
import { urgencyOf } from "../intake/alert.ts";
import type { EscalationStep, FrozenPolicy } from "./escalation_policy.ts";
import type { Incident } from "../incidents/incident.ts";
import { FALLBACK_STEP } from "../delivery/notification.ts";
import {
  type Directory,
  inTurn,
  type PlannedPage,
  type Position,
  type Reach,
  reach,
  type ReachContext,
  respondersOf,
} from "./reach.ts";
import { type PassedOver, whyPassedOver } from "./step_condition.ts";
import { type NewTimelineEntry, SYSTEM } from "../incidents/timeline.ts";

/** What the incident becomes, whom it pages, and the story of why. */
export interface EscalationPlan {
  incident: Incident;
  pages: PlannedPage[];
  entries: NewTimelineEntry[];
  /** The 0-based step of which these pages use up a turn; null where nobody takes turns. */
  turnStep: number | null;
}

/** Whom the last resort is taken from. */
export type LastResort = "policy" | "team" | "admins";

/** Why the steps are over. */
export type ExhaustedReason =
  | "nobody_answered"
  | "nobody_reachable"
  | "no_step_applies";

/**
 * Promises the next step of the incident's own copy of the policy that applies
 * and reaches somebody: its pages, and the incident with the following step and
 * the instant to look again. A step whose condition does not hold, or that
 * reaches nobody, is skipped at once and says so. When every repeat has passed,
 * or a whole time through the steps pages nobody, the incident is marked
 * exhausted and the fallback is paged: the policy's own, else the team's
 * members, else the admins. A test incident pages nobody.
 */
export function planEscalation(
  incident: Incident,
  directory: Directory,
  nowMs: number,
): EscalationPlan {
  if (incident.isTest) {
    const next = { ...incident, nextActionAtMs: null };
    return { incident: next, pages: [], entries: [], turnStep: null };
  }
  const { policy } = incident;
  const entries: NewTimelineEntry[] = [];
  const skipped: Skipped[] = [];
  let position = wrap(policy, {
    round: incident.round,
    step: incident.nextStep,
  });
  // No time passes between skipped steps: one time through them is enough.
  while (
    position.round <= policy.repeatCount &&
    skipped.length < policy.steps.length
  ) {
    const step = policy.steps[position.step];
    if (!step) break;
    const tried = tryStep(incident, step, { directory, nowMs, position });
    const following = wrap(policy, { ...position, step: position.step + 1 });
    entries.push(...tried.entries);
    if (tried.pages.length > 0) {
      const nextActionAtMs = Math.round(nowMs + step.delayMinutes * 60_000);
      return {
        incident: { ...at(incident, following), nextActionAtMs },
        pages: tried.pages,
        entries,
        turnStep: step.roundRobin ? position.step : null,
      };
    }
    skipped.push(tried.reason);
    position = following;
  }
  const reason = whyExhausted(policy, skipped);
  entries.push(told("exhausted", nowMs, { reason }));
  const fallback = pageFallback(at(incident, position), directory, nowMs);
  return { ...fallback, entries: [...entries, ...fallback.entries] };
}

type Skipped = PassedOver | Reach["reason"];

/** The pages of one step with what is told of it; without pages, why it was skipped. */
function tryStep(
  incident: Incident,
  step: EscalationStep,
  { directory, nowMs, position }: Omit<ReachContext, "urgency">,
): { pages: PlannedPage[]; entries: NewTimelineEntry[]; reason: Skipped } {
  const { severity } = incident;
  const skip = (reason: Skipped) =>
    told("step_skipped", nowMs, { ...position, reason });
  const passedOver = whyPassedOver(step, { severity, atMs: nowMs });
  if (passedOver) {
    return { pages: [], entries: [skip(passedOver)], reason: passedOver };
  }
  const ids = step.targets.flatMap((one) => respondersOf(one, directory));
  const urgency = urgencyOf(severity);
  const { pages: all, entries, reason } = reach(ids, {
    directory,
    urgency,
    nowMs,
    position,
  });
  const pages = step.roundRobin
    ? inTurn(all, directory.turns.get(position.step) ?? 0)
    : all;
  const word = pages.length > 0
    ? paged("step_paged", pages, { position, nowMs, inTurn: step.roundRobin })
    : skip(reason);
  return { pages, entries: [...entries, word], reason };
}

function whyExhausted(
  { steps }: FrozenPolicy,
  skipped: readonly Skipped[],
): ExhaustedReason {
  if (skipped.length < steps.length) return "nobody_answered";
  return skipped.every((reason) => !UNREACHED.includes(reason))
    ? "no_step_applies"
    : "nobody_reachable";
}

const UNREACHED: readonly Skipped[] = ["nobody_on_call", "nobody_reachable"];

/** Promises the incident set back to the step that ran last, so that it runs again. */
export function beforeLastStep(incident: Incident): Incident {
  if (incident.nextStep > 0) {
    return { ...incident, nextStep: incident.nextStep - 1 };
  }
  if (incident.round === 0) return incident;
  const nextStep = incident.policy.steps.length - 1;
  return { ...incident, round: incident.round - 1, nextStep };
}

/** The same position, or the start of the next time through the steps. */
function wrap(policy: FrozenPolicy, position: Position): Position {
  return position.step < policy.steps.length
    ? position
    : { round: position.round + 1, step: 0 };
}

function at(incident: Incident, { round, step }: Position): Incident {
  return { ...incident, round, nextStep: step };
}

function pageFallback(
  incident: Incident,
  directory: Directory,
  nowMs: number,
): EscalationPlan {
  const next = { ...incident, exhaustedAtMs: nowMs, nextActionAtMs: null };
  const position = { round: incident.round, step: FALLBACK_STEP };
  // Nobody answered so far: the fallback is woken whatever the severity.
  const context: ReachContext = { directory, urgency: "high", nowMs, position };
  const named = incident.policy.fallback
    .flatMap((target) => respondersOf(target, directory));
  const choices: [LastResort, readonly number[]][] = [
    ["policy", named],
    ["team", directory.members.get(incident.teamId) ?? []],
    ["admins", directory.adminIds],
  ];
  const entries: NewTimelineEntry[] = [];
  for (const [lastResort, ids] of choices) {
    const { pages, entries: unreachable } = reach(ids, context);
    entries.push(...unreachable);
    if (pages.length > 0) {
      const about = { position, nowMs, lastResort };
      entries.push(paged("fallback_paged", pages, about));
      return { incident: next, pages, entries, turnStep: null };
    }
  }
  entries.push(told("nobody_to_page", nowMs, {}));
  return { incident: next, pages: [], entries, turnStep: null };
}

function paged(
  kind: "step_paged" | "fallback_paged",
  pages: readonly PlannedPage[],
  { position, nowMs, inTurn = false, lastResort }: {
    position: Position;
    nowMs: number;
    inTurn?: boolean;
    lastResort?: LastResort;
  },
): NewTimelineEntry {
  const responderIds = [...new Set(pages.map((page) => page.responderId))];
  return told(kind, nowMs, {
    ...position,
    responderIds,
    ...(inTurn ? { inTurn } : {}),
    ...(lastResort ? { lastResort } : {}),
  });
}

function told(
  kind: NewTimelineEntry["kind"],
  atMs: number,
  detail: NewTimelineEntry["detail"],
): NewTimelineEntry {
  return { kind, atMs, actor: SYSTEM, detail };
}
