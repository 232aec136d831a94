/** What one changes of one's own account. */
import { z } from "zod";
import { changeOwnEmail } from "../../app/accounts/change_own_email.ts";
import { changeOwnPassword } from "../../app/accounts/change_own_password.ts";
import { createApiToken } from "../../app/accounts/create_api_token.ts";
import {
  endOtherSessions,
  endOwnSession,
} from "../../app/accounts/end_sessions.ts";
import { email, line } from "../../app/fields.ts";
import { updateRow } from "../../app/resource.ts";
import { responderResource } from "../../app/responders/responder_fields.ts";
import { revokeApiToken } from "../../app/accounts/revoke_api_token.ts";
import { ROLES } from "../../domain/responders/people.ts";
import { addressKey } from "../../http/client_address.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { EXPIRIES, type Refused, showAccount } from "./account.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { leaveNotice } from "../notice.ts";
import { parseFields, pathId } from "../posted.ts";
import { counted } from "../view/plural.ts";

const DAY_MS = 86_400_000;
const HERE = "/account";

const Email = z.object({ email });
const Token = z.object({
  token_name: line(100),
  token_role: z.enum(ROLES),
  token_days: z.enum(EXPIRIES.map(({ value }) => value)),
});

/** Adds the forms below `/account`. */
export function addAccountForms(routes: Routes, deps: WebDeps): void {
  addProfile(routes, deps);
  addEmail(routes, deps);
  addPassword(routes, deps);
  addSessions(routes, deps);
  addTokens(routes, deps);
}

function addProfile(routes: Routes, deps: WebDeps): void {
  routes.page("/account/profile", "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(responderResource.change, {
          name: form.text("name"),
          time_zone: form.text("time_zone"),
          notify_on_resolve: form.has("notify_on_resolve"),
        });
        const nowMs = deps.clock();
        const { responderId: id } = viewer;
        await deps.store.transaction((tx) =>
          updateRow(tx, { resource: responderResource, id, fields, by, nowMs })
        );
        return { to: HERE, said: "Your name and time zone are saved." };
      },
      again: again(c, deps, "profile", form),
    });
  }, "post");
}

function addEmail(routes: Routes, deps: WebDeps): void {
  routes.page("/account/email", "viewer", async (c: EdgeContext) => {
    const { form } = await readPosted(c, deps);
    const { account } = c.get("principal");
    return await doneOrAgain(c, deps, {
      work: async () => {
        const { email } = parseFields(Email, { email: form.text("email") });
        await changeOwnEmail(deps, {
          account,
          wanted: email,
          current: form.exact("email_current_password"),
          addressKey: addressKey(c.get("clientAddress")),
        });
        return { to: HERE, said: `From now on you log in as ${email}.` };
      },
      again: (errors) => {
        // Two forms of the page ask for the current password.
        const { current_password: wrong, ...rest } = errors;
        const named = wrong === undefined
          ? rest
          : { ...rest, email_current_password: wrong };
        return again(c, deps, "email", form)(named);
      },
    });
  }, "post");
}

function addPassword(routes: Routes, deps: WebDeps): void {
  routes.page("/account/password", "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { account } = c.get("principal");
    return await doneOrAgain(c, deps, {
      work: async () => {
        await changeOwnPassword(deps, {
          account,
          current: form.exact("current_password"),
          wanted: form.exact("new_password"),
          addressKey: addressKey(c.get("clientAddress")),
          keepSessionId: viewer.session.id,
        });
        const said =
          "The new password is in force. All other sessions are logged out.";
        return { to: HERE, said };
      },
      again: again(c, deps, "password", form),
    });
  }, "post");
}

function addSessions(routes: Routes, deps: WebDeps): void {
  routes.page("/account/sessions/others/end", "viewer", async (c) => {
    const { viewer } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const ended = await deps.store.transaction((tx) =>
      endOtherSessions(tx, { keepId: viewer.session.id, by }, deps.clock())
    );
    const text = `${counted(ended, "other browser")} logged out.`;
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(HERE, 303);
  }, "post");

  routes.page("/account/sessions/{id}/end", "viewer", async (c) => {
    await readPosted(c, deps);
    const by = c.get("principal").account;
    await deps.store.transaction((tx) =>
      endOwnSession(tx, { id: pathId(c), by }, deps.clock())
    );
    const text = "That browser is logged out.";
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(HERE, 303);
  }, "post");
}

function addTokens(routes: Routes, deps: WebDeps): void {
  routes.page("/account/tokens", "viewer", async (c: EdgeContext) => {
    const { form } = await readPosted(c, deps);
    const { account } = c.get("principal");
    try {
      const values = parseFields(Token, valuesOf(form));
      const { token_name: name, token_role: role } = values;
      const days = Number(values.token_days);
      const nowMs = deps.clock();
      const expiresAtMs = days === 0 ? null : nowMs + days * DAY_MS;
      const wanted = { name, role, expiresAtMs };
      const outside = { randomBytes: deps.randomBytes, nowMs };
      const { text } = await deps.store.transaction((tx) =>
        createApiToken(tx, { account, wanted }, outside)
      );
      // No redirect: the text is kept nowhere that the next page could read it from.
      return await showAccount(c, deps, { newToken: { name, text } });
    } catch (error) {
      const { role, ...rest } = formErrors(error, c);
      const errors = role === undefined ? rest : { ...rest, token_role: role };
      return again(c, deps, "token", form)(errors);
    }
  }, "post");

  routes.page("/account/tokens/{id}/delete", "viewer", async (c) => {
    await readPosted(c, deps);
    const { account: by, role } = c.get("principal");
    const { name } = await deps.store.transaction((tx) =>
      revokeApiToken(tx, { id: pathId(c), by, role }, deps.clock())
    );
    const text = `The token ${name} is revoked.`;
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(HERE, 303);
  }, "post");
}

function again(
  c: EdgeContext,
  deps: WebDeps,
  name: Refused["form"],
  form: Form,
): (errors: FormErrors) => Promise<Response> {
  return (errors) =>
    showAccount(c, deps, {
      refused: { form: name, values: valuesOf(form), errors },
    });
}

function valuesOf(form: Form): Record<string, string> {
  return Object.fromEntries(
    form.entries().map(([name, value]) => [name, value.trim()]),
  );
}
