/** How a responder is reached, and in which order. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { notFound, RefusedError } from "../app/refused_error.ts";
import {
  CHANNEL_KINDS,
  type ContactMethod,
  type UserAccount,
} from "../domain/people.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import { contactAddress } from "./contact_address.ts";
import type { ApiDeps } from "./deps.ts";
import { changeOf, id, idText, shownTime, text, time } from "../app/fields.ts";
import { type Given, given } from "../app/given.ts";
import { demandResponder } from "../app/references.ts";

const MOST_METHODS = 20;

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

const tag = "Responders";
const methodsPath = "/api/v1/responders/{id}/contact-methods";
const methodPath = `${methodsPath}/{method_id}` as const;
const params = z.object({ id: idText });
const methodParams = params.extend({ method_id: idText });

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
}

function addCreation(routes: Routes, deps: ApiDeps): void {
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
      deps.clock(),
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
}

function addChanges(routes: Routes, { store, clock }: ApiDeps): void {
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
        Given<z.output<typeof NewMethod>>
      >,
      problems: [409],
      answers: { 200: MethodDocument },
    }, async ({ params, body, principal }) => {
      const change = { params, body, by: principal.account, nowMs: clock() };
      const after = await store.transaction((tx) => changeMethod(tx, change));
      return ok(shownMethod(after));
    });
  }
}

async function changeMethod(
  tx: Repositories,
  { params, body, by, nowMs }: {
    params: z.output<typeof methodParams>;
    body: Given<z.output<typeof NewMethod>>;
    by: UserAccount;
    nowMs: number;
  },
): Promise<ContactMethod> {
  const before = await demandMethod(tx, params);
  const channel = body.channel ?? before.channel;
  // A changed channel makes another thing of the same address.
  const address = contactAddress(channel, body.address ?? before.address);
  const patch = { ...given(body), channel, address };
  const { id } = before;
  const after = await tx.responders.updateContactMethod(id, patch, nowMs);
  if (!after) throw notFound("contact method", id);
  await recordChange(tx, {
    by,
    action: "contact_method.update",
    objectId: id,
    before: shownMethod(before),
    after: shownMethod(after),
  }, nowMs);
  return after;
}

function addDeletion(routes: Routes, { store, clock }: ApiDeps): void {
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
