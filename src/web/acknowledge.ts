/**
 * The page behind the link in a page. Opening it changes nothing, since mail scanners and chat previews open every link;
 * the button posts. The token is the authority: it names one notification, and so one responder and one incident.
 */
import type { Context } from "hono";
import { act } from "../app/act.ts";
import type { Engine } from "../app/engine.ts";
import type { LinkSigner } from "../app/page_message.ts";
import type { Incident } from "../domain/incident.ts";
import type { Responder } from "../domain/people.ts";
import type { Actor } from "../domain/timeline.ts";
import type { Routes } from "../http/routes.ts";
import type { Render } from "./templates.ts";

export interface AcknowledgeDeps {
  engine: Engine;
  links: LinkSigner;
  render: Render;
}

interface Invitation {
  incident: Incident;
  responder: Responder;
}

/** Adds `GET` and `POST /a/{token}`. */
export function addAcknowledgePage(
  routes: Routes,
  deps: AcknowledgeDeps,
): void {
  const path = "/a/{token}";
  routes.page(path, "public", async (c) => {
    const invitation = await findInvitation(deps, c.req.param("token"));
    return invitation
      ? show(c, deps.render, invitation)
      : notFound(c, deps.render);
  });
  routes.page(path, "public", async (c) => {
    const invitation = await findInvitation(deps, c.req.param("token"));
    if (!invitation) return notFound(c, deps.render);
    await acknowledge(deps.engine, invitation);
    return c.redirect(c.req.path, 303);
  }, "post");
}

/** Refused only when the incident was resolved meanwhile, which the page then says. */
async function acknowledge(
  engine: Engine,
  { incident, responder: { id, name } }: Invitation,
): Promise<void> {
  const actor: Actor = {
    kind: "responder",
    responderId: id,
    name,
    via: "link",
  };
  const action = { kind: "acknowledge", actor } as const;
  await act(engine, { incidentId: incident.id, action });
}

async function findInvitation(
  { engine: { store }, links }: AcknowledgeDeps,
  token: string | undefined,
): Promise<Invitation | null> {
  const id = links.verify(token ?? "");
  const notification = id === null ? null : await store.notifications.find(id);
  if (!notification) return null;
  const incident = await store.incidents.find(notification.incidentId);
  const responder = await store.responders.find(notification.responderId);
  return incident && responder ? { incident, responder } : null;
}

function show(
  c: Context,
  render: Render,
  { incident, responder }: Invitation,
): Response {
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  const time = (atMs: number | null) =>
    atMs === null ? "" : inZone(atMs, responder.timeZone);
  return c.html(render("acknowledge", {
    incident,
    responder,
    openedAt: time(incident.openedAtMs),
    acknowledgedAt: time(incident.acknowledgedAtMs),
    resolvedAt: time(incident.resolvedAtMs),
    acknowledgedBy: nameOf(incident.acknowledgedBy),
    resolvedBy: nameOf(incident.resolvedByActor),
  }));
}

function notFound(c: Context, render: Render): Response {
  return c.html(render("acknowledge_unknown", {}), 404);
}

function nameOf(actor: Actor | null): string {
  return actor === null || actor.kind === "system" ? "PagerPal" : actor.name;
}

/** As `Mon 23 Nov 2026, 02:14 GMT+1`. */
function inZone(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(atMs);
}
