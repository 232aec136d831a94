/** One incident: its story with a future, what can be done about it, and what its source says. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import { Problem } from "../../http/problem.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { loadAhead } from "./load_ahead.ts";
import type { Notice } from "../notice.ts";
import { showPage } from "../page.ts";
import { incidentView } from "../view/incidents/incident_view.ts";
import { viewerOf } from "../viewer.ts";

const MOST_ENTRIES = 500;
/** The most that a list of names offers. */
const MOST_PEOPLE = 200;
const MOST_EARLIER = 5;

/** Adds `GET /incidents/{id}`. */
export function addIncident(routes: Routes, deps: WebDeps): void {
  routes.page(
    "/incidents/{id}",
    "viewer",
    (c: EdgeContext) => showIncident(c, deps, {}),
  );
}

/** Promises the incident's page; with a notice where an action was refused and what was written must not be lost. */
export async function showIncident(
  c: EdgeContext,
  deps: WebDeps,
  { notice, status = 200, noteText = "" }: {
    notice?: Notice;
    status?: ContentfulStatusCode;
    noteText?: string;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const incident = await demandIncident(c, deps);
  const { store } = deps;
  const [team, source, entries, notifications, earlier, ahead, people] =
    await Promise.all([
      store.teams.find(incident.teamId),
      store.sources.find(incident.sourceId),
      store.timeline.list(incident.id, {
        afterId: 0,
        limit: MOST_ENTRIES + 1,
      }),
      store.notifications.listByIncident(incident.id),
      store.overview.earlier(incident, MOST_EARLIER + 1),
      loadAhead(store, incident),
      store.responders.list({}, { page: 1, pageSize: MOST_PEOPLE }),
    ]);
  const view = incidentView(incident, {
    teamName: team?.name ?? "",
    sourceName: source?.name ?? "",
    entries: entries.slice(0, MOST_ENTRIES),
    truncated: entries.length > MOST_ENTRIES ? MOST_ENTRIES : 0,
    notifications,
    responders: await namesOf(deps, notifications, entries),
    earlier: earlier.filter(({ id }) => id !== incident.id)
      .slice(0, MOST_EARLIER),
    ahead,
    view: viewer.view,
    responderId: viewer.responderId,
    people: people.items,
  });
  return showPage(c, deps, {
    template: "incident",
    title: `#${incident.id} ${incident.title}`,
    place: "incidents",
    view: { ...view, noteText },
    viewer,
    status,
    live: true,
    ...(notice ? { notice } : {}),
  });
}

/** Promises the incident of the path; throws 404 where there is none. */
export async function demandIncident(
  c: EdgeContext,
  { store }: Pick<WebDeps, "store">,
): Promise<Incident> {
  const text = c.req.param("id") ?? "";
  const incident = /^\d{1,15}$/.test(text)
    ? await store.incidents.find(Number(text))
    : null;
  if (incident) return incident;
  throw new Problem(404, "not_found", "There is no such incident.");
}

async function namesOf(
  { store }: WebDeps,
  notifications: readonly Notification[],
  entries: readonly { detail: Record<string, unknown> }[],
): Promise<Map<number, string>> {
  const told = entries.flatMap(({ detail }) => [
    detail.responderId,
    ...(Array.isArray(detail.responderIds) ? detail.responderIds : []),
  ]);
  const ids = new Set(
    [...notifications.map((row) => row.responderId), ...told]
      .filter((id) => typeof id === "number"),
  );
  const people = await store.responders.reachable([...ids]);
  return new Map(people.map(({ id, name }) => [id, name]));
}
