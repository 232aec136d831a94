/** Incidents: read them, act on them. */
import { z } from "@hono/zod-openapi";
import type { Action } from "../app/act.ts";
import { notFound, RefusedError } from "../app/refused_error.ts";
import { SEVERITIES } from "../domain/alert.ts";
import { type Incident, INCIDENT_STATUSES } from "../domain/incident.ts";
import type { Actor } from "../domain/timeline.ts";
import type { Principal } from "../http/edge_env.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { IncidentFilter } from "../ports/paging_repositories.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./directory.ts";
import {
  idText,
  instant,
  list,
  number,
  pageOf,
  pageQuery,
  searchText,
  shownPage,
  text,
} from "./fields.ts";
import { given } from "./given.ts";
import {
  IncidentDetailDocument,
  IncidentDocument,
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
const LONGEST_NOTE = 10_000;
const LONGEST_SNOOZE_MS = 30 * 86_400_000;

const filters = z.object({
  ...pageQuery,
  status: list(INCIDENT_STATUSES),
  severity: list(SEVERITIES),
  team_id: idText.optional(),
  source_id: idText.optional(),
  assignee_id: idText.optional().openapi({
    description: "A responder who was paged for it or acknowledged it.",
  }),
  text: searchText.optional().openapi({
    description: "Part of the title, description or external id.",
  }),
  opened_from: instant.optional(),
  opened_before: instant.optional(),
});

export function addIncidents(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addActions(routes, deps);
  addSnooze(routes, deps);
  addNotes(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
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

const ACTIONS = [
  ["acknowledge", "Say that somebody looks after it; paging stops"],
  ["resolve", "Say that it is over"],
  ["reopen", "Page again from the first step"],
  ["escalate", "Page the next step at once"],
] as const;

function addActions(routes: Routes, deps: ApiDeps): void {
  for (const [kind, summary] of ACTIONS) {
    routes.add({
      method: "post",
      path: `${one}/${kind}`,
      access: "responder",
      name: `${kind}Incident`,
      tag,
      summary,
      description: "Doing again what is done already is a success.",
      params,
      problems: [409],
      answers: { 200: IncidentDocument },
    }, async ({ params: { id }, principal }) => {
      const actor = await actorOf(deps.store, principal);
      return ok(await acted(deps, id, { kind, actor }));
    });
  }
}

function addSnooze(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${one}/snooze`,
    access: "responder",
    name: "snoozeIncident",
    tag,
    summary: "Acknowledge it until an instant, then page again",
    params,
    body: z.object({
      until: instant.optional(),
      minutes: z.number().min(1).max(LONGEST_SNOOZE_MS / 60_000).optional(),
    }).refine(
      (body) => (body.until === undefined) !== (body.minutes === undefined),
      { message: "Name either `until` or `minutes`.", path: ["until"] },
    ).openapi("Snooze"),
    problems: [409],
    answers: { 200: IncidentDocument },
  }, async ({ params: { id }, body, principal }) => {
    const nowMs = deps.clock();
    const untilMs = body.until ?? nowMs + (body.minutes ?? 0) * 60_000;
    if (untilMs - nowMs > LONGEST_SNOOZE_MS) {
      throw new RefusedError(
        "invalid",
        "validation_failed",
        "A snooze lasts at most 30 days.",
        { field: "until" },
      );
    }
    const actor = await actorOf(deps.store, principal);
    return ok(await acted(deps, id, { kind: "snooze", untilMs, actor }));
  });
}

function addNotes(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${one}/notes`,
    access: "responder",
    name: "addNote",
    tag,
    summary: "Write a note into the timeline",
    params,
    body: z.object({
      text: text(LONGEST_NOTE).refine((value) => value !== "", "Is empty."),
    }).openapi("NewNote"),
    idempotent: true,
    answers: { 201: TimelineEntryDocument },
  }, async ({ params: { id }, body, principal, c }) => {
    const actor = await actorOf(deps.store, principal);
    const answer = await deps.idempotency.once(c, deps.clock(), async () => {
      const entry = await deps.actions.addNote(id, { text: body.text, actor });
      if (!entry) throw notFound("incident", id);
      return shownTimelineEntry(entry);
    });
    return created(answer.body);
  });
}

/** Promises the person behind the request, as the timeline names them. */
export async function actorOf(
  store: Repositories,
  { account }: Principal,
): Promise<Actor> {
  const responder = await store.responders.find(account.responderId);
  return {
    kind: "responder",
    responderId: account.responderId,
    name: responder?.name ?? account.email,
    via: "api",
  };
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

async function acted(deps: ApiDeps, incidentId: number, event: Action) {
  const result = await deps.actions.act(incidentId, event);
  if (!result.ok) {
    const kind = result.status === 404 ? "not_found" : "conflict";
    throw new RefusedError(kind, result.code, result.message);
  }
  const { incident } = result;
  return shownIncident(incident, await namesOf(deps.store, incident));
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
    teamId: query.team_id,
    sourceId: query.source_id,
    responderId: query.assignee_id,
    text: query.text,
    openedFromMs: query.opened_from,
    openedBeforeMs: query.opened_before,
  });
}
