/** Teams and who belongs to them. */
import { z } from "@hono/zod-openapi";
import { notFound } from "../app/refused_error.ts";
import { shownResponder } from "../app/responders/responder_fields.ts";
import {
  changeMembers,
  MOST_MEMBERS,
  type TeamFields,
  teamResource,
} from "../app/responders/team_fields.ts";
import type {
  Responder,
  Team,
  UserAccount,
} from "../domain/responders/people.ts";
import { DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";
import {
  id,
  idText,
  pageOf,
  pageQuery,
  shownPage,
  time,
} from "../app/fields.ts";
import { ResponderDocument } from "./responders.ts";

const TeamDocument = z.object({
  id,
  name: z.string(),
  description: z.string(),
  created_at: time,
  updated_at: time,
}).openapi("Team");

const tag = "Teams";
const path = "/api/v1/teams/{id}/members";
const params = z.object({ id: idText });
const members = z.array(ResponderDocument);

const teams: ApiResource<Team, TeamFields, z.input<typeof TeamDocument>> = {
  ...teamResource,
  path: "/api/v1/teams",
  tag,
  name: "Team",
  plural: "Teams",
  shown: TeamDocument,
  byTeam: false,
  insert: "plain",
};

export function addTeams(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, teams);
  addMembers(routes, deps);
  addMemberChanges(routes, deps);
  addMemberRemoval(routes, deps);
}

function addMembers(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: "listTeamMembers",
    tag,
    summary: "List the members of a team",
    params,
    query: z.object(pageQuery),
    answers: { 200: pageOf(ResponderDocument) },
  }, async ({ params, query }) => {
    await demandTeam(store, params.id);
    const page = { page: query.page, pageSize: query.page_size };
    const found = await store.responders.list({ teamId: params.id }, page);
    return ok(shownPage(found, shownResponder));
  });
}

function addMemberChanges(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "put",
    path,
    access: "admin",
    name: "setTeamMembers",
    tag,
    summary: "Set all members of a team",
    params,
    body: z.object({ responder_ids: z.array(id).max(MOST_MEMBERS) }),
    answers: { 200: z.object({ items: members }) },
  }, ({ params, body, principal }) =>
    change(deps, {
      teamId: params.id,
      by: principal.account,
      to: () => body.responder_ids,
    }));

  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "addTeamMember",
    tag,
    summary: "Add a responder to a team",
    params,
    body: z.object({ responder_id: id }),
    answers: { 200: z.object({ items: members }) },
  }, ({ params, body, principal }) =>
    change(deps, {
      teamId: params.id,
      by: principal.account,
      to: (ids) => [...ids, body.responder_id],
    }));
}

function addMemberRemoval(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "delete",
    path: `${path}/{responder_id}`,
    access: "admin",
    name: "removeTeamMember",
    tag,
    summary: "Take a responder out of a team",
    params: params.extend({ responder_id: idText }),
    answers: { 204: null },
  }, async ({ params, principal }) => {
    await change(deps, {
      teamId: params.id,
      by: principal.account,
      to: (ids) => {
        if (!ids.includes(params.responder_id)) {
          throw notFound("member", params.responder_id);
        }
        return ids.filter((member) => member !== params.responder_id);
      },
    });
    return DONE;
  });
}

/** Reads, decides and writes the members in one transaction; answers them. */
async function change(
  { store, clock }: ApiDeps,
  { teamId, by, to }: {
    teamId: number;
    by: UserAccount;
    to: (ids: number[]) => number[];
  },
) {
  const after = await store.transaction(async (tx) => {
    await changeMembers(tx, { teamId, by, to, nowMs: clock() });
    return await everyMember(tx, teamId);
  });
  return ok({ items: after.map(shownResponder) });
}

async function everyMember(
  tx: Repositories,
  teamId: number,
): Promise<Responder[]> {
  const found: Responder[] = [];
  for (let page = 1;; page++) {
    const next = await tx.responders.list({ teamId }, { page, pageSize: 200 });
    found.push(...next.items);
    if (page >= next.totalPages) return found;
  }
}

async function demandTeam(tx: Repositories, teamId: number): Promise<void> {
  if (!await tx.teams.find(teamId)) throw notFound("team", teamId);
}
