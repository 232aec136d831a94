/** What everybody may know and change of their own login. */
import { z } from "@hono/zod-openapi";
import { changeOwnPassword } from "../app/accounts/change_own_password.ts";
import { notFound, RefusedError } from "../app/refused_error.ts";
import { shownResponder } from "../app/responders/responder_fields.ts";
import { ROLES } from "../domain/responders/people.ts";
import { addressKey } from "../http/client_address.ts";
import type { Principal } from "../http/edge_env.ts";
import { DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import { AccountDocument, password, shownAccount } from "./accounts.ts";
import type { ApiDeps } from "./deps.ts";
import { ResponderDocument } from "./responders.ts";

const tag = "Accounts";

const MeDocument = AccountDocument.extend({
  effective_role: z.enum(ROLES).openapi({
    description: "Less than `role` where an API token is scoped to less.",
  }),
  authenticated_by: z.enum(["basic", "token", "session"]),
  responder: ResponderDocument,
}).openapi("Me");

export function addMyAccount(routes: Routes, deps: ApiDeps): void {
  addMe(routes, deps);
  addPasswordChange(routes, deps);
}

function addMe(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/accounts/me",
    access: "viewer",
    name: "getMe",
    tag,
    summary: "Who am I?",
    answers: { 200: MeDocument },
  }, async ({ principal }) => {
    const { account, role, via } = principal;
    const responder = await store.responders.find(account.responderId);
    if (!responder) throw notFound("responder", account.responderId);
    return ok({
      ...shownAccount(account),
      effective_role: role,
      authenticated_by: via,
      responder: shownResponder(responder),
    });
  });
}

function addPasswordChange(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: "/api/v1/accounts/me/password",
    access: "viewer",
    name: "changeMyPassword",
    tag,
    summary: "Change one's own password",
    body: z.object({ current_password: password, new_password: password }),
    answers: { 204: null },
  }, async ({ body, principal, c }) => {
    demandPassword(principal);
    await changeOwnPassword(deps, {
      account: principal.account,
      current: body.current_password,
      wanted: body.new_password,
      addressKey: addressKey(c.get("clientAddress")),
      keepSessionId: principal.session?.id ?? null,
    });
    return DONE;
  });
}

/** Throws unless a password or a session stands behind the request: a stolen token must not make itself permanent. */
export function demandPassword(principal: Principal): void {
  if (principal.via !== "token") return;
  throw new RefusedError(
    "forbidden",
    "token_not_allowed",
    "An API token cannot do this. Log in with e-mail address and password.",
  );
}
