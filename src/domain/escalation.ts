/** Who is paged next, and when to look again. */
import { urgencyOf } from "./alert.ts";
import type { FrozenPolicy } from "./escalation_policy.ts";
import type { Incident } from "./incident.ts";
import { FALLBACK_STEP } from "./notification.ts";
import {
  type Directory,
  type PlannedPage,
  type Position,
  reach,
  type ReachContext,
  respondersOf,
} from "./reach.ts";
import { type NewTimelineEntry, SYSTEM } from "./timeline.ts";

/** What the incident becomes, whom it pages, and the story of why. */
export interface EscalationPlan {
  incident: Incident;
  pages: PlannedPage[];
  entries: NewTimelineEntry[];
}

/**
 * Promises the next step of the incident's own copy of the policy that reaches
 * somebody: its pages, and the incident with the following step and the instant
 * to look again. A step that reaches nobody is skipped at once and says so.
 * When every repeat has passed, or a whole time through the steps reaches
 * nobody, the incident is marked exhausted and the fallback is paged: the
 * policy's own, else the team's members, else the admins. A test incident pages
 * nobody.
 */
export function planEscalation(
  incident: Incident,
  directory: Directory,
  nowMs: number,
): EscalationPlan {
  if (incident.isTest) {
    const next = { ...incident, nextActionAtMs: null };
    return { incident: next, pages: [], entries: [] };
  }
  const { policy } = incident;
  const urgency = urgencyOf(incident.severity);
  const entries: NewTimelineEntry[] = [];
  let skipped = 0;
  let position = wrap(policy, {
    round: incident.round,
    step: incident.nextStep,
  });
  while (
    position.round <= policy.repeatCount && skipped < policy.steps.length
  ) {
    const step = policy.steps[position.step];
    if (!step) break;
    const ids = step.targets.flatMap((target) =>
      respondersOf(target, directory)
    );
    const reached = reach(ids, { directory, urgency, nowMs, position });
    entries.push(...reached.entries);
    const following = wrap(policy, { ...position, step: position.step + 1 });
    if (reached.pages.length > 0) {
      entries.push(paged("step_paged", reached.pages, { position, nowMs }));
      const nextActionAtMs = Math.round(nowMs + step.delayMinutes * 60_000);
      const next = { ...at(incident, following), nextActionAtMs };
      return { incident: next, pages: reached.pages, entries };
    }
    entries.push(
      told("step_skipped", nowMs, { ...position, reason: reached.reason }),
    );
    position = following;
    skipped++;
  }
  const reason = skipped < policy.steps.length
    ? "nobody_answered"
    : "nobody_reachable";
  entries.push(told("exhausted", nowMs, { reason }));
  const fallback = pageFallback(at(incident, position), directory, nowMs);
  return { ...fallback, entries: [...entries, ...fallback.entries] };
}

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
  const choices = [
    incident.policy.fallback.flatMap((target) =>
      respondersOf(target, directory)
    ),
    directory.members.get(incident.teamId) ?? [],
    directory.adminIds,
  ];
  const entries: NewTimelineEntry[] = [];
  for (const ids of choices) {
    const { pages, entries: unreachable } = reach(ids, context);
    entries.push(...unreachable);
    if (pages.length > 0) {
      entries.push(paged("fallback_paged", pages, { position, nowMs }));
      return { incident: next, pages, entries };
    }
  }
  entries.push(told("nobody_to_page", nowMs, {}));
  return { incident: next, pages: [], entries };
}

function paged(
  kind: "step_paged" | "fallback_paged",
  pages: readonly PlannedPage[],
  { position, nowMs }: { position: Position; nowMs: number },
): NewTimelineEntry {
  const responderIds = [...new Set(pages.map((page) => page.responderId))];
  return told(kind, nowMs, { ...position, responderIds });
}

function told(
  kind: NewTimelineEntry["kind"],
  atMs: number,
  detail: NewTimelineEntry["detail"],
): NewTimelineEntry {
  return { kind, atMs, actor: SYSTEM, detail };
}
