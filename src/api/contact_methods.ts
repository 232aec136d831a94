/** How a responder is reached, and in which order. */
import { z } from "@hono/zod-openapi";
import {
  addContactMethod,
  changeContactMethod,
  deleteContactMethod,
  demandMethod,
  methodFields,
  type MethodKey,
  shownMethod,
} from "../app/responders/contact_methods.ts";
import {
  type Asker,
  demandContactRights,
} from "../app/responders/contact_rights.ts";
import type { Given } from "../app/given.ts";
import { demandResponder } from "../app/references.ts";
import type { Principal } from "../http/edge_env.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { changeOf, id, idText, time } from "../app/fields.ts";

const NewMethod = z.object({
  ...methodFields,
  label: methodFields.label.default(""),
  enabled: methodFields.enabled.default(true),
}).openapi("NewContactMethod");

export const MethodDocument = z.object({
  id,
  responder_id: id,
  channel: methodFields.channel,
  address: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  verified_at: time.nullable().openapi({
    description:
      "When a code showed that pages reach the person there; null: not yet. It is paged all the same.",
  }),
  created_at: time,
  updated_at: time,
}).openapi("ContactMethod");

const tag = "Responders";
const methodsPath = "/api/v1/responders/{id}/contact-methods";
export const methodPath = `${methodsPath}/{method_id}` as const;
const params = z.object({ id: idText });
export const methodParams = params.extend({ method_id: idText });

export function addContactMethods(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addCreation(routes, deps);
  addChanges(routes, deps);
  addDeletion(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
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

  routes.add(
    {
      method: "get",
      path: methodPath,
      access: "viewer",
      name: "getContactMethod",
      tag,
      summary: "Read one contact method",
      params: methodParams,
      answers: { 200: MethodDocument },
    },
    async ({ params }) =>
      ok(shownMethod(await demandMethod(store, keyOf(params)))),
  );
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: methodsPath,
    access: "responder",
    name: "createContactMethod",
    tag,
    summary: "Add a contact method",
    params,
    body: NewMethod,
    idempotent: true,
    problems: [409],
    answers: { 201: MethodDocument },
  }, async ({ params, body, principal, c }) => {
    const { id: responderId } = params;
    demandContactRights(askerOf(principal), responderId);
    const by = principal.account;
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const wanted = { responderId, fields: body };
        const method = await addContactMethod(tx, wanted, { by, nowMs });
        return shownMethod(method);
      },
    );
    return created(answer.body);
  });
}

function addChanges(routes: Routes, { store, clock }: ApiDeps): void {
  for (const verb of ["put", "patch"] as const) {
    routes.add({
      method: verb,
      path: methodPath,
      access: "responder",
      name: `${verb === "put" ? "replace" : "update"}ContactMethod`,
      tag,
      summary: verb === "put"
        ? "Replace one contact method"
        : "Change one contact method",
      params: methodParams,
      body: (verb === "put" ? NewMethod : changeOf(methodFields)) as z.ZodType<
        Given<z.output<typeof NewMethod>>
      >,
      problems: [409],
      answers: { 200: MethodDocument },
    }, async ({ params, body, principal }) => {
      const key = keyOf(params);
      demandContactRights(askerOf(principal), key.responderId);
      const by = { by: principal.account, nowMs: clock() };
      const after = await store.transaction((tx) =>
        changeContactMethod(tx, { key, fields: body }, by)
      );
      return ok(shownMethod(after));
    });
  }
}

function addDeletion(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "delete",
    path: methodPath,
    access: "responder",
    name: "deleteContactMethod",
    tag,
    summary: "Delete one contact method and its rules",
    params: methodParams,
    problems: [409],
    answers: { 204: null },
  }, async ({ params, principal }) => {
    const key = keyOf(params);
    demandContactRights(askerOf(principal), key.responderId);
    const by = { by: principal.account, nowMs: clock() };
    await store.transaction((tx) => deleteContactMethod(tx, key, by));
    return DONE;
  });
}

export function keyOf(params: z.output<typeof methodParams>): MethodKey {
  return { responderId: params.id, methodId: params.method_id };
}

export function askerOf({ role, account: { responderId } }: Principal): Asker {
  return { role, responderId };
}
