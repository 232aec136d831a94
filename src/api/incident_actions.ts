/** What people do to incidents. */
import { z } from "@hono/zod-openapi";
import type { Action } from "../app/incidents/act.ts";
import { invalid, notFound, RefusedError } from "../app/refused_error.ts";
import type { Actor } from "../domain/incidents/timeline.ts";
import type { Principal } from "../http/edge_env.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import { id as idField, idText, instant, text } from "../app/fields.ts";
import { namesOf } from "./incidents.ts";
import {
  IncidentDocument,
  shownIncident,
  shownTimelineEntry,
  TimelineEntryDocument,
} from "./shown_incident.ts";

const tag = "Incidents";
const one = "/api/v1/incidents/{id}";
const params = z.object({ id: idText });
const LONGEST_NOTE = 10_000;
const LONGEST_SNOOZE_MS = 30 * 86_400_000;

export function addIncidentActions(routes: Routes, deps: ApiDeps): void {
  addActions(routes, deps);
  addSnooze(routes, deps);
  addReassign(routes, deps);
  addNotes(routes, deps);
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

const Snooze = z.object({
  until: instant.optional(),
  minutes: z.number().min(1).max(LONGEST_SNOOZE_MS / 60_000).optional(),
}).refine(
  (body) => (body.until === undefined) !== (body.minutes === undefined),
  { message: "Name either `until` or `minutes`.", path: ["until"] },
).openapi("Snooze");

const NewNote = z.object({
  text: text(LONGEST_NOTE).refine((value) => value !== "", "Is empty."),
}).openapi("NewNote");

function addSnooze(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${one}/snooze`,
    access: "responder",
    name: "snoozeIncident",
    tag,
    summary: "Acknowledge it until an instant, then page again",
    params,
    body: Snooze,
    problems: [409],
    answers: { 200: IncidentDocument },
  }, async ({ params: { id }, body, principal }) => {
    const nowMs = deps.clock();
    const untilMs = body.until ?? nowMs + (body.minutes ?? 0) * 60_000;
    if (untilMs - nowMs > LONGEST_SNOOZE_MS) {
      throw invalid("until", "A snooze lasts at most 30 days.");
    }
    const actor = await actorOf(deps.store, principal);
    return ok(await acted(deps, id, { kind: "snooze", untilMs, actor }));
  });
}

function addReassign(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${one}/reassign`,
    access: "responder",
    name: "reassignIncident",
    tag,
    summary: "Page another responder at once, who is to look after it",
    description: "The policy goes on with its next step if they do not answer.",
    params,
    body: z.object({ responder_id: idField }).openapi("Reassignment"),
    problems: [409],
    answers: { 200: IncidentDocument },
  }, async ({ params: { id }, body: { responder_id }, principal }) => {
    const responder = await deps.store.responders.find(responder_id);
    if (!responder) {
      throw invalid("responder_id", "There is no such responder.");
    }
    const actor = await actorOf(deps.store, principal);
    return ok(
      await acted(deps, id, {
        kind: "reassign",
        responderId: responder.id,
        responder: responder.name,
        actor,
      }),
    );
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
    body: NewNote,
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

async function acted(deps: ApiDeps, incidentId: number, event: Action) {
  const result = await deps.actions.act(incidentId, event);
  if (!result.ok) {
    const kind = result.status === 404 ? "not_found" : "conflict";
    throw new RefusedError(kind, result.code, result.message);
  }
  const { incident } = result;
  return shownIncident(incident, await namesOf(deps.store, incident));
}
