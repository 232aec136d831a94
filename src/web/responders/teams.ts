/** Teams: who belongs to each, and what it has set up. */
import type { Team } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { Page } from "../../ports/store.ts";
import type { WebDeps } from "../deps.ts";
import { everyRow } from "../load_names.ts";
import { showPage } from "../page.ts";
import { found as demanded, pathId } from "../posted.ts";
import { pageNumber, pagesOf } from "../view/pages.ts";
import { reachWords } from "../view/reach_words.ts";
import { ownedWords, teamsSentence } from "../view/team_words.ts";
import { strongNames } from "../view/words.ts";
import { viewerOf } from "../viewer.ts";

const PAGE_SIZE = 50;
const MANY = { page: 1, pageSize: 200 };

/** Adds `GET /teams` and `GET /teams/{id}`. */
export function addTeams(routes: Routes, deps: WebDeps): void {
  routes.page("/teams", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const page = { page: pageNumber(c.req.query("page")), pageSize: PAGE_SIZE };
    const found = await deps.store.teams.list({}, page);
    return showPage(c, deps, {
      template: "teams",
      title: "Teams",
      place: "teams",
      viewer,
      view: {
        ...await listView(deps, found),
        pages: pagesOf(found, "/teams"),
      },
    });
  });

  routes.page("/teams/{id}", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const team = await demandTeam(c, deps);
    return showPage(c, deps, {
      template: "team",
      title: team.name,
      place: "teams",
      viewer,
      view: { team, ...await teamView(deps, team) },
    });
  });
}

/** Promises the team of the path; throws 404 where there is none. */
export async function demandTeam(
  c: EdgeContext,
  { store }: Pick<WebDeps, "store">,
): Promise<Team> {
  return demanded(await store.teams.find(pathId(c)), "team");
}

async function listView(deps: WebDeps, found: Page<Team>) {
  const { store } = deps;
  const [schedules, policies, sources] = await Promise.all([
    everyRow(store.schedules),
    everyRow(store.policies),
    everyRow(store.sources),
  ]);
  const members = new Map<number, number[]>();
  for (const { id } of found.items) {
    members.set(id, await store.teams.memberIds(id));
  }
  const people = await store.responders.reachable(
    [...new Set([...members.values()].flat())],
  );
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const of = (rows: { teamId: number }[], id: number) =>
    rows.filter(({ teamId }) => teamId === id).length;
  const rows = found.items.map((team) => {
    const ids = members.get(team.id) ?? [];
    return {
      ...team,
      memberCount: ids.length,
      members: strongNames(ids.flatMap((id) => names.get(id) ?? []), 6),
      owned: ownedWords({
        schedules: of(schedules, team.id),
        policies: of(policies, team.id),
        sources: of(sources, team.id),
      }),
    };
  });
  const memberTotal = new Set([...members.values()].flat()).size;
  return { rows, sentence: teamsSentence(rows, found.total, memberTotal) };
}

async function teamView({ store, providers }: WebDeps, { id }: Team) {
  const ofTeam = { teamId: id };
  const [members, schedules, policies, sources] = await Promise.all([
    store.responders.list(ofTeam, MANY),
    store.schedules.list(ofTeam, MANY),
    store.policies.list(ofTeam, MANY),
    store.sources.list(ofTeam, MANY),
  ]);
  const reachable = await store.responders.reachable(
    members.items.map((m) => m.id),
  );
  const reached = new Map(reachable.map((one) => [one.id, one]));
  const working = providers();
  return {
    members: members.items.map((member) => ({
      ...member,
      reach: reachWords(reached.get(member.id)?.contactMethods ?? [], working),
    })),
    owned: [
      { title: "Schedules", path: "/schedules", rows: schedules.items },
      { title: "Policies", path: "/escalation-policies", rows: policies.items },
      { title: "Alert sources", path: "/alert-sources", rows: sources.items },
    ],
  };
}
