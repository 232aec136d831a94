/** Making, changing and deleting a team. */
import { insertRow, updateRow } from "../../app/resource.ts";
import {
  changeMembers,
  teamResource,
} from "../../app/responders/team_fields.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { Repositories } from "../../ports/store.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type Ask, showEdit } from "../edit_page.ts";
import { type Form, type FormErrors, readPosted } from "../form.ts";
import { everyRow } from "../load_names.ts";
import { parseFields } from "../posted.ts";
import { addRemoval } from "../removal.ts";
import { demandTeam } from "./teams.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

interface Values {
  name: string;
  description: string;
  members: string[];
}

const crumbs = [{ label: "Teams", href: "/teams" }];
const NOTHING: Values = { name: "", description: "", members: [] };

/** Adds `/teams/new`, `/teams/{id}/edit` and `/teams/{id}/delete`. */
export function addTeamForms(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addChange(routes, deps);
  addRemoval(routes, deps, {
    path: "/teams",
    place: "teams",
    label: "Teams",
    resource: teamResource,
    words: {
      gone: "Its members stay; they are only not in this team any more.",
      instead:
        "Delete these or give them to another team first. A team that has had incidents is kept with them: rename it instead.",
    },
  });
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const show = async (
    c: EdgeContext,
    viewer: Viewer,
    values: Values,
    errors: FormErrors = {},
  ) =>
    showEdit(c, deps, {
      viewer,
      page: {
        place: "teams",
        crumbs,
        title: "New team",
        lead:
          "A team owns schedules, policies and alert sources. When everything else has been tried, all its members are paged.",
        action: "/teams/new",
        asks: await asks(deps, values),
        submit: "Make the team",
        cancelHref: "/teams",
        errors,
      },
    });

  routes.page(
    "/teams/new",
    "admin",
    async (c: EdgeContext) => show(c, await viewerOf(c, deps), NOTHING),
  );

  routes.page("/teams/new", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const values = valuesOf(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(teamResource.create, { ...values });
        const nowMs = deps.clock();
        const id = await deps.store.transaction(async (tx) => {
          const team = { resource: teamResource, fields, by, nowMs };
          const { id } = await insertRow(tx, team);
          await setMembers(tx, { teamId: id, by, nowMs, values });
          return id;
        });
        return { to: `/teams/${id}`, said: `Team ${values.name} is made.` };
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
      values: Values;
      errors?: FormErrors;
    },
  ) => {
    const { id, name } = await demandTeam(c, deps);
    return showEdit(c, deps, {
      viewer,
      page: {
        place: "teams",
        crumbs: [...crumbs, { label: name, href: `/teams/${id}` }],
        title: `Edit ${name}`,
        action: `/teams/${id}/edit`,
        asks: await asks(deps, values),
        submit: "Save",
        cancelHref: `/teams/${id}`,
        apart: {
          text: "A team can be deleted when nothing uses it any more.",
          href: `/teams/${id}/delete`,
          label: "Delete this team",
        },
        errors,
      },
    });
  };

  routes.page("/teams/{id}/edit", "admin", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { id, name, description } = await demandTeam(c, deps);
    const members = (await deps.store.teams.memberIds(id)).map(String);
    return show(c, { viewer, values: { name, description, members } });
  });

  routes.page("/teams/{id}/edit", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const { id } = await demandTeam(c, deps);
    const values = valuesOf(form);
    return await doneOrAgain(c, deps, {
      work: async () => {
        const fields = parseFields(teamResource.create, { ...values });
        const nowMs = deps.clock();
        await deps.store.transaction(async (tx) => {
          const change = { resource: teamResource, id, fields, by, nowMs };
          await updateRow(tx, change);
          await setMembers(tx, { teamId: id, by, nowMs, values });
        });
        return { to: `/teams/${id}`, said: `Team ${values.name} is saved.` };
      },
      again: (errors) => show(c, { viewer, values, errors }),
    });
  }, "post");
}

/** Writes the members only where they differ, so that the audit log tells of changes. */
async function setMembers(
  tx: Repositories,
  { teamId, by, nowMs, values }: {
    teamId: number;
    by: UserAccount;
    nowMs: number;
    values: Values;
  },
): Promise<void> {
  const wanted = new Set(values.members.map(Number).filter(Number.isInteger));
  const present = new Set(await tx.teams.memberIds(teamId));
  if (wanted.symmetricDifference(present).size === 0) return;
  await changeMembers(tx, { teamId, by, nowMs, to: () => [...wanted] });
}

function valuesOf(form: Form): Values {
  return {
    name: form.text("name"),
    description: form.text("description").replaceAll("\r\n", "\n"),
    members: form.all("responder_ids"),
  };
}

async function asks({ store }: WebDeps, values: Values): Promise<Ask[]> {
  const people = await everyRow(store.responders);
  return [
    {
      name: "name",
      label: "Name",
      value: values.name,
      required: true,
      maxlength: 100,
      autofocus: values.name === "",
    },
    {
      name: "description",
      label: "Description",
      help:
        "What the team looks after, for whoever is paged and does not know.",
      type: "textarea",
      value: values.description,
      maxlength: 2_000,
    },
    {
      name: "responder_ids",
      label: "Members",
      help: people.length === 0
        ? "There is nobody yet. Make responders first, or add them later."
        : "All of them are paged when nobody else has answered.",
      type: "checks",
      chosen: values.members,
      options: people.map(({ id, name, email }) => ({
        value: String(id),
        label: name,
        more: email,
      })),
    },
  ];
}
