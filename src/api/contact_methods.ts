/** How a responder is reached, and in which order. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { invalid, notFound, RefusedError } from "../app/refused_error.ts";
import { URGENCIES } from "../domain/alert.ts";
import {
  CHANNEL_KINDS,
  type ContactMethod,
  type ContactRule,
} from "../domain/people.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import { contactAddress } from "./contact_address.ts";
import type { ApiDeps } from "./directory.ts";
import { changeOf, id, idText, shownTime, text, time } from "./fields.ts";
import { given } from "./given.ts";

const MOST_METHODS = 20;
const MOST_RULES = 50;
const MOST_DELAY_MINUTES = 1_440;

const fields = {
  channel: z.enum(CHANNEL_KINDS),
  address: z.string().trim().min(1).max(254),
  label: text(100),
  enabled: z.boolean(),
};

const NewMethod = z.object({
  ...fields,
  label: fields.label.default(""),
  enabled: fields.enabled.default(true),
}).openapi("NewContactMethod");

const MethodDocument = z.object({
  id,
  responder_id: id,
  channel: fields.channel,
  address: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  created_at: time,
  updated_at: time,
}).openapi("ContactMethod");

const Rule = z.object({
  urgency: z.enum(URGENCIES),
  contact_method_id: id,
  delay_minutes: z.number().min(0).max(MOST_DELAY_MINUTES),
}).openapi("ContactRule");

const tag = "Responders";
const methodsPath = "/api/v1/responders/{id}/contact-methods";
const methodPath = `${methodsPath}/{method_id}` as const;
const rulesPath = "/api/v1/responders/{id}/contact-rules";
const params = z.object({ id: idText });
const methodParams = params.extend({ method_id: idText });

export function addContactMethods(routes: Routes, deps: ApiDeps): void {
  const { store, clock } = deps;

  routes.add({
    method: "get",
    path: methodsPath,
    access: "viewer",
    name: "listContactMethods",
    tag,
    summary: "List a responder's contact methods",
    params,
    answers: { 200: z.object({ items: z.array(MethodDocument) }) },
  }, async ({ params }) => {
    await demandResponder(store, params.id);
    const methods = await store.responders.contactMethods(params.id);
    return ok({ items: methods.map(shownMethod) });
  });

  routes.add({
    method: "post",
    path: methodsPath,
    access: "admin",
    name: "createContactMethod",
    tag,
    summary: "Add a contact method",
    params,
    body: NewMethod,
    idempotent: true,
    problems: [409],
    answers: { 201: MethodDocument },
  }, async ({ params, body, principal, c }) => {
    const address = contactAddress(body.channel, body.address);
    const answer = await deps.idempotency.create(
      c,
      clock(),
      async (tx, nowMs) => {
        await demandResponder(tx, params.id);
        await demandRoom(tx, params.id);
        const row = { ...body, address, responderId: params.id };
        const method = await tx.responders.insertContactMethod(row, nowMs);
        await recordChange(tx, {
          by: principal.account,
          action: "contact_method.create",
          objectId: method.id,
          before: null,
          after: shownMethod(method),
        }, nowMs);
        return shownMethod(method);
      },
    );
    return created(answer.body);
  });

  routes.add({
    method: "get",
    path: methodPath,
    access: "viewer",
    name: "getContactMethod",
    tag,
    summary: "Read one contact method",
    params: methodParams,
    answers: { 200: MethodDocument },
  }, async ({ params }) => ok(shownMethod(await demandMethod(store, params))));

  for (const verb of ["put", "patch"] as const) {
    routes.add({
      method: verb,
      path: methodPath,
      access: "admin",
      name: `${verb === "put" ? "replace" : "update"}ContactMethod`,
      tag,
      summary: verb === "put"
        ? "Replace one contact method"
        : "Change one contact method",
      params: methodParams,
      body: (verb === "put" ? NewMethod : changeOf(fields)) as z.ZodType<
        Partial<z.output<typeof NewMethod>>
      >,
      problems: [409],
      answers: { 200: MethodDocument },
    }, async ({ params, body, principal }) => {
      const nowMs = clock();
      const after = await store.transaction(async (tx) => {
        const before = await demandMethod(tx, params);
        const channel = body.channel ?? before.channel;
        // A changed channel makes another thing of the same address.
        const address = contactAddress(channel, body.address ?? before.address);
        const patch = { ...given(body), channel, address };
        const after = await tx.responders.updateContactMethod(
          before.id,
          patch,
          nowMs,
        );
        if (!after) throw notFound("contact method", before.id);
        await recordChange(tx, {
          by: principal.account,
          action: "contact_method.update",
          objectId: after.id,
          before: shownMethod(before),
          after: shownMethod(after),
        }, nowMs);
        return after;
      });
      return ok(shownMethod(after));
    });
  }

  routes.add({
    method: "delete",
    path: methodPath,
    access: "admin",
    name: "deleteContactMethod",
    tag,
    summary: "Delete one contact method and its rules",
    params: methodParams,
    problems: [409],
    answers: { 204: null },
  }, async ({ params, principal }) => {
    await store.transaction(async (tx) => {
      const before = await demandMethod(tx, params);
      await tx.responders.deleteContactMethod(before.id);
      await recordChange(tx, {
        by: principal.account,
        action: "contact_method.delete",
        objectId: before.id,
        before: shownMethod(before),
        after: null,
      }, clock());
    });
    return DONE;
  });

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

function shownMethod(method: ContactMethod) {
  return {
    id: method.id,
    responder_id: method.responderId,
    channel: method.channel,
    address: method.address,
    label: method.label,
    enabled: method.enabled,
    created_at: shownTime(method.createdAtMs),
    updated_at: shownTime(method.updatedAtMs),
  };
}

function shownRule(rule: Omit<ContactRule, "id" | "responderId">) {
  return {
    urgency: rule.urgency,
    contact_method_id: rule.contactMethodId,
    delay_minutes: rule.delayMinutes,
  };
}

export async function demandResponder(
  tx: Repositories,
  responderId: number,
): Promise<void> {
  if (!await tx.responders.find(responderId)) {
    throw notFound("responder", responderId);
  }
}

async function demandMethod(
  tx: Repositories,
  params: { id: number; method_id: number },
): Promise<ContactMethod> {
  const method = await tx.responders.findContactMethod(params.method_id);
  if (method?.responderId === params.id) return method;
  throw notFound("contact method", params.method_id);
}

async function demandRoom(
  tx: Repositories,
  responderId: number,
): Promise<void> {
  const methods = await tx.responders.contactMethods(responderId);
  if (methods.length < MOST_METHODS) return;
  throw new RefusedError(
    "conflict",
    "too_many",
    `A responder has at most ${MOST_METHODS} contact methods.`,
  );
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
