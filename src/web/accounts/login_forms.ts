/** The login of a responder, given, changed and taken away by an admin. */
import {
  changeAccount,
  deleteAccount,
  prepareChange,
} from "../../app/accounts/change_account.ts";
import {
  insertAccount,
  prepareAccount,
} from "../../app/accounts/create_account.ts";
import { email } from "../../app/fields.ts";
import { z } from "zod";
import {
  type Role,
  ROLES,
  type UserAccount,
} from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { showConfirm } from "../confirm_page.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type Ask, showEdit } from "../edit_page.ts";
import { type Form, type FormErrors, readPosted } from "../form.ts";
import { found, parseFields } from "../posted.ts";
import { demandResponder } from "../responders/responders.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/responders/{id}/account";
const Login = z.object({ email, role: z.enum(ROLES), enabled: z.boolean() });

interface Values {
  email: string;
  role: string;
  enabled: boolean;
}

/** Adds `/responders/{id}/account` and its deletion. */
export function addLoginForms(routes: Routes, deps: WebDeps): void {
  routes.page(
    PATH,
    "admin",
    async (c: EdgeContext) =>
      show(c, deps, { viewer: await viewerOf(c, deps) }),
  );

  routes.page(PATH, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { id, name } = await demandResponder(c, deps);
    const known = await deps.store.accounts.findByResponder(id);
    const values = valuesOf(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const password = form.exact("password");
        if (known) await change(c, deps, { known, values, password });
        else await create(c, deps, { responderId: id, values, password });
        const said = known
          ? `The login of ${name} is saved.`
          : `${name} can log in as ${values.email}. Tell them the password; they change it on their account page.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => show(c, deps, { viewer, values, errors }),
    });
  }, "post");

  addDeletion(routes, deps);
}

async function create(
  c: EdgeContext,
  { store, clock }: WebDeps,
  { responderId, values, password }: {
    responderId: number;
    values: Values;
    password: string;
  },
): Promise<void> {
  const { email, role } = parseFields(Login, values);
  const wanted = { responderId, email, role, password };
  const row = { ...await prepareAccount(store, wanted), responderId, role };
  const by = c.get("principal").account;
  const nowMs = clock();
  await store.transaction((tx) => insertAccount(tx, row, { by, nowMs }));
}

async function change(
  c: EdgeContext,
  { store, clock }: WebDeps,
  { known, values, password }: {
    known: UserAccount;
    values: Values;
    password: string;
  },
): Promise<void> {
  const fields = parseFields(Login, values);
  const wish = password === "" ? fields : { ...fields, password };
  const patch = await prepareChange(wish, known.email);
  const by = c.get("principal").account;
  const own = known.id === by.id ? c.get("principal").session?.id : undefined;
  const nowMs = clock();
  await store.transaction(async (tx) => {
    const before = found(await tx.accounts.find(known.id), "account");
    const wanted = { before, patch, keepSessionId: own ?? null };
    await changeAccount(tx, wanted, { by, nowMs });
  });
}

function addDeletion(routes: Routes, deps: WebDeps): void {
  const showIt = async (
    c: EdgeContext,
    viewer: Viewer,
    errors: FormErrors = {},
  ) => {
    const { id, name } = await demandResponder(c, deps);
    const account = await deps.store.accounts.findByResponder(id);
    const { email } = found(account, "login");
    return showConfirm(c, deps, {
      viewer,
      page: {
        place: "responders",
        crumbs: crumbs(id, name),
        title: `Delete the login ${email}`,
        lead:
          `${name} is logged out everywhere and their API tokens stop working. They are still paged.`,
        action: `/responders/${id}/account/delete`,
        cancelHref: `/responders/${id}/account`,
        errors,
      },
    });
  };

  routes.page(
    `${PATH}/delete`,
    "admin",
    async (c: EdgeContext) => showIt(c, await viewerOf(c, deps)),
  );

  routes.page(`${PATH}/delete`, "admin", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const { id, name } = await demandResponder(c, deps);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const nowMs = deps.clock();
        await deps.store.transaction(async (tx) => {
          const account = found(await tx.accounts.findByResponder(id), "login");
          await deleteAccount(tx, account, { by, nowMs });
        });
        const said = `The login of ${name} is deleted.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => showIt(c, viewer, errors),
    });
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { viewer, values, errors = {} }: {
    viewer: Viewer;
    values?: Values;
    errors?: FormErrors;
  },
): Promise<Response> {
  const { id, name, email } = await demandResponder(c, deps);
  const account = await deps.store.accounts.findByResponder(id);
  const nothing = { email, role: "responder", enabled: true };
  const path = `/responders/${id}/account`;
  return showEdit(c, deps, {
    viewer,
    page: {
      place: "responders",
      crumbs: crumbs(id, name),
      title: account ? `Login of ${name}` : `Give ${name} a login`,
      lead: account
        ? "A new password, or switching the login off, logs them out everywhere."
        : "Without a login they are paged and answer from the link in the page.",
      action: path,
      asks: asks(values ?? account ?? nothing, account !== null),
      submit: account ? "Save" : "Make the login",
      cancelHref: `/responders/${id}`,
      ...(account
        ? {
          apart: {
            text: "Without a login they are still paged.",
            href: `${path}/delete`,
            label: "Delete the login",
          },
        }
        : {}),
      errors,
    },
  });
}

const ROLE_WORDS: Record<Role, string> = {
  viewer: "Viewer: sees everything, changes nothing",
  responder: "Responder: also acts on incidents",
  admin: "Admin: everything",
};

/** Promises the roles up to `most` as options. */
export function roleOptions(roles: readonly Role[] = ROLES) {
  return roles.map((value) => ({ value, label: ROLE_WORDS[value] }));
}

function asks(values: Values, exists: boolean): Ask[] {
  const base: Ask[] = [
    {
      name: "email",
      label: "E-mail address to log in with",
      type: "email",
      value: values.email,
      required: true,
      maxlength: 254,
      autocomplete: "off",
    },
    {
      name: "role",
      label: "Role",
      value: values.role,
      options: roleOptions(),
    },
    {
      name: "password",
      label: exists ? "New password (empty: stays as it is)" : "Password",
      help:
        "At least 12 characters. Several words that do not belong together are good.",
      type: "password",
      required: !exists,
      maxlength: 1_024,
      autocomplete: "new-password",
    },
  ];
  if (!exists) return base;
  return [...base, {
    name: "enabled",
    label: "They may log in",
    type: "check",
    checked: values.enabled,
  }];
}

function valuesOf(form: Form): Values {
  return {
    email: form.text("email"),
    role: form.text("role"),
    enabled: form.has("enabled"),
  };
}

function crumbs(id: number, name: string) {
  return [
    { label: "Responders", href: "/responders" },
    { label: name, href: `/responders/${id}` },
  ];
}
