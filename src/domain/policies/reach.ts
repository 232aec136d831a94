/** From the targets of a step to the messages that would go out. */
import type { Urgency } from "../intake/alert.ts";
import { planContacts } from "../responders/contact_rules.ts";
import type { EscalationTarget } from "./escalation_policy.ts";
import type {
  ContactMethod,
  ReachableResponder,
} from "../responders/people.ts";
import { type NewTimelineEntry, SYSTEM } from "../incidents/timeline.ts";

/** Who is who at the instant of planning. Ids that it does not know are people who are gone. */
export interface Directory {
  /** Responders on call now, by schedule. */
  onCall: ReadonlyMap<number, readonly number[]>;
  /** Responders on call after those who are now, by schedule. */
  nextOnCall: ReadonlyMap<number, readonly number[]>;
  /** Members by team. */
  members: ReadonlyMap<number, readonly number[]>;
  responders: ReadonlyMap<number, ReachableResponder>;
  /** Responders with an admin's account: the last resort. */
  adminIds: readonly number[];
  /** How many turns each round-robin step of the policy has given so far, by 0-based step; none where it is missing. */
  turns: ReadonlyMap<number, number>;
}

/** A step of the policy and which time through the steps, both 0-based. */
export interface Position {
  round: number;
  step: number;
}

export interface PlannedPage extends Position {
  responderId: number;
  contactMethod: ContactMethod;
  dueAtMs: number;
}

export interface Reach {
  pages: PlannedPage[];
  /** One for each responder who has no contact method that is switched on. */
  entries: NewTimelineEntry[];
  /** Why there is no page; meaningless when there are some. */
  reason: "nobody_on_call" | "nobody_reachable";
}

export interface ReachContext {
  directory: Directory;
  urgency: Urgency;
  nowMs: number;
  position: Position;
}

/** Promises the ids that a target stands for at this instant; empty when nobody is on call. */
export function respondersOf(
  target: EscalationTarget,
  directory: Directory,
): readonly number[] {
  switch (target.kind) {
    case "responder":
      return [target.id];
    case "schedule":
      return directory.onCall.get(target.id) ?? [];
    case "next_on_call":
      return directory.nextOnCall.get(target.id) ?? [];
    case "team":
      return directory.members.get(target.id) ?? [];
  }
}

/** Promises the pages for these responders, each responder once, by their own rules. */
export function reach(ids: readonly number[], context: ReachContext): Reach {
  const { directory, urgency, nowMs, position } = context;
  const responders = [...new Set(ids)]
    .flatMap((id) => directory.responders.get(id) ?? []);
  const pages: PlannedPage[] = [];
  const entries: NewTimelineEntry[] = [];
  for (const responder of responders) {
    const contacts = planContacts(responder, urgency, nowMs);
    if (contacts.length === 0) {
      entries.push(unreachable(responder, context));
    }
    for (const { contactMethod, dueAtMs } of contacts) {
      const responderId = responder.id;
      pages.push({ responderId, contactMethod, dueAtMs, ...position });
    }
  }
  const reason = responders.length === 0
    ? "nobody_on_call"
    : "nobody_reachable";
  return { pages, entries, reason };
}

/**
 * Promises the pages of the one responder whose turn it is: turns go round those who can be reached, in the order of
 * their pages. `turn` counts from 0.
 */
export function inTurn(
  pages: readonly PlannedPage[],
  turn: number,
): PlannedPage[] {
  const ids = [...new Set(pages.map((page) => page.responderId))];
  const chosen = ids[turn % ids.length];
  return pages.filter((page) => page.responderId === chosen);
}

function unreachable(
  responder: ReachableResponder,
  { nowMs, position }: ReachContext,
): NewTimelineEntry {
  return {
    kind: "responder_unreachable",
    atMs: nowMs,
    actor: SYSTEM,
    detail: {
      responderId: responder.id,
      responder: responder.name,
      ...position,
    },
  };
}
