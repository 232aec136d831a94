/** A person's rules: for this urgency, which contact method after how long. */
import type { Urgency } from "../intake/alert.ts";
import type { ContactMethod, ReachableResponder } from "./people.ts";

const MINUTE_MS = 60_000;

export interface PlannedContact {
  contactMethod: ContactMethod;
  dueAtMs: number;
}

/** A contact method and all the times at which it is used. */
export interface Rung {
  method: ContactMethod;
  /** Since the page began, milliseconds, ascending, never empty. */
  afterMs: number[];
}

/**
 * Promises how to reach the responder, earliest first, and at one instant in the order of the rules. A contact method that
 * several rules name is used at each of their times ("ring again"), twice at none. Without rules for the urgency, or when
 * every method they name is switched off, it is every enabled contact method at once: a person with a working phone is
 * never skipped for want of a rule. Whether a method is verified makes no difference. Empty only when the responder has
 * no enabled contact method.
 */
export function planContacts(
  responder: ReachableResponder,
  urgency: Urgency,
  nowMs: number,
): PlannedContact[] {
  const enabled = new Map(
    responder.contactMethods.filter((method) => method.enabled)
      .map((method) => [method.id, method]),
  );
  const byRule = new Map<string, PlannedContact>();
  const rules = responder.contactRules
    .filter((rule) => rule.urgency === urgency)
    .sort((a, b) => a.delayMinutes - b.delayMinutes || a.id - b.id);
  for (const { contactMethodId, delayMinutes } of rules) {
    const contactMethod = enabled.get(contactMethodId);
    if (!contactMethod) continue;
    const dueAtMs = nowMs + Math.round(delayMinutes * MINUTE_MS);
    const key = `${contactMethodId} ${dueAtMs}`;
    if (!byRule.has(key)) byRule.set(key, { contactMethod, dueAtMs });
  }
  if (byRule.size > 0) return [...byRule.values()];
  return [...enabled.values()]
    .map((contactMethod) => ({ contactMethod, dueAtMs: nowMs }));
}

/** Promises the plan by contact method, in the order of first use. */
export function ladder(
  responder: ReachableResponder,
  urgency: Urgency,
): Rung[] {
  const rungs = new Map<number, Rung>();
  for (
    const { contactMethod, dueAtMs } of planContacts(responder, urgency, 0)
  ) {
    const rung = rungs.get(contactMethod.id) ??
      { method: contactMethod, afterMs: [] };
    rung.afterMs.push(dueAtMs);
    rungs.set(contactMethod.id, rung);
  }
  return [...rungs.values()];
}

/**
 * Promises the enabled contact methods that a responder's pages have not used yet, in the order of their ids: where to
 * turn when one of them has failed for good.
 */
export function unusedContacts(
  responder: ReachableResponder,
  usedContactMethodIds: readonly number[],
): ContactMethod[] {
  return responder.contactMethods.filter((method) =>
    method.enabled && !usedContactMethodIds.includes(method.id)
  );
}
