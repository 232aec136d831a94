/** Logins, made and changed by admins. */
import { z } from "@hono/zod-openapi";
import {
  changeAccount,
  deleteAccount,
  prepareChange,
} from "../app/accounts/change_account.ts";
import {
  insertAccount,
  prepareAccount,
} from "../app/accounts/create_account.ts";
import { LONGEST_PASSWORD } from "../app/accounts/passwords.ts";
import { RefusedError } from "../app/refused_error.ts";
import { ROLES, type UserAccount } from "../domain/responders/people.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
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
} from "../app/fields.ts";
import { demandResponder } from "../app/references.ts";

const tag = "Accounts";
const path = "/api/v1/responders/{id}/account";
const params = z.object({ id: idText });
/** Length and guessability are judged where the rules are, with words for a person. */
export const password = z.string().min(1).max(LONGEST_PASSWORD);
const role = z.enum(ROLES);

const NewAccount = z.object({
  email: email.optional().openapi({
    description: "Without it the responder's own address.",
  }),
  password,
  role: role.default("responder"),
}).openapi("NewAccount");

const AccountChange = changeOf({ email, password, role, enabled: z.boolean() })
  .openapi("AccountChange");

export const AccountDocument = z.object({
  id,
  responder_id: id,
  email: z.string(),
  role,
  enabled: z.boolean(),
  created_at: time,
  updated_at: time,
}).openapi("Account");

export function addAccounts(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addCreation(routes, deps);
  addChange(routes, deps);
  addDeletion(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
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
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "createAccount",
    tag,
    summary: "Give a responder a login",
    params,
    body: NewAccount,
    idempotent: true,
    problems: [409],
    answers: { 201: AccountDocument },
  }, async ({ params, body, principal: { account: by }, c }) => {
    const { password, role } = body;
    const wanted = { responderId: params.id, password, role };
    const email = body.email ?? null;
    const prepared = await prepareAccount(deps.store, { ...wanted, email });
    const row = { ...prepared, responderId: params.id, role };
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) =>
        shownAccount(await insertAccount(tx, row, { by, nowMs })),
    );
    return created(answer.body);
  });
}

function addChange(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "patch",
    path,
    access: "admin",
    name: "updateAccount",
    tag,
    summary: "Change a responder's account",
    params,
    body: AccountChange,
    problems: [409],
    answers: { 200: AccountDocument },
  }, async ({ params, body, principal: { account: by } }) => {
    const known = await demandAccount(store, params.id);
    const patch = await prepareChange(body, known.email);
    const nowMs = clock();
    const after = await store.transaction(async (tx) => {
      const before = await demandAccount(tx, params.id);
      return await changeAccount(tx, { before, patch }, { by, nowMs });
    });
    return ok(shownAccount(after));
  });
}

function addDeletion(routes: Routes, { store, clock }: ApiDeps): void {
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
  }, async ({ params, principal: { account: by } }) => {
    const nowMs = clock();
    await store.transaction(async (tx) => {
      const account = await demandAccount(tx, params.id);
      await deleteAccount(tx, account, { by, nowMs });
    });
    return DONE;
  });
}

/** Promises the account without anything of its password. */
export function shownAccount(account: UserAccount) {
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
  const message = `Responder ${responderId} has no account.`;
  throw new RefusedError("not_found", "not_found", message);
}
