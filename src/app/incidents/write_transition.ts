/** Writes what a rule has decided about an incident: the row, its pages and its story, in the caller's transaction. */
import { urgencyOf } from "../../domain/intake/alert.ts";
import { planContacts } from "../../domain/responders/contact_rules.ts";
import {
  beforeLastStep,
  type EscalationPlan,
  planEscalation,
} from "../../domain/policies/escalation.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Transition } from "../../domain/incidents/lifecycle_outcome.ts";
import {
  FALLBACK_STEP,
  type NewNotification,
  type Notification,
} from "../../domain/delivery/notification.ts";
import type { Directory, PlannedPage } from "../../domain/policies/reach.ts";
import type { NewTimelineEntry } from "../../domain/incidents/timeline.ts";
import { SYSTEM } from "../../domain/incidents/timeline.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { loadDirectory } from "../load_directory.ts";

export interface Writing {
  engine: Pick<Engine, "newId" | "sendingEnabled">;
  tx: Repositories;
  nowMs: number;
  /** Read once and shared where one transaction opens many incidents. */
  directory?: (incident: Incident) => Promise<Directory>;
}

/** Promises the incident as it was written; nothing is written when the transition changed nothing. */
export async function writeTransition(
  writing: Writing,
  transition: Transition,
): Promise<Incident> {
  if (!transition.changed) return transition.incident;
  const { tx, nowMs } = writing;
  const { id } = transition.incident;
  if (transition.cancelUnsent) {
    await tx.notifications.cancelQueued(id, nowMs);
  }
  const { incident, pages, entries } = transition.pageNow
    ? await planNow(writing, transition.incident)
    : { incident: transition.incident, pages: [], entries: [] };
  await tx.incidents.save(incident);
  await tx.timeline.add(id, [...transition.entries, ...entries]);
  await writePages(writing, { incidentId: id, pages });
  if (transition.pageResponderId !== null) {
    await pageResponder(writing, incident, transition.pageResponderId);
  }
  if (transition.tellPaged) await tellPaged(writing, incident);
  return incident;
}

/**
 * Promises the plan for the incident's next step, with who is on call read in the same transaction. Where a round-robin
 * step pages, its turn is taken, and goes back when the transaction does.
 */
export async function planNow(
  { tx, nowMs, directory }: Writing,
  incident: Incident,
): Promise<EscalationPlan> {
  const known = directory
    ? await directory(incident)
    : await loadDirectory(tx, incident, nowMs);
  const plan = planEscalation(incident, known, nowMs);
  const step = plan.turnStep;
  if (step === null) return plan;
  // Which step pages does not depend on whose turn it is, so that no turn is taken in vain.
  const turn = await tx.policies.takeTurn(incident.policy.policyId, step);
  const turns = new Map([[step, turn]]);
  return planEscalation(incident, { ...known, turns }, nowMs);
}

/** Pages one person by their own rules, as if the step that ran last had named them. */
async function pageResponder(
  writing: Writing,
  incident: Incident,
  responderId: number,
): Promise<void> {
  const { tx, nowMs } = writing;
  const [responder] = await tx.responders.reachable([responderId]);
  if (!responder) return;
  const { round, nextStep: step } = beforeLastStep(incident);
  const contacts = planContacts(responder, urgencyOf(incident.severity), nowMs);
  const pages = contacts.map((contact) => ({
    ...contact,
    responderId,
    step,
    round,
  }));
  await writePages(writing, { incidentId: incident.id, pages });
}

/** Promises the pages queued, or recorded as suppressed with a word in the timeline while sending is switched off. */
export async function writePages(
  writing: Writing,
  { incidentId, pages }: { incidentId: number; pages: readonly PlannedPage[] },
): Promise<void> {
  const { tx } = writing;
  await tx.notifications.insert(newPages(writing, { incidentId, pages }));
  await tx.timeline.add(incidentId, toldOfSuppression(writing, pages));
}

/** Promises the rows of planned pages, queued or suppressed. */
export function newPages(
  writing: Pick<Writing, "engine" | "nowMs">,
  { incidentId, pages }: { incidentId: number; pages: readonly PlannedPage[] },
): NewNotification[] {
  return pages.map((page) => newPage(writing, incidentId, page));
}

/** Promises what the story says of pages that are not sent because sending is switched off. */
export function toldOfSuppression(
  { engine, nowMs }: Pick<Writing, "engine" | "nowMs">,
  pages: readonly PlannedPage[],
): NewTimelineEntry[] {
  if (engine.sendingEnabled || pages.length === 0) return [];
  const detail = { count: pages.length };
  return [{ kind: "page_suppressed", atMs: nowMs, actor: SYSTEM, detail }];
}

function newPage(
  { engine, nowMs }: Pick<Writing, "engine" | "nowMs">,
  incidentId: number,
  page: PlannedPage,
): NewNotification {
  const { id, channel, address } = page.contactMethod;
  return {
    incidentId,
    responderId: page.responderId,
    contactMethodId: id,
    channel,
    address,
    kind: "page",
    step: page.step,
    round: page.round,
    state: engine.sendingEnabled ? "queued" : "suppressed",
    dueAtMs: page.dueAtMs,
    idempotencyKey: engine.newId(),
    createdAtMs: nowMs,
  };
}

/** Tells those whom a page has reached that it is over, if they asked to be; not the one who ended it. */
async function tellPaged(writing: Writing, incident: Incident): Promise<void> {
  const { engine, tx, nowMs } = writing;
  const sent = (await tx.notifications.listByIncident(incident.id)).filter(
    (row) =>
      row.kind === "page" &&
      (row.state === "sent" || row.state === "delivered"),
  );
  if (sent.length === 0) return;
  const ids = [...new Set(sent.map((row) => row.responderId))];
  const asked = new Set(
    (await tx.responders.reachable(ids))
      .filter((responder) => responder.notifyOnResolve)
      .map((responder) => responder.id),
  );
  const ender = incident.resolvedByActor;
  if (ender?.kind === "responder") asked.delete(ender.responderId);
  const rows = [...oncePerContactMethod(sent, asked).values()]
    .map((row): NewNotification => ({
      incidentId: incident.id,
      responderId: row.responderId,
      contactMethodId: row.contactMethodId,
      channel: row.channel,
      address: row.address,
      kind: "resolution",
      step: FALLBACK_STEP,
      round: 0,
      state: engine.sendingEnabled ? "queued" : "suppressed",
      dueAtMs: nowMs,
      idempotencyKey: engine.newId(),
      createdAtMs: nowMs,
    }));
  if (rows.length > 0) await tx.notifications.insert(rows);
}

function oncePerContactMethod(
  rows: readonly Notification[],
  responderIds: ReadonlySet<number>,
): Map<number, Notification> {
  return new Map(
    rows.filter((row) => responderIds.has(row.responderId))
      .map((row) => [row.contactMethodId, row]),
  );
}
