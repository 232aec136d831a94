/** Which contact method is used for which urgency, and after how long. */
import type {
  ContactRule,
  UserAccount,
} from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { recordChange } from "../record_change.ts";
import { demandResponder } from "../references.ts";
import { invalid } from "../refused_error.ts";

export const RULE_LIMITS = { rules: 50, delayMinutes: 1_440 } as const;

export type NewRule = Omit<ContactRule, "id" | "responderId">;

/** Promises all rules of the responder after they were replaced; to be called in a transaction. */
export async function setContactRules(
  tx: Repositories,
  { responderId, rules }: { responderId: number; rules: NewRule[] },
  { by, nowMs }: { by: UserAccount; nowMs: number },
): Promise<ContactRule[]> {
  await demandResponder(tx, responderId);
  checkTimes(rules);
  await checkMethods(tx, { responderId, rules });
  const before = await tx.responders.contactRules(responderId);
  const after = await tx.responders.setContactRules(responderId, rules);
  await recordChange(tx, {
    by,
    action: "responder.set_contact_rules",
    objectId: responderId,
    before: { rules: before.map(shownRule) },
    after: { rules: after.map(shownRule) },
  }, nowMs);
  return after;
}

/** Promises the rule as JSON has it. */
export function shownRule(rule: NewRule) {
  return {
    urgency: rule.urgency,
    contact_method_id: rule.contactMethodId,
    delay_minutes: rule.delayMinutes,
  };
}

/** The same twice at one time is a slip: one message is sent, so that two would mislead. */
function checkTimes(rules: readonly NewRule[]): void {
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const key = JSON.stringify(shownRule(rule));
    if (seen.has(key)) {
      throw invalid(
        `rules.${index}.delay_minutes`,
        "This contact method is used at this time already: choose another time, or leave the rule out.",
      );
    }
    seen.add(key);
  }
}

async function checkMethods(
  tx: Repositories,
  { responderId, rules }: { responderId: number; rules: NewRule[] },
): Promise<void> {
  const methods = await tx.responders.contactMethods(responderId);
  for (const [index, { contactMethodId }] of rules.entries()) {
    if (!methods.some((method) => method.id === contactMethodId)) {
      throw invalid(
        `rules.${index}.contact_method_id`,
        `Responder ${responderId} has no contact method ${contactMethodId}.`,
      );
    }
  }
}
