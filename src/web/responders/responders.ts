/** Responders: who there is, whether each can be reached, and how. */
import type { Responder, UserAccount } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { Page } from "../../ports/store.ts";
import { contactsView } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { everyRow } from "../load_names.ts";
import { showPage } from "../page.ts";
import { found as demanded, pathId } from "../posted.ts";
import { findingsAbout } from "../view/findings.ts";
import { initials } from "../view/schedules/on_call.ts";
import { pageNumber, pagesOf } from "../view/pages.ts";
import { listed, sentenceCase } from "../view/plural.ts";
import { reachWords } from "../view/reach_words.ts";
import { respondersSentence } from "../view/responder_words.ts";
import { exactTime, zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PAGE_SIZE = 50;

/** Adds `GET /responders` and `GET /responders/{id}`. */
export function addResponders(routes: Routes, deps: WebDeps): void {
  routes.page("/responders", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const page = pageNumber(c.req.query("page"));
    const found = await deps.store.responders
      .list({}, { page, pageSize: PAGE_SIZE });
    return showPage(c, deps, {
      template: "responders",
      title: "Responders",
      place: "responders",
      viewer,
      view: {
        ...await listView(deps, found),
        pages: pagesOf(found, "/responders"),
      },
    });
  });

  routes.page("/responders/{id}", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const responder = await demandResponder(c, deps);
    return showPage(c, deps, {
      template: "responder",
      title: responder.name,
      place: "responders",
      viewer,
      view: {
        ...await responderView(deps, responder, viewer),
        findings: findingsAbout(
          await deps.readiness(),
          { kind: "responder", id: responder.id },
          viewer.view.timeZone,
        ),
      },
    });
  });
}

/** Promises the responder of the path; throws 404 where there is none. */
export async function demandResponder(
  c: EdgeContext,
  { store }: Pick<WebDeps, "store">,
): Promise<Responder> {
  return demanded(await store.responders.find(pathId(c)), "responder");
}

async function listView(
  { store, providers }: WebDeps,
  { items, total }: Page<Responder>,
) {
  const working = providers();
  const reachable = await store.responders.reachable(items.map((r) => r.id));
  const contacts = new Map(reachable.map((one) => [one.id, one]));
  const teams = await teamsOf({ store });
  const rows = [];
  for (const { id, name, email } of items) {
    const account = await store.accounts.findByResponder(id);
    rows.push({
      ...{ id, name, email, initials: initials(name) },
      teams: listed(teams.get(id) ?? [], 4),
      login: loginWords(account),
      reach: reachWords(contacts.get(id)?.contactMethods ?? [], working),
    });
  }
  return { rows, sentence: respondersSentence(rows, total) };
}

/** Promises the names of the teams of each responder. */
async function teamsOf(
  { store }: Pick<WebDeps, "store">,
): Promise<Map<number, string[]>> {
  const names = new Map<number, string[]>();
  for (const { id, name } of await everyRow(store.teams)) {
    for (const member of await store.teams.memberIds(id)) {
      names.set(member, [...names.get(member) ?? [], name]);
    }
  }
  return names;
}

async function responderView(
  deps: WebDeps,
  responder: Responder,
  viewer: Viewer,
) {
  const { store } = deps;
  const { id, timeZone } = responder;
  const account = await store.accounts.findByResponder(id);
  const teams = [];
  for (const team of await everyRow(store.teams)) {
    if ((await store.teams.memberIds(team.id)).includes(id)) teams.push(team);
  }
  const { nowMs } = viewer.view;
  return {
    responder,
    isViewer: id === viewer.responderId,
    contacts: await contactsView(deps, id, viewer),
    teams,
    facts: [
      { term: "E-mail", text: responder.email },
      {
        term: "Their time",
        text: `${exactTime(nowMs, timeZone).replace(/:\d\d [^ ]+$/, "")} (${
          zoneWords({ nowMs, timeZone })
        })`,
      },
      {
        term: "When over",
        text: responder.notifyOnResolve
          ? "is told when an incident they were paged for is resolved"
          : "is not told when an incident is resolved",
      },
      { term: "Login", text: loginWords(account) },
    ],
  };
}

/** Promises "Admin", "Responder, switched off" or "No login". */
export function loginWords(account: UserAccount | null): string {
  if (!account) return "No login";
  const role = sentenceCase(account.role);
  return account.enabled ? role : `${role}, switched off`;
}
