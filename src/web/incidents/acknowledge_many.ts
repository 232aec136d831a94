/** The page behind the link in a message about several incidents: all of them, a button for all, and one for each. */
import { compareSeverity } from "../../domain/intake/alert.ts";
import type { Responder } from "../../domain/responders/people.ts";
import type { Actor } from "../../domain/incidents/timeline.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { IncidentSummary } from "../../ports/incident_repositories.ts";
import type { WebDeps } from "../deps.ts";
import { readFields } from "../form.ts";
import { showAlone } from "../page.ts";
import { SEVERITY_SHAPES, stateOf } from "../view/incidents/incident_row.ts";
import { agree, counted, sentenceCase } from "../view/plural.ts";
import { exactTime, shownTime, type Viewpoint } from "../view/zoned_time.ts";

/** More would be slow to load where it matters; the button is for all of them. */
const MOST_SHOWN = 100;

export interface ManyInvited {
  /** The waiting ones first, then the worst. */
  incidents: IncidentSummary[];
  responder: Responder;
}

/** Promises what the token's bundle told whom; null where it names no bundle. */
export async function findManyInvited(
  c: EdgeContext,
  { store, links }: WebDeps,
): Promise<ManyInvited | null> {
  const id = links.verifyBundle(c.req.param("token") ?? "");
  const sent = id === null ? [] : await store.notifications.listBundle(id);
  const [first] = sent;
  if (!first) return null;
  const responder = await store.responders.find(first.responderId);
  if (!responder) return null;
  const ids = sent.map((row) => row.incidentId);
  const incidents = await store.incidents.listByIds(ids);
  return { incidents: incidents.sort(byUrgency), responder };
}

/**
 * Acknowledges the incident that the pressed button names, or all that wait for an answer, and leads back to the page. One
 * that was resolved meanwhile is left alone, which the page then says.
 */
export async function acknowledgeMany(
  c: EdgeContext,
  deps: WebDeps,
  { incidents, responder }: ManyInvited,
): Promise<Response> {
  const only = await chosen(c, deps);
  const actor = throughLink(responder);
  const wanted = incidents.filter(isWaiting).map(({ id }) => id)
    .filter((id) => only === "" || only === String(id));
  await deps.actions.actOnMany(wanted, { kind: "acknowledge", actor });
  deps.changes.kick();
  return c.redirect(c.req.path, 303);
}

/** Promises who acts when the link is used. */
export function throughLink({ id, name }: Responder): Actor {
  return { kind: "responder", responderId: id, name, via: "link" };
}

async function chosen(c: EdgeContext, deps: WebDeps): Promise<string> {
  const type = c.req.header("content-type");
  return type === undefined ? "" : (await readFields(c, deps)).text("incident");
}

/** Promises the page. */
export function showMany(
  c: EdgeContext,
  deps: WebDeps,
  { incidents, responder }: ManyInvited,
): Response {
  const view = { nowMs: deps.clock(), timeZone: responder.timeZone };
  const waiting = incidents.filter(isWaiting).length;
  const heading = counted(incidents.length, "incident");
  return showAlone(c, deps, {
    template: "acknowledge_many",
    title: heading,
    view: {
      heading,
      waiting,
      waitingWords: waitingWords(waiting, incidents.length),
      buttonWords: waiting === 1
        ? "Acknowledge it"
        : `Acknowledge all ${waiting}`,
      responderName: responder.name,
      rows: incidents.slice(0, MOST_SHOWN).map((each) => row(each, view)),
      rest: Math.max(0, incidents.length - MOST_SHOWN),
    },
  });
}

function waitingWords(waiting: number, count: number): string {
  if (waiting === 0) {
    return "Somebody has answered all of them. There is nothing to acknowledge.";
  }
  return waiting === count
    ? "Nobody has answered yet."
    : `${counted(waiting, "incident")} ${
      agree(waiting, "is", "are")
    } still waiting for an answer.`;
}

function row(incident: IncidentSummary, view: Viewpoint) {
  const state = stateOf(incident);
  const { id, title, severity, isTest, teamName, openedAtMs } = incident;
  const exact = exactTime(openedAtMs, view.timeZone);
  return {
    ...{ id, title, severity, isTest, teamName, state },
    shape: SEVERITY_SHAPES[severity],
    stateWord: sentenceCase(state),
    waits: isWaiting(incident),
    openedAt: shownTime(openedAtMs, view, exact),
  };
}

function isWaiting({ status }: IncidentSummary): boolean {
  return status === "triggered";
}

function byUrgency(a: IncidentSummary, b: IncidentSummary): number {
  return Number(isWaiting(b)) - Number(isWaiting(a)) ||
    compareSeverity(b.severity, a.severity) || a.id - b.id;
}
