/** Logins: made and changed by admins, and what everybody may know and change of their own. */
import { z } from "@hono/zod-openapi";
import { authenticatePassword, isStorableEmail } from "../app/authenticate.ts";
import { changeAccount, deleteAccount } from "../app/change_account.ts";
import { insertAccount, prepareAccount } from "../app/create_account.ts";
import { checkPassword } from "../app/password_rules.ts";
import { hashPassword, LONGEST_PASSWORD } from "../app/passwords.ts";
import { invalid, notFound, RefusedError } from "../app/refused_error.ts";
import { ROLES, type UserAccount } from "../domain/people.ts";
import { addressKey } from "../http/client_address.ts";
import type { Principal } from "../http/edge_env.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import { demandResponder } from "./contact_methods.ts";
import type { ApiDeps } from "./directory.ts";
import {
  changeOf,
  email,
  id,
  idText,
  pageOf,
  pageQuery,
  shownPage,
  shownTime,
  time,
} from "./fields.ts";
import { given } from "./given.ts";
import { ResponderDocument, shownResponder } from "./responders.ts";

const tag = "Accounts";
const path = "/api/v1/responders/{id}/account";
const params = z.object({ id: idText });
// Length and guessability are judged where the rules are, with words for a person.
const password = z.string().min(1).max(LONGEST_PASSWORD);
const role = z.enum(ROLES);

const AccountDocument = z.object({
  id,
  responder_id: id,
  email: z.string(),
  role,
  enabled: z.boolean(),
  created_at: time,
  updated_at: time,
}).openapi("Account");

const MeDocument = AccountDocument.extend({
  effective_role: role.openapi({
    description: "Less than `role` where an API token is scoped to less.",
  }),
  authenticated_by: z.enum(["basic", "token", "session"]),
  responder: ResponderDocument,
}).openapi("Me");

export function addAccounts(routes: Routes, deps: ApiDeps): void {
  const { store, clock } = deps;

  routes.add({
    method: "get",
    path: "/api/v1/accounts",
    access: "admin",
    name: "listAccounts",
    tag,
    summary: "List all accounts",
    query: z.object(pageQuery),
    answers: { 200: pageOf(AccountDocument) },
  }, async ({ query }) => {
    const page = { page: query.page, pageSize: query.page_size };
    return ok(shownPage(await store.accounts.list(page), shownAccount));
  });

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
    const { account } = principal;
    checkPassword(body.new_password, {
      email: account.email,
      field: "new_password",
    });
    const proven = await authenticatePassword(deps, {
      email: account.email,
      password: body.current_password,
      addressKey: addressKey(c.get("clientAddress")),
    });
    if (!proven) {
      throw invalid("current_password", "The current password is not right.");
    }
    const passwordHash = await hashPassword(body.new_password);
    await store.transaction((tx) =>
      changeAccount(tx, { before: proven, patch: { passwordHash } }, {
        by: account,
        nowMs: clock(),
      })
    );
    return DONE;
  });

  routes.add(
    {
      method: "get",
      path,
      access: "admin",
      name: "getAccount",
      tag,
      summary: "Read a responder's account",
      params,
      answers: { 200: AccountDocument },
    },
    async ({ params }) =>
      ok(shownAccount(await demandAccount(store, params.id))),
  );

  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "createAccount",
    tag,
    summary: "Give a responder a login",
    params,
    body: z.object({
      email: email.optional().openapi({
        description: "Without it the responder's own address.",
      }),
      password,
      role: role.default("responder"),
    }).openapi("NewAccount"),
    idempotent: true,
    problems: [409],
    answers: { 201: AccountDocument },
  }, async ({ params, body, principal, c }) => {
    const wanted = {
      responderId: params.id,
      email: body.email ?? null,
      password: body.password,
      role: body.role,
    };
    const prepared = await prepareAccount(store, wanted);
    const row = { ...prepared, responderId: params.id, role: body.role };
    const answer = await deps.idempotency.create(
      c,
      clock(),
      async (tx, nowMs) =>
        shownAccount(
          await insertAccount(tx, row, { by: principal.account, nowMs }),
        ),
    );
    return created(answer.body);
  });

  routes.add({
    method: "patch",
    path,
    access: "admin",
    name: "updateAccount",
    tag,
    summary: "Change a responder's account",
    params,
    body: changeOf({ email, password, role, enabled: z.boolean() })
      .openapi("AccountChange"),
    problems: [409],
    answers: { 200: AccountDocument },
  }, async ({ params, body, principal }) => {
    const { password, ...rest } = body;
    const before = await demandAccount(store, params.id);
    const email = (body.email ?? before.email).toLowerCase();
    if (password !== undefined) {
      checkPassword(password, { email, field: "password" });
    }
    const patch = {
      ...given({ role: rest.role, enabled: rest.enabled }),
      ...(isStorableEmail(email) ? { email } : {}),
      ...(password === undefined
        ? {}
        : { passwordHash: await hashPassword(password) }),
    };
    const after = await store.transaction(async (tx) =>
      await changeAccount(
        tx,
        { before: await demandAccount(tx, params.id), patch },
        { by: principal.account, nowMs: clock() },
      )
    );
    return ok(shownAccount(after));
  });

  routes.add({
    method: "delete",
    path,
    access: "admin",
    name: "deleteAccount",
    tag,
    summary: "Take a responder's login away",
    params,
    problems: [409],
    answers: { 204: null },
  }, async ({ params, principal }) => {
    await store.transaction(async (tx) =>
      await deleteAccount(tx, await demandAccount(tx, params.id), {
        by: principal.account,
        nowMs: clock(),
      })
    );
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

function shownAccount(account: UserAccount) {
  return {
    id: account.id,
    responder_id: account.responderId,
    email: account.email,
    role: account.role,
    enabled: account.enabled,
    created_at: shownTime(account.createdAtMs),
    updated_at: shownTime(account.updatedAtMs),
  };
}

async function demandAccount(
  tx: Repositories,
  responderId: number,
): Promise<UserAccount> {
  await demandResponder(tx, responderId);
  const account = await tx.accounts.findByResponder(responderId);
  if (account) return account;
  throw new RefusedError(
    "not_found",
    "not_found",
    `Responder ${responderId} has no account.`,
  );
}
