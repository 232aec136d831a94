/** The form of a contact method: a new one, and one that is there. */
import { z } from "zod";
import {
  addContactMethod,
  changeContactMethod,
  methodFields,
} from "../../app/responders/contact_methods.ts";
import { CHANNEL_KINDS } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { methodName } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type Ask, showEdit } from "../edit_page.ts";
import { type Form, type FormErrors, readPosted } from "../form.ts";
import { crumbs, demandOwn, methodOf } from "./own_contact.ts";
import { parseFields, pathId } from "../posted.ts";
import { channelName } from "../view/notification_words.ts";
import { sentenceCase } from "../view/plural.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

interface Values {
  channel: string;
  address: string;
  label: string;
  enabled: boolean;
}

const PATH = "/responders/{id}/contact-methods";
const Method = z.object(methodFields);

/** Adds `/responders/{id}/contact-methods/new` and `/{method}`. */
export function addContactMethodForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addChange(routes, deps);
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
        const said = `${await methodName(
          method,
        )} is added. Send a code to verify it.`;
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
        title: await methodName(method),
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
        const said = `${await methodName(method)} is saved.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => show(c, { viewer, values, errors }),
    });
  }, "post");
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
