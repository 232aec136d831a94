/** Pages that page for nothing: by one contact method, or by all that a critical alert would use. */
import { z } from "@hono/zod-openapi";
import { demandMethod } from "../app/responders/contact_methods.ts";
import { demandContactRights } from "../app/responders/contact_rights.ts";
import { id } from "../app/fields.ts";
import { pageMe } from "../app/delivery/page_me.ts";
import { sendTestPage } from "../app/delivery/send_test_page.ts";
import { CHANNEL_KINDS } from "../domain/responders/people.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { SendResult } from "../ports/channel.ts";
import { askerOf, keyOf, methodParams, methodPath } from "./contact_methods.ts";
import type { ApiDeps } from "./deps.ts";

const outcome = z.enum(["sent", "retry", "permanent"]).openapi({
  description:
    "`sent`: the provider has taken it; `retry`: it may work later; `permanent`: it will not.",
});
const error = z.string().nullable().openapi({
  description: "The provider's own words where it was not taken.",
});

const Result = z.object({ outcome, error }).openapi("TestPageResult");

const PagedNow = z.object({
  contact_method_id: id,
  channel: z.enum(CHANNEL_KINDS),
  address: z.string(),
  after_minutes: z.array(z.number()).openapi({
    description: "When a critical alert would use it.",
  }),
  outcome,
  error,
}).openapi("PagedNow");

export function addTestPages(routes: Routes, deps: ApiDeps): void {
  addMethodTest(routes, deps);
  addPageMe(routes, deps);
}

function addMethodTest(routes: Routes, { store, immediate }: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${methodPath}/test`,
    access: "responder",
    name: "testContactMethod",
    tag: "Responders",
    summary: "Send a test page by a contact method",
    params: methodParams,
    problems: [409, 429],
    answers: { 200: Result },
  }, async ({ params, principal }) => {
    const key = keyOf(params);
    demandContactRights(askerOf(principal), key.responderId);
    const method = await demandMethod(store, key);
    const by = principal.account;
    return ok(shownResult(await sendTestPage(immediate, { method, by })));
  });
}

function addPageMe(routes: Routes, { immediate }: ApiDeps): void {
  routes.add({
    method: "post",
    path: "/api/v1/accounts/me/page",
    access: "responder",
    name: "pageMe",
    tag: "Accounts",
    summary: "Page myself now, as a critical alert would",
    description:
      "One page by each contact method that the rules for high urgency name, all at once and without their delays.",
    problems: [409, 429],
    answers: { 200: z.object({ items: z.array(PagedNow) }) },
  }, async ({ principal }) => {
    const paged = await pageMe(immediate, principal.account);
    return ok({
      items: paged.map(({ method, afterMs, result }) => ({
        contact_method_id: method.id,
        channel: method.channel,
        address: method.address,
        after_minutes: afterMs.map((ms) => ms / 60_000),
        ...shownResult(result),
      })),
    });
  });
}

function shownResult(result: SendResult): z.output<typeof Result> {
  const error = result.outcome === "sent" ? null : result.error;
  return { outcome: result.outcome, error };
}
