/** Showing with a code that a contact method reaches its person. */
import { z } from "@hono/zod-openapi";
import { confirmVerification } from "../app/responders/confirm_verification.ts";
import {
  demandMethod,
  shownMethod,
} from "../app/responders/contact_methods.ts";
import { demandContactRights } from "../app/responders/contact_rights.ts";
import { shownTime, time } from "../app/fields.ts";
import { sendVerification } from "../app/responders/send_verification.ts";
import { VERIFICATION } from "../domain/responders/verification.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import {
  askerOf,
  keyOf,
  MethodDocument,
  methodParams,
  methodPath,
} from "./contact_methods.ts";
import type { ApiDeps } from "./deps.ts";

const tag = "Responders";
const path = `${methodPath}/verification` as const;
const { digits, tries, validMinutes } = VERIFICATION;

const Sent = z.object({ expires_at: time }).openapi("SentCode");

export function addContactVerification(routes: Routes, deps: ApiDeps): void {
  addSending(routes, deps);
  addConfirmation(routes, deps);
}

function addSending(routes: Routes, { store, immediate }: ApiDeps): void {
  routes.add({
    method: "post",
    path,
    access: "responder",
    name: "sendContactMethodCode",
    tag,
    summary: "Send a code to a contact method",
    description:
      `Sends ${digits} digits that are good for ${validMinutes} minutes. An earlier code is void then.`,
    params: methodParams,
    problems: [409, 429],
    answers: { 202: Sent },
  }, async ({ params, principal }) => {
    const key = keyOf(params);
    demandContactRights(askerOf(principal), key.responderId);
    const method = await demandMethod(store, key);
    const by = principal.account;
    const { expiresAtMs } = await sendVerification(immediate, { method, by });
    return {
      status: 202 as const,
      body: { expires_at: shownTime(expiresAtMs) },
    };
  });
}

function addConfirmation(routes: Routes, { immediate }: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${path}/confirm`,
    access: "responder",
    name: "confirmContactMethodCode",
    tag,
    summary: "Type in the code that a contact method has received",
    description: `A code takes ${tries} tries, right or wrong.`,
    params: methodParams,
    body: z.object({
      code: z.string().max(50).openapi({ example: "204681" }),
    }),
    problems: [409],
    answers: { 200: MethodDocument },
  }, async ({ params, body, principal }) => {
    const key = keyOf(params);
    demandContactRights(askerOf(principal), key.responderId);
    const typed = { key, code: body.code, by: principal.account };
    return ok(shownMethod(await confirmVerification(immediate, typed)));
  });
}
