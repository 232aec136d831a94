/** Making, changing and deleting a responder. */
import { insertRow, updateRow } from "../../app/resource.ts";
import { responderResource } from "../../app/responders/responder_fields.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type Ask, showEdit } from "../edit_page.ts";
import { type Form, type FormErrors, readPosted } from "../form.ts";
import { parseFields } from "../posted.ts";
import { addRemoval } from "../removal.ts";
import { demandResponder } from "./responders.ts";
import { timeZoneOptions } from "../view/time_zones.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

export interface PersonValues {
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: boolean;
}

interface Shown {
  viewer: Viewer;
  values: PersonValues;
  errors?: FormErrors;
}

const crumbs = [{ label: "Responders", href: "/responders" }];
const resource = responderResource;

/** Adds `/responders/new`, `/responders/{id}/edit` and `/responders/{id}/delete`. */
export function addResponderForms(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addChange(routes, deps);
  addRemoval(routes, deps, {
    path: "/responders",
    place: "responders",
    label: "Responders",
    resource,
    words: {
      gone:
        "Contact methods and rules go too, and every team goes on without them. What was sent to them stays in the incidents.",
      instead: "Take them out of these first; a login is deleted on its page.",
    },
  });
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const show = (c: EdgeContext, { viewer, values, errors = {} }: Shown) =>
    showEdit(c, deps, {
      viewer,
      page: {
        place: "responders",
        crumbs,
        title: "New responder",
        lead:
          "Somebody who can be paged. On the next page you say how they are reached; a login is optional.",
        action: "/responders/new",
        asks: personAsks(values),
        submit: "Add this person",
        cancelHref: "/responders",
        errors,
      },
    });

  routes.page("/responders/new", "admin", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const time_zone = viewer.view.timeZone;
    const values = { name: "", email: "", time_zone, notify_on_resolve: false };
    return show(c, { viewer, values });
  });

  routes.page("/responders/new", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const values = personValues(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(resource.create, values);
        const nowMs = deps.clock();
        const { id, name } = await deps.store.transaction((tx) =>
          insertRow(tx, { resource, fields, by, nowMs })
        );
        const said = `${name} is added. Now say how they are reached.`;
        return { to: `/responders/${id}`, said };
      },
      again: (errors) => show(c, { viewer, values, errors }),
    });
  }, "post");
}

function addChange(routes: Routes, deps: WebDeps): void {
  const show = async (
    c: EdgeContext,
    { viewer, values, errors = {} }: Shown,
  ) => {
    const { id, name } = await demandResponder(c, deps);
    return showEdit(c, deps, {
      viewer,
      page: {
        place: "responders",
        crumbs: [...crumbs, { label: name, href: `/responders/${id}` }],
        title: `Edit ${name}`,
        action: `/responders/${id}/edit`,
        asks: personAsks(values),
        submit: "Save",
        cancelHref: `/responders/${id}`,
        apart: {
          text:
            "Somebody who leaves is taken off schedules and policies first.",
          href: `/responders/${id}/delete`,
          label: "Delete this responder",
        },
        errors,
      },
    });
  };

  routes.page("/responders/{id}/edit", "admin", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { name, email, timeZone, notifyOnResolve } = await demandResponder(
      c,
      deps,
    );
    const values = {
      name,
      email,
      time_zone: timeZone,
      notify_on_resolve: notifyOnResolve,
    };
    return show(c, { viewer, values });
  });

  routes.page("/responders/{id}/edit", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const { id } = await demandResponder(c, deps);
    const values = personValues(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(resource.create, values);
        const nowMs = deps.clock();
        const { name } = await deps.store.transaction((tx) =>
          updateRow(tx, { resource, id, fields, by, nowMs })
        );
        return { to: `/responders/${id}`, said: `${name} is saved.` };
      },
      again: (errors) => show(c, { viewer, values, errors }),
    });
  }, "post");
}

/** Promises what the form says of the person. */
export function personValues(form: Form): PersonValues {
  return {
    name: form.text("name"),
    email: form.text("email"),
    time_zone: form.text("time_zone"),
    notify_on_resolve: form.has("notify_on_resolve"),
  };
}

/** Promises the questions about a person. */
export function personAsks(values: PersonValues): Ask[] {
  return [
    {
      name: "name",
      label: "Name",
      value: values.name,
      required: true,
      maxlength: 100,
      autocomplete: "off",
    },
    {
      name: "email",
      label: "E-mail address",
      help:
        "For a login and for mail that is not a page. Pages go to contact methods only.",
      type: "email",
      value: values.email,
      required: true,
      maxlength: 254,
      autocomplete: "off",
    },
    timeZoneAsk(values.time_zone),
    notifyAsk(values.notify_on_resolve),
  ];
}

export function timeZoneAsk(value: string): Ask {
  return {
    name: "time_zone",
    label: "Time zone",
    help: "Times are shown in it.",
    options: timeZoneOptions(value),
    value,
  };
}

export function notifyAsk(checked: boolean): Ask {
  return {
    name: "notify_on_resolve",
    label: "Tell them when an incident they were paged for is resolved",
    type: "check",
    checked,
  };
}
