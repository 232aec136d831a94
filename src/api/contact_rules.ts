/** Which contact method is used for which urgency, and after how long. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { invalid } from "../app/refused_error.ts";
import { URGENCIES } from "../domain/alert.ts";
import type { ContactRule } from "../domain/people.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import { id, idText } from "../app/fields.ts";
import { demandResponder } from "../app/references.ts";

const tag = "Responders";
const rulesPath = "/api/v1/responders/{id}/contact-rules";
const params = z.object({ id: idText });
const MOST_RULES = 50;
const MOST_DELAY_MINUTES = 1_440;

const Rule = z.object({
  urgency: z.enum(URGENCIES),
  contact_method_id: id,
  delay_minutes: z.number().min(0).max(MOST_DELAY_MINUTES),
}).openapi("ContactRule");

export function addContactRules(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addReplacement(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path: rulesPath,
    access: "viewer",
    name: "listContactRules",
    tag,
    summary: "List a responder's contact rules",
    description:
      "Without rules every enabled contact method is used at once, whatever the urgency.",
    params,
    answers: { 200: z.object({ items: z.array(Rule) }) },
  }, async ({ params }) => {
    await demandResponder(store, params.id);
    const rules = await store.responders.contactRules(params.id);
    return ok({ items: rules.map(shownRule) });
  });
}

function addReplacement(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "put",
    path: rulesPath,
    access: "admin",
    name: "setContactRules",
    tag,
    summary: "Set all contact rules of a responder",
    params,
    body: z.object({ rules: z.array(Rule).max(MOST_RULES) }),
    answers: { 200: z.object({ items: z.array(Rule) }) },
  }, async ({ params, body, principal }) => {
    const after = await store.transaction(async (tx) => {
      await demandResponder(tx, params.id);
      await checkMethods(tx, { responderId: params.id, rules: body.rules });
      const before = await tx.responders.contactRules(params.id);
      const rows = body.rules.map((rule) => ({
        urgency: rule.urgency,
        contactMethodId: rule.contact_method_id,
        delayMinutes: rule.delay_minutes,
      }));
      const after = await tx.responders.setContactRules(params.id, rows);
      await recordChange(tx, {
        by: principal.account,
        action: "responder.set_contact_rules",
        objectId: params.id,
        before: { rules: before.map(shownRule) },
        after: { rules: after.map(shownRule) },
      }, clock());
      return after;
    });
    return ok({ items: after.map(shownRule) });
  });
}

function shownRule(rule: Omit<ContactRule, "id" | "responderId">) {
  return {
    urgency: rule.urgency,
    contact_method_id: rule.contactMethodId,
    delay_minutes: rule.delayMinutes,
  };
}

async function checkMethods(
  tx: Repositories,
  { responderId, rules }: {
    responderId: number;
    rules: { contact_method_id: number }[];
  },
): Promise<void> {
  const methods = await tx.responders.contactMethods(responderId);
  for (const [index, rule] of rules.entries()) {
    if (!methods.some((method) => method.id === rule.contact_method_id)) {
      throw invalid(
        `rules.${index}.contact_method_id`,
        `Responder ${responderId} has no contact method ${rule.contact_method_id}.`,
      );
    }
  }
}
