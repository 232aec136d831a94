/**
 * The page behind the link in a page. Opening it changes nothing, since mail scanners and chat previews open every link;
 * the button posts. The token is the authority: it names one notification, and so one responder and one incident; or a
 * bundle, and so one responder and its incidents.
 */
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Responder } from "../../domain/responders/people.ts";
import type { Actor } from "../../domain/incidents/timeline.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import {
  acknowledgeMany,
  findManyInvited,
  showMany,
  throughLink,
} from "./acknowledge_many.ts";
import { showAlone } from "../page.ts";
import { SEVERITY_SHAPES, stateOf } from "../view/incidents/incident_row.ts";
import { sentenceCase } from "../view/plural.ts";
import { exactTime, shownTime } from "../view/zoned_time.ts";

interface Invitation {
  incident: Incident;
  responder: Responder;
}

/** Adds `GET` and `POST /a/{token}`. */
export function addAcknowledge(routes: Routes, deps: WebDeps): void {
  routes.page("/a/{token}", "public", async (c: EdgeContext) => {
    const many = await findManyInvited(c, deps);
    if (many) return showMany(c, deps, many);
    const invitation = await findInvitation(c, deps);
    return invitation ? show(c, deps, invitation) : unknown(c, deps);
  });

  routes.page("/a/{token}", "public", async (c: EdgeContext) => {
    const many = await findManyInvited(c, deps);
    if (many) return await acknowledgeMany(c, deps, many);
    const invitation = await findInvitation(c, deps);
    if (!invitation) return unknown(c, deps);
    const { incident, responder } = invitation;
    // Refused only when it was resolved meanwhile, which the page then says.
    const actor = throughLink(responder);
    await deps.actions.act(incident.id, { kind: "acknowledge", actor });
    deps.changes.kick();
    return c.redirect(c.req.path, 303);
  }, "post");
}

async function findInvitation(
  c: EdgeContext,
  { store, links }: WebDeps,
): Promise<Invitation | null> {
  const id = links.verify(c.req.param("token") ?? "");
  const notification = id === null ? null : await store.notifications.find(id);
  if (!notification) return null;
  const incident = await store.incidents.find(notification.incidentId);
  const responder = await store.responders.find(notification.responderId);
  return incident && responder ? { incident, responder } : null;
}

function show(
  c: EdgeContext,
  deps: WebDeps,
  { incident, responder }: Invitation,
): Response {
  const view = { nowMs: deps.clock(), timeZone: responder.timeZone };
  const time = (atMs: number | null) =>
    atMs === null
      ? null
      : shownTime(atMs, view, exactTime(atMs, responder.timeZone));
  const state = stateOf(incident);
  const resolved = incident.status === "resolved";
  return showAlone(c, deps, {
    template: "acknowledge",
    title: `#${incident.id} ${incident.title}`,
    view: {
      incident,
      shape: SEVERITY_SHAPES[incident.severity],
      state,
      stateWord: sentenceCase(state),
      responderName: responder.name,
      openedAt: time(incident.openedAtMs),
      changedAt: time(
        resolved ? incident.resolvedAtMs : incident.acknowledgedAtMs,
      ),
      by: nameOf(
        resolved ? incident.resolvedByActor : incident.acknowledgedBy,
      ),
    },
  });
}

function unknown(c: EdgeContext, deps: WebDeps): Response {
  return showAlone(c, deps, {
    template: "acknowledge_unknown",
    title: "Link not valid",
    status: 404,
    view: {},
  });
}

function nameOf(actor: Actor | null): string {
  return actor === null || actor.kind === "system" ? "PagerPal" : actor.name;
}
