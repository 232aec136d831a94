/** A person's rules: for this urgency, which contact method after how long. */
import type { Urgency } from "./alert.ts";
import type { ContactMethod, ReachableResponder } from "./people.ts";

export interface PlannedContact {
  contactMethod: ContactMethod;
  dueAtMs: number;
}

/**
 * Promises how to reach the responder, earliest first, each contact method once. Without rules for the urgency, or when
 * every method they name is switched off, it is every enabled contact method at once: a person with a working phone is
 * never skipped for want of a rule. Empty only when the responder has no enabled contact method.
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
  const byRule = new Map<number, PlannedContact>();
  const rules = responder.contactRules
    .filter((rule) => rule.urgency === urgency)
    .sort((a, b) => a.delayMinutes - b.delayMinutes || a.id - b.id);
  for (const rule of rules) {
    const contactMethod = enabled.get(rule.contactMethodId);
    if (!contactMethod || byRule.has(contactMethod.id)) continue;
    const dueAtMs = nowMs + Math.round(rule.delayMinutes * 60_000);
    byRule.set(contactMethod.id, { contactMethod, dueAtMs });
  }
  if (byRule.size > 0) return [...byRule.values()];
  return [...enabled.values()]
    .map((contactMethod) => ({ contactMethod, dueAtMs: nowMs }));
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
