/** One's own account: time zone, theme, password, sessions, API tokens. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { authenticatePassword } from "../app/authenticate.ts";
import { changeAccount } from "../app/change_account.ts";
import { createApiToken } from "../app/create_api_token.ts";
import { isTimeZone } from "../app/create_first_admin.ts";
import { endsAtMs } from "../app/login_sessions.ts";
import { checkPassword } from "../app/password_rules.ts";
import { hashPassword } from "../app/passwords.ts";
import { recordChange } from "../app/record_change.ts";
import { invalid, notFound } from "../app/refused_error.ts";
import { allows, type Role, ROLES } from "../domain/people.ts";
import { cleanLine } from "../domain/text.ts";
import { addressKey } from "../http/client_address.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { type FormErrors, formErrors, readPosted } from "./form.ts";
import { leaveNotice } from "./notice.ts";
import { showPage } from "./page.ts";
import { accountView } from "./view/account_view.ts";
import { timeZoneOptions } from "./view/time_zones.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

const DAY_MS = 86_400_000;
const MOST_TOKENS = 100;
const PATH = "/account";

/** Adds `/account` and its forms. */
export function addAccount(routes: Routes, deps: WebDeps): void {
  routes.page(
    PATH,
    "viewer",
    async (c: EdgeContext) => show(c, deps, await viewerOf(c, deps)),
  );
  addTimeZone(routes, deps);
  addPassword(routes, deps);
  addSessions(routes, deps);
  addTokens(routes, deps);
}

function addTimeZone(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/time-zone`, "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const timeZone = form.text("time_zone");
    const { nowMs } = viewer.view;
    try {
      if (!isTimeZone(timeZone)) {
        throw invalid("time_zone", "Choose a time zone from the list.");
      }
      await deps.store.transaction(async (tx) => {
        const { account } = c.get("principal");
        const before = await tx.responders.find(viewer.responderId);
        await tx.responders.update(viewer.responderId, { timeZone }, nowMs);
        await recordChange(tx, {
          by: account,
          action: "responder.update",
          objectId: viewer.responderId,
          before: { time_zone: before?.timeZone },
          after: { time_zone: timeZone },
        }, nowMs);
      });
    } catch (error) {
      return show(c, deps, viewer, { errors: formErrors(error, c) });
    }
    return done(c, deps, "Times are shown in the new zone now.");
  }, "post");
}

function addPassword(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/password`, "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { account: by } = c.get("principal");
    try {
      const wanted = form.exact("new_password");
      checkPassword(wanted, { email: by.email, field: "new_password" });
      const before = await authenticatePassword(deps, {
        email: by.email,
        password: form.exact("current_password"),
        addressKey: addressKey(c.get("clientAddress")),
      });
      if (!before) {
        throw invalid("current_password", "The current password is not right.");
      }
      const patch = { passwordHash: await hashPassword(wanted) };
      const { nowMs } = viewer.view;
      const keepSessionId = viewer.session.id;
      await deps.store.transaction((tx) =>
        changeAccount(tx, { before, patch }, { by, nowMs, keepSessionId })
      );
    } catch (error) {
      return show(c, deps, viewer, { errors: formErrors(error, c) });
    }
    return done(
      c,
      deps,
      "The new password is in force. All other sessions are logged out.",
    );
  }, "post");
}

function addSessions(routes: Routes, deps: WebDeps): void {
  routes.page(
    `${PATH}/sessions/others/end`,
    "viewer",
    async (c: EdgeContext) => {
      const { viewer } = await readPosted(c, deps);
      const { accountId, session } = viewer;
      await deps.store.sessions.deleteByAccount(accountId, session.id);
      return done(c, deps, "All other sessions are logged out.");
    },
    "post",
  );

  routes.page(`${PATH}/sessions/{id}/end`, "viewer", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const own = await deps.store.sessions.listByAccount(viewer.accountId);
    const session = own.find(({ id }) => String(id) === c.req.param("id"));
    // Somebody else's session is as good as not there.
    if (!session) throw notFound("session", Number(c.req.param("id")));
    await deps.store.sessions.delete(session.id);
    return done(c, deps, "That session is logged out.");
  }, "post");
}

function addTokens(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/tokens`, "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { account } = c.get("principal");
    const { nowMs } = viewer.view;
    const name = cleanLine(form.text("token_name"), 100);
    const days = Number(form.text("token_days"));
    try {
      if (name === "") {
        throw invalid("token_name", "Say what the token is for.");
      }
      const role = roleOf(form.text("token_role"));
      const expiresAtMs = days > 0 ? nowMs + days * DAY_MS : null;
      const { text } = await deps.store.transaction((tx) =>
        createApiToken(
          tx,
          { account, wanted: { name, role, expiresAtMs } },
          { randomBytes: deps.randomBytes, nowMs },
        )
      );
      return show(c, deps, viewer, { newToken: text, status: 201 });
    } catch (error) {
      return show(c, deps, viewer, {
        errors: formErrors(error, c),
        tokenName: name,
      });
    }
  }, "post");

  routes.page(
    `${PATH}/tokens/{id}/delete`,
    "viewer",
    async (c: EdgeContext) => {
      const { viewer } = await readPosted(c, deps);
      const { account: by } = c.get("principal");
      await deps.store.transaction(async (tx) => {
        const token = await tx.tokens.find(Number(c.req.param("id")));
        if (!token || token.accountId !== viewer.accountId) {
          throw notFound("API token", Number(c.req.param("id")));
        }
        await tx.tokens.delete(token.id);
        await recordChange(tx, {
          by,
          action: "api_token.delete",
          objectId: token.id,
          before: {
            name: token.name,
            role: token.role,
            token_id: token.tokenId,
          },
          after: null,
        }, viewer.view.nowMs);
      });
      return done(c, deps, "The token is worth nothing any more.");
    },
    "post",
  );
}

function roleOf(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (!role) throw invalid("token_role", "Choose a role.");
  return role;
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  viewer: Viewer,
  { errors = {}, newToken = "", tokenName = "", status }: {
    errors?: FormErrors;
    newToken?: string;
    tokenName?: string;
    status?: ContentfulStatusCode;
  } = {},
): Promise<Response> {
  const { store } = deps;
  const page = { page: 1, pageSize: MOST_TOKENS };
  const [sessions, tokens] = await Promise.all([
    store.sessions.listByAccount(viewer.accountId),
    store.tokens.list({ accountId: viewer.accountId }, page),
  ]);
  return showPage(c, deps, {
    template: "account",
    title: "Account",
    place: null,
    viewer,
    status: status ?? (Object.keys(errors).length > 0 ? 422 : 200),
    view: {
      ...accountView({
        sessions: sessions.filter((one) => endsAtMs(one) > viewer.view.nowMs),
        tokens: tokens.items,
        currentSessionId: viewer.session.id,
        view: viewer.view,
      }),
      errors,
      newToken,
      tokenName,
      roles: ROLES.filter((role) => allows(viewer.role, role))
        .map((value) => ({ value, label: value })),
      timeZones: timeZoneOptions(viewer.view.timeZone),
      timeZone: viewer.view.timeZone,
    },
  });
}

function done(c: EdgeContext, deps: WebDeps, text: string): Response {
  leaveNotice(c, { tone: "good", text }, deps.config);
  return c.redirect(PATH, 303);
}
