/** The first start: whoever opens PagerPal while there is no account makes the first one. */
import {
  createFirstAdmin,
  isUnclaimed,
} from "../../app/accounts/create_first_admin.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type FormErrors, formErrors, readForm } from "../form.ts";
import { enter } from "./login.ts";
import { leaveNotice } from "../notice.ts";
import { timeZoneOptions } from "../view/time_zones.ts";
import { showAlone, visitorBinding } from "../page.ts";

/** Adds `/setup`, which leads to the login as soon as there is an account. */
export function addSetup(routes: Routes, deps: WebDeps): void {
  routes.page("/setup", "public", async (c: EdgeContext) => {
    if (!await isUnclaimed(deps.store)) return c.redirect("/login", 303);
    return show(c, deps, {});
  });

  routes.page("/setup", "public", async (c: EdgeContext) => {
    const form = await readForm(c, deps, visitorBinding(c, deps));
    if (!await isUnclaimed(deps.store)) return c.redirect("/login", 303);
    const values = {
      name: form.text("name"),
      email: form.text("email"),
      timeZone: form.text("time_zone"),
    };
    try {
      const password = form.exact("password");
      const account = await createFirstAdmin(
        deps.store,
        { ...values, password },
        deps.clock(),
      );
      await enter(c, deps, account);
    } catch (error) {
      return show(c, deps, { values, errors: formErrors(error, c) });
    }
    leaveNotice(c, {
      tone: "good",
      text: "Welcome. Next: make a team, a schedule and an alert source.",
    }, deps.config);
    return c.redirect("/dashboard", 303);
  }, "post");
}

function show(
  c: EdgeContext,
  deps: WebDeps,
  { values = { timeZone: "UTC" }, errors = {} }: {
    values?: { name?: string; email?: string; timeZone: string };
    errors?: FormErrors;
  },
): Response {
  return showAlone(c, deps, {
    template: "setup",
    title: "Welcome",
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: { values, errors, timeZones: timeZoneOptions(values.timeZone) },
  });
}
