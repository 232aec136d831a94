/** Contact methods: added, changed, switched on and off, tried out, deleted. By admins, and by everybody for themselves. */
import {
  addContactMethod,
  changeContactMethod,
  deleteContactMethod,
  demandMethod,
  methodFields,
} from "../app/contact_methods.ts";
import { demandContactRights } from "../app/contact_rights.ts";
import { sendTestPage } from "../app/send_test_page.ts";
import { z } from "zod";
import { CHANNEL_KINDS, type Responder } from "../domain/people.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import { showConfirm } from "./confirm_page.ts";
import { methodName } from "./contacts_view.ts";
import type { WebDeps } from "./deps.ts";
import { doneOrAgain } from "./done_or_again.ts";
import { type Ask, showEdit } from "./edit_page.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "./form.ts";
import { leaveNotice } from "./notice.ts";
import { parseFields, pathId } from "./posted.ts";
import { demandResponder } from "./responders.ts";
import { channelName } from "./view/notification_words.ts";
import { sentenceCase } from "./view/plural.ts";
import { testPageWords } from "./view/test_page_words.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

interface Values {
  channel: string;
  address: string;
  label: string;
  enabled: boolean;
}

const PATH = "/responders/{id}/contact-methods";
const Method = z.object(methodFields);

/** Adds the forms below `/responders/{id}/contact-methods`. */
export function addContactForms(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addChange(routes, deps);
  addSwitch(routes, deps);
  addTest(routes, deps);
  addDeletion(routes, deps);
}

/** Promises the responder of the path, once the viewer may change how they are reached. */
export async function demandOwn(
  c: EdgeContext,
  deps: WebDeps,
  viewer: Viewer,
): Promise<Responder> {
  demandContactRights(viewer, pathId(c));
  return await demandResponder(c, deps);
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const show = async (
    c: EdgeContext,
    viewer: Viewer,
    values: Values,
    errors: FormErrors = {},
  ) => {
    const { id, name } = await demandOwn(c, deps, viewer);
    return showEdit(c, deps, {
      viewer,
      page: {
        place: "responders",
        crumbs: crumbs(id, name),
        title: "New contact method",
        lead: `One more way to reach ${name}.`,
        action: `/responders/${id}/contact-methods/new`,
        asks: asks(values),
        submit: "Add it",
        cancelHref: `/responders/${id}`,
        errors,
      },
    });
  };

  routes.page(`${PATH}/new`, "responder", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const values = { channel: "sms", address: "", label: "", enabled: true };
    return show(c, viewer, values);
  });

  routes.page(`${PATH}/new`, "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { id } = await demandOwn(c, deps, viewer);
    const by = c.get("principal").account;
    const values = valuesOf(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(Method, values);
        const nowMs = deps.clock();
        const method = await deps.store.transaction((tx) =>
          addContactMethod(tx, { responderId: id, fields }, { by, nowMs })
        );
        const said = `${
          methodName(method)
        } is added. Send a code to verify it.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => show(c, viewer, values, errors),
    });
  }, "post");
}

function addChange(routes: Routes, deps: WebDeps): void {
  const show = async (
    c: EdgeContext,
    { viewer, values, errors = {} }: {
      viewer: Viewer;
      values?: Values;
      errors?: FormErrors;
    },
  ) => {
    const { id, name } = await demandOwn(c, deps, viewer);
    const method = await methodOf(c, deps);
    const path = `/responders/${id}/contact-methods/${method.id}`;
    return showEdit(c, deps, {
      viewer,
      page: {
        place: "responders",
        crumbs: crumbs(id, name),
        title: methodName(method),
        action: path,
        asks: asks(values ?? method),
        submit: "Save",
        cancelHref: `/responders/${id}`,
        apart: {
          text: "Rules that use it go with it.",
          href: `${path}/delete`,
          label: "Delete this contact method",
        },
        errors,
      },
    });
  };

  routes.page(
    `${PATH}/{method}`,
    "responder",
    async (c: EdgeContext) => show(c, { viewer: await viewerOf(c, deps) }),
  );

  routes.page(`${PATH}/{method}`, "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { id } = await demandOwn(c, deps, viewer);
    const by = c.get("principal").account;
    const key = { responderId: id, methodId: pathId(c, "method") };
    const values = valuesOf(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(Method, values);
        const nowMs = deps.clock();
        const method = await deps.store.transaction((tx) =>
          changeContactMethod(tx, { key, fields }, { by, nowMs })
        );
        const said = `${methodName(method)} is saved.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => show(c, { viewer, values, errors }),
    });
  }, "post");
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
        const text = `${methodName(method)} is switched ${
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
          title: `Delete ${methodName(method)}`,
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
      const text = `${methodName(method)} is deleted.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/responders/${id}`, 303);
    },
    "post",
  );
}

function methodOf(c: EdgeContext, { store }: WebDeps) {
  const key = { responderId: pathId(c), methodId: pathId(c, "method") };
  return demandMethod(store, key);
}

function crumbs(id: number, name: string) {
  return [
    { label: "Responders", href: "/responders" },
    { label: name, href: `/responders/${id}` },
  ];
}

function valuesOf(form: Form): Values {
  return {
    channel: form.text("channel"),
    address: form.text("address"),
    label: form.text("label"),
    enabled: form.has("enabled"),
  };
}

function asks(values: Values): Ask[] {
  return [
    {
      name: "channel",
      label: "Channel",
      value: values.channel,
      options: CHANNEL_KINDS.map((channel) => ({
        value: channel,
        label: sentenceCase(channelName({ channel })),
      })),
    },
    {
      name: "address",
      label: "Phone number or e-mail address",
      help: "A number with its country code, as +44 7700 900123.",
      value: values.address,
      required: true,
      maxlength: 254,
      autocomplete: "off",
    },
    {
      name: "label",
      label: "Label (may be empty)",
      help: "As Night phone. It tells two of a kind apart.",
      value: values.label,
      maxlength: 100,
      autocomplete: "off",
    },
    {
      name: "enabled",
      label: "Use it for pages",
      type: "check",
      checked: values.enabled,
    },
  ];
}
