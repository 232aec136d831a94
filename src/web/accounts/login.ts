/** Logging in and out, and the theme, which is the browser's and not the account's. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { authenticatePassword } from "../../app/accounts/authenticate.ts";
import { isUnclaimed } from "../../app/accounts/create_first_admin.ts";
import { beginSession, endSession } from "../../app/accounts/login_sessions.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import { addressKey } from "../../http/client_address.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { showAgain, unpackAgain } from "../again.ts";
import { dropCookie, readCookie, writeCookie } from "../cookies.ts";
import type { WebDeps } from "../deps.ts";
import {
  type FormErrors,
  formErrors,
  localPath,
  readForm,
  readPosted,
} from "../form.ts";
import { showAlone, visitorBinding } from "../page.ts";
import { sessionAuthenticator } from "./session_authenticator.ts";
import { bindingOf } from "../viewer.ts";

const HOME = "/dashboard";
const WRONG =
  "The e-mail address or the password is not right. Check both and try again.";

/** Adds `/`, `/login`, `/logout` and `/theme`. */
export function addLogin(routes: Routes, deps: WebDeps): void {
  const authenticate = sessionAuthenticator(deps);

  routes.page("/", "public", (c) => c.redirect(HOME, 303));

  routes.page("/login", "public", async (c: EdgeContext) => {
    if (await isUnclaimed(deps.store)) return c.redirect("/setup", 303);
    const next = localPath(c.req.query("next") ?? "", HOME);
    const who = await authenticate(c);
    if (who !== "absent" && who !== "wrong") return c.redirect(next, 303);
    return showLogin(c, deps, { next });
  });

  routes.page("/login", "public", async (c: EdgeContext) => {
    const form = await readForm(c, deps, visitorBinding(c, deps));
    const next = localPath(form.text("next"), HOME);
    const again = form.text("again");
    const email = form.text("email");
    const refuse = (errors: FormErrors, status: ContentfulStatusCode) =>
      showLogin(c, deps, { next, again, email, errors, status });
    let account: UserAccount | null;
    try {
      account = await authenticatePassword(deps, {
        email,
        password: form.exact("password"),
        addressKey: addressKey(c.get("clientAddress")),
      });
    } catch (error) {
      return refuse(formErrors(error, c), 429);
    }
    if (!account) return refuse({ "": WRONG }, 422);
    const { session } = await enter(c, deps, account);
    const unsent = unpackAgain(again);
    if (!unsent) return c.redirect(next, 303);
    return showAgain(c, deps, {
      ...unsent,
      reason: "You are logged in again. Nothing was sent yet.",
      binding: bindingOf({ session }),
    });
  }, "post");

  routes.page("/logout", "viewer", async (c: EdgeContext) => {
    await readPosted(c, deps);
    const token = readCookie(c, "session", deps.config);
    if (token !== null) await endSession(deps, token);
    dropCookie(c, "session", deps.config);
    return c.redirect("/login", 303);
  }, "post");

  routes.page("/theme", "viewer", async (c: EdgeContext) => {
    const { form } = await readPosted(c, deps);
    const theme = form.text("theme");
    if (theme === "light" || theme === "dark") {
      writeCookie(c, { name: "theme", value: theme }, deps.config);
    } else {
      dropCookie(c, "theme", deps.config);
    }
    return c.redirect(localPath(form.text("back"), HOME), 303);
  }, "post");
}

/** Begins a session for the account in this browser, and ends the one it had. */
export async function enter(
  c: EdgeContext,
  deps: WebDeps,
  account: UserAccount,
) {
  const begun = await beginSession(deps, {
    account,
    replaces: readCookie(c, "session", deps.config),
    address: c.get("clientAddress"),
    userAgent: c.req.header("user-agent") ?? "",
  });
  const { token: value } = begun;
  writeCookie(c, { name: "session", value }, deps.config);
  dropCookie(c, "visitor", deps.config);
  return begun;
}

/** Promises the login page; `again` holds a form to be sent after it. */
export function showLogin(
  c: EdgeContext,
  deps: WebDeps,
  { next = HOME, again = "", email = "", errors = {}, status = 200 }: {
    next?: string;
    again?: string;
    email?: string;
    errors?: FormErrors;
    status?: ContentfulStatusCode;
  },
): Response {
  return showAlone(c, deps, {
    template: "login",
    title: "Log in",
    status,
    view: { next, again, email, errors },
  });
}
