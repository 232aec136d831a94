/** API tokens. Everybody makes and revokes their own; admins see and revoke all. */
import { z } from "@hono/zod-openapi";
import { createApiToken } from "../app/accounts/create_api_token.ts";
import {
  revokeApiToken,
  shownToken,
} from "../app/accounts/revoke_api_token.ts";
import { ROLES } from "../domain/responders/people.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import { demandPassword } from "./my_account.ts";
import type { ApiDeps } from "./deps.ts";
import {
  id,
  idText,
  instant,
  line,
  pageOf,
  pageQuery,
  shownPage,
  time,
} from "../app/fields.ts";

const tag = "API tokens";
const path = "/api/v1/api-tokens";

const TokenDocument = z.object({
  id,
  name: z.string(),
  masked_token: z.string().openapi({ example: "ppt_Ab12Cd34********" }),
  role: z.enum(ROLES),
  account_id: id,
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
}).openapi("ApiToken");

const NewTokenDocument = TokenDocument.extend({
  token: z.string().openapi({ description: "Shown this once." }),
}).openapi("ApiTokenWithText");

export function addApiTokens(routes: Routes, deps: ApiDeps): void {
  addList(routes, deps);
  addCreation(routes, deps);
  addRevocation(routes, deps);
}

function addList(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: "listApiTokens",
    tag,
    summary: "List one's own tokens; for admins all",
    query: z.object({ ...pageQuery, account_id: idText.optional() }),
    answers: { 200: pageOf(TokenDocument) },
  }, async ({ query, principal }) => {
    const accountId = principal.role === "admin"
      ? query.account_id
      : principal.account.id;
    const filter = accountId === undefined ? {} : { accountId };
    const page = { page: query.page, pageSize: query.page_size };
    return ok(shownPage(await store.tokens.list(filter, page), shownToken));
  });
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path,
    access: "viewer",
    name: "createApiToken",
    tag,
    summary: "Create a token; the answer holds its text, this once",
    body: z.object({
      name: line(100),
      role: z.enum(ROLES),
      expires_at: instant.nullable().default(null).openapi({
        description: "null: never.",
      }),
    }).openapi("NewApiToken"),
    idempotent: true,
    answers: { 201: NewTokenDocument },
  }, async ({ body, principal, c }) => {
    demandPassword(principal);
    const { name, role, expires_at: expiresAtMs } = body;
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const { token, text } = await createApiToken(tx, {
          account: principal.account,
          wanted: { name, role, expiresAtMs },
        }, { randomBytes: deps.randomBytes, nowMs });
        return { ...shownToken(token), token: text };
      },
    );
    return created(answer.body);
  });
}

function addRevocation(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "delete",
    path: `${path}/{id}`,
    access: "viewer",
    name: "deleteApiToken",
    tag,
    summary: "Revoke a token at once",
    params: z.object({ id: idText }),
    answers: { 204: null },
  }, async ({ params, principal }) => {
    const { account: by, role } = principal;
    await store.transaction((tx) =>
      revokeApiToken(tx, { id: params.id, by, role }, clock())
    );
    return DONE;
  });
}
