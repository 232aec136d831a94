/** One's own account: who one is, how one is reached, what one logs in with, and from where. */
import { endsAtMs } from "../../app/accounts/login_sessions.ts";
import { allows, ROLES } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { contactsView } from "../responders/contacts_view.ts";
import { readCookie } from "../cookies.ts";
import type { WebDeps } from "../deps.ts";
import type { Ask } from "../edit_page.ts";
import type { FormErrors } from "../form.ts";
import { roleOptions } from "./login_forms.ts";
import { showPage } from "../page.ts";
import { notifyAsk, timeZoneAsk } from "../responders/responder_forms.ts";
import { accountView } from "../view/account_view.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const MOST_TOKENS = 100;

/** Which of the page's forms was sent, with what, and what was wrong with it. */
export interface Refused {
  form: "profile" | "email" | "password" | "token";
  values: Record<string, string>;
  errors: FormErrors;
}

/** How long a token may be used, days; 0 for ever. */
export const EXPIRIES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "0", label: "Ever, until it is revoked" },
];

/** Adds `GET /account`. */
export function addAccount(routes: Routes, deps: WebDeps): void {
  routes.page(
    "/account",
    "viewer",
    (c: EdgeContext) => showAccount(c, deps, {}),
  );
}

/** Promises the page; `newToken` is the text of a token that was just made, shown this once. */
export async function showAccount(
  c: EdgeContext,
  deps: WebDeps,
  { refused = null, newToken = null }: {
    refused?: Refused | null;
    newToken?: { name: string; text: string } | null;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const { store } = deps;
  const responder = await store.responders.find(viewer.responderId);
  const sessions = await store.sessions.listByAccount(viewer.accountId);
  const tokens = await store.tokens.list(
    { accountId: viewer.accountId },
    { page: 1, pageSize: MOST_TOKENS },
  );
  const of = (form: Refused["form"]) => refused?.form === form ? refused : null;
  const theme = readCookie(c, "theme", deps.config);
  return showPage(c, deps, {
    template: "account",
    title: "Your account",
    place: null,
    viewer,
    status: refused ? 422 : newToken ? 201 : 200,
    view: {
      newToken,
      refused: refused?.form ?? "",
      errors: refused?.errors ?? {},
      contacts: await contactsView(deps, viewer.responderId, viewer),
      theme: theme === "light" || theme === "dark" ? theme : "auto",
      forms: {
        profile: profileAsks(
          of("profile")?.values ?? {
            name: viewer.name,
            time_zone: viewer.view.timeZone,
            notify_on_resolve: responder?.notifyOnResolve ? "yes" : "",
          },
        ),
        email: emailAsks(of("email")?.values ?? { email: viewer.email }),
        password: passwordAsks(),
        token: tokenAsks(of("token")?.values ?? {}, viewer),
      },
      ...accountView({
        sessions: sessions.filter((one) => endsAtMs(one) > viewer.view.nowMs),
        tokens: tokens.items,
        currentSessionId: viewer.session.id,
        view: viewer.view,
      }),
    },
  });
}

type Values = Record<string, string>;

function profileAsks(values: Values): Ask[] {
  return [
    {
      name: "name",
      label: "Name",
      value: values.name ?? "",
      required: true,
      maxlength: 100,
      autocomplete: "name",
    },
    timeZoneAsk(values.time_zone ?? ""),
    {
      ...notifyAsk(values.notify_on_resolve === "yes"),
      label: "Tell me when an incident I was paged for is resolved",
    },
  ];
}

function emailAsks(values: Values): Ask[] {
  return [
    {
      name: "email",
      label: "E-mail address",
      type: "email",
      value: values.email ?? "",
      required: true,
      maxlength: 254,
      autocomplete: "username",
    },
    currentAsk("email_current_password"),
  ];
}

function passwordAsks(): Ask[] {
  return [currentAsk("current_password"), {
    name: "new_password",
    label: "New password",
    help:
      "At least 12 characters. Several words that do not belong together are good.",
    type: "password",
    required: true,
    minlength: 12,
    maxlength: 1_024,
    autocomplete: "new-password",
  }];
}

function currentAsk(name: string): Ask {
  return {
    name,
    label: "Current password",
    type: "password",
    required: true,
    maxlength: 1_024,
    autocomplete: "current-password",
  };
}

function tokenAsks(values: Values, { role }: Viewer): Ask[] {
  return [
    {
      name: "token_name",
      label: "What it is for",
      help: "As Terraform, or wall screen.",
      value: values.token_name ?? "",
      required: true,
      maxlength: 100,
      autocomplete: "off",
    },
    {
      name: "token_role",
      label: "It may do what this role may",
      value: values.token_role ?? "viewer",
      options: roleOptions(ROLES.filter((one) => allows(role, one))),
    },
    {
      name: "token_days",
      label: "It works for",
      value: values.token_days ?? "90",
      options: EXPIRIES,
    },
  ];
}
