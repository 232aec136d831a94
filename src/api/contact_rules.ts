/** Which contact method is used for which urgency, and after how long. */
import { z } from "@hono/zod-openapi";
import { demandContactRights } from "../app/responders/contact_rights.ts";
import { URGENCIES } from "../domain/intake/alert.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { id, idText } from "../app/fields.ts";
import { demandResponder } from "../app/references.ts";
import {
  RULE_LIMITS,
  setContactRules,
  shownRule,
} from "../app/responders/set_contact_rules.ts";

const tag = "Responders";
const rulesPath = "/api/v1/responders/{id}/contact-rules";
const params = z.object({ id: idText });

const Rule = z.object({
  urgency: z.enum(URGENCIES),
  contact_method_id: id,
  delay_minutes: z.number().min(0).max(RULE_LIMITS.delayMinutes),
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
      "A contact method that several rules name is used at each of their times. Without rules for an urgency every enabled contact method is used at once.",
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
    access: "responder",
    name: "setContactRules",
    tag,
    summary: "Set all contact rules of a responder",
    params,
    body: z.object({ rules: z.array(Rule).max(RULE_LIMITS.rules) }),
    answers: { 200: z.object({ items: z.array(Rule) }) },
  }, async ({ params, body, principal }) => {
    const { role, account: by } = principal;
    const { responderId } = by;
    demandContactRights({ role, responderId }, params.id);
    const rules = body.rules.map((rule) => ({
      urgency: rule.urgency,
      contactMethodId: rule.contact_method_id,
      delayMinutes: rule.delay_minutes,
    }));
    const wanted = { responderId: params.id, rules };
    const after = await store.transaction((tx) =>
      setContactRules(tx, wanted, { by, nowMs: clock() })
    );
    return ok({ items: after.map(shownRule) });
  });
}
