/** Incidents: what is burning and what was. */
import { z } from "@hono/zod-openapi";
import { notFound } from "../app/refused_error.ts";
import { SEVERITIES } from "../domain/intake/alert.ts";
import {
  type Incident,
  INCIDENT_STATUSES,
} from "../domain/incidents/incident.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import {
  type IncidentFilter,
  MOST_SEARCHED,
} from "../ports/incident_repositories.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import {
  idText,
  instant,
  list,
  number,
  pageOf,
  pageQuery,
  searchText,
  shownPage,
} from "../app/fields.ts";
import { given } from "../app/given.ts";
import {
  IncidentDetailDocument,
  type IncidentNames,
  IncidentSummaryDocument,
  NotificationDocument,
  shownIncident,
  shownNotification,
  shownSummary,
  shownTimelineEntry,
  TimelineEntryDocument,
} from "./shown_incident.ts";

const tag = "Incidents";
const path = "/api/v1/incidents";
const one = `${path}/{id}` as const;
const params = z.object({ id: idText });
const MOST_ENTRIES = 500;

const filters = z.object({
  ...pageQuery,
  status: list(INCIDENT_STATUSES),
  severity: list(SEVERITIES),
  team_id: idText.optional(),
  source_id: idText.optional(),
  assignee_id: idText.optional().openapi({
    description: "A responder who was paged for it or acknowledged it.",
  }),
  team: idText.optional().openapi({ description: "The same as team_id." }),
  source: idText.optional().openapi({ description: "The same as source_id." }),
  assignee: idText.optional().openapi({
    description: "The same as assignee_id.",
  }),
  text: searchText.optional().openapi({
    description:
      `Part of the title, description or external id. The newest ${MOST_SEARCHED} incidents are looked through.`,
  }),
  opened_from: instant.optional(),
  opened_before: instant.optional(),
});

export function addIncidents(routes: Routes, deps: ApiDeps): void {
  addList(routes, deps);
  addDetail(routes, deps);
  addParts(routes, deps);
}

function addList(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: "listIncidents",
    tag,
    summary: "List incidents, newest first",
    description: "`status` and `severity` take several values, as `a,b`.",
    query: filters,
    answers: { 200: pageOf(IncidentSummaryDocument) },
  }, async ({ query }) => {
    const { page, page_size: pageSize } = query;
    const found = await store.incidents.list(filterOf(query), {
      page,
      pageSize,
    });
    return ok(shownPage(found, (item) => shownSummary(item, item)));
  });
}

function addDetail(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path: one,
    access: "viewer",
    name: "getIncident",
    tag,
    summary: "Read one incident with its timeline and notifications",
    params,
    answers: { 200: IncidentDetailDocument },
  }, async ({ params: { id } }) => {
    const incident = await demandIncident(store, id);
    const limit = MOST_ENTRIES + 1;
    const entries = await store.timeline.list(id, { afterId: 0, limit });
    const notifications = await store.notifications.listByIncident(id);
    return ok({
      ...shownIncident(incident, await namesOf(store, incident)),
      payload: incident.payload,
      timeline: entries.slice(0, MOST_ENTRIES).map(shownTimelineEntry),
      timeline_truncated: entries.length > MOST_ENTRIES,
      notifications: notifications.map(shownNotification),
    });
  });
}

function addParts(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path: `${one}/timeline`,
    access: "viewer",
    name: "listTimeline",
    tag,
    summary: "Read on in an incident's timeline, oldest first",
    params,
    query: z.object({
      after: number({ least: 0, most: 999_999_999, otherwise: 0 }),
      limit: number({ least: 1, most: MOST_ENTRIES, otherwise: 100 }),
    }),
    answers: { 200: z.object({ items: z.array(TimelineEntryDocument) }) },
  }, async ({ params: { id }, query }) => {
    await demandIncident(store, id);
    const range = { afterId: query.after, limit: query.limit };
    const entries = await store.timeline.list(id, range);
    return ok({ items: entries.map(shownTimelineEntry) });
  });

  routes.add({
    method: "get",
    path: `${one}/notifications`,
    access: "viewer",
    name: "listIncidentNotifications",
    tag,
    summary: "List an incident's notifications, oldest first",
    params,
    answers: { 200: z.object({ items: z.array(NotificationDocument) }) },
  }, async ({ params: { id } }) => {
    await demandIncident(store, id);
    const rows = await store.notifications.listByIncident(id);
    return ok({ items: rows.map(shownNotification) });
  });
}

/** Promises the names that an incident's row does not hold. */
export async function namesOf(
  store: Repositories,
  incident: Pick<Incident, "teamId" | "sourceId">,
): Promise<IncidentNames> {
  const team = await store.teams.find(incident.teamId);
  const source = await store.sources.find(incident.sourceId);
  return { teamName: team?.name ?? "", sourceName: source?.name ?? "" };
}

async function demandIncident(
  store: Repositories,
  id: number,
): Promise<Incident> {
  const incident = await store.incidents.find(id);
  if (!incident) throw notFound("incident", id);
  return incident;
}

function filterOf(query: z.output<typeof filters>): IncidentFilter {
  return given({
    statuses: query.status,
    severities: query.severity,
    teamId: query.team_id ?? query.team,
    sourceId: query.source_id ?? query.source,
    responderId: query.assignee_id ?? query.assignee,
    text: query.text,
    openedFromMs: query.opened_from,
    openedBeforeMs: query.opened_before,
  });
}
