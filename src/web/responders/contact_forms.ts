/** Contact methods: added, changed, switched on and off, tried out, deleted. By admins, and by everybody for themselves. */
import {
  changeContactMethod,
  deleteContactMethod,
} from "../../app/responders/contact_methods.ts";
import { sendTestPage } from "../../app/delivery/send_test_page.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { showConfirm } from "../confirm_page.ts";
import { addContactMethodForm } from "./contact_method_form.ts";
import { methodName } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { formErrors, readPosted } from "../form.ts";
import { leaveNotice } from "../notice.ts";
import { crumbs, demandOwn, methodOf } from "./own_contact.ts";
import { pathId } from "../posted.ts";
import { testPageWords } from "../view/test_page_words.ts";
import { viewerOf } from "../viewer.ts";

const PATH = "/responders/{id}/contact-methods";

/** Adds the forms below `/responders/{id}/contact-methods`. */
export function addContactForms(routes: Routes, deps: WebDeps): void {
  addContactMethodForm(routes, deps);
  addSwitch(routes, deps);
  addTest(routes, deps);
  addDeletion(routes, deps);
}

function addSwitch(routes: Routes, deps: WebDeps): void {
  for (const enabled of [true, false]) {
    const verb = enabled ? "enable" : "disable";
    routes.page(
      `${PATH}/{method}/${verb}`,
      "responder",
      async (c: EdgeContext) => {
        const { viewer } = await readPosted(c, deps);
        const { id } = await demandOwn(c, deps, viewer);
        const by = c.get("principal").account;
        const key = { responderId: id, methodId: pathId(c, "method") };
        const nowMs = deps.clock();
        const method = await deps.store.transaction((tx) =>
          changeContactMethod(tx, { key, fields: { enabled } }, { by, nowMs })
        );
        const text = `${await methodName(method)} is switched ${
          enabled ? "on" : "off"
        }.`;
        leaveNotice(c, { tone: "good", text }, deps.config);
        return c.redirect(`/responders/${id}`, 303);
      },
      "post",
    );
  }
}

function addTest(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/{method}/test`, "responder", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const { id } = await demandOwn(c, deps, viewer);
    const by = c.get("principal").account;
    const method = await methodOf(c, deps);
    leaveNotice(c, await tryOut(c, deps, { method, by }), deps.config);
    return c.redirect(`/responders/${id}`, 303);
  }, "post");
}

/** Promises what became of a test page, as a notice; a refusal is one too. */
export async function tryOut(
  c: EdgeContext,
  deps: WebDeps,
  wanted: Parameters<typeof sendTestPage>[1],
) {
  try {
    const result = await sendTestPage(deps.immediate, wanted);
    const { channel } = wanted.method;
    const provider = deps.providers().find((one) => one.channel === channel)
      ?.provider ?? "";
    return testPageWords(result, { ...wanted.method, provider });
  } catch (error) {
    const text = formErrors(error, c)[""] ?? "The test page was not sent.";
    return { tone: "bad" as const, text };
  }
}

function addDeletion(routes: Routes, deps: WebDeps): void {
  routes.page(
    `${PATH}/{method}/delete`,
    "responder",
    async (c: EdgeContext) => {
      const viewer = await viewerOf(c, deps);
      const { id, name } = await demandOwn(c, deps, viewer);
      const method = await methodOf(c, deps);
      const rules = (await deps.store.responders.contactRules(id))
        .filter((rule) => rule.contactMethodId === method.id).length;
      const lead = rules === 0
        ? "No rule uses it."
        : `${rules === 1 ? "One rule uses it" : `${rules} rules use it`}, and ${
          rules === 1 ? "goes" : "go"
        } with it.`;
      return showConfirm(c, deps, {
        viewer,
        page: {
          place: "responders",
          crumbs: crumbs(id, name),
          title: `Delete ${await methodName(method)}`,
          lead,
          action: `/responders/${id}/contact-methods/${method.id}/delete`,
          cancelHref: `/responders/${id}`,
        },
      });
    },
  );

  routes.page(
    `${PATH}/{method}/delete`,
    "responder",
    async (c: EdgeContext) => {
      const { viewer } = await readPosted(c, deps);
      const { id } = await demandOwn(c, deps, viewer);
      const by = c.get("principal").account;
      const method = await methodOf(c, deps);
      const key = { responderId: id, methodId: method.id };
      const nowMs = deps.clock();
      await deps.store.transaction((tx) =>
        deleteContactMethod(tx, key, { by, nowMs })
      );
      const text = `${await methodName(method)} is deleted.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/responders/${id}`, 303);
    },
    "post",
  );
}
