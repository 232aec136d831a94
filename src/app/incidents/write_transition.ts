/** Writes what a rule has decided about an incident: the row, its pages and its story, in the caller's transaction. */
import { urgencyOf } from "../../domain/intake/alert.ts";
import { planContacts } from "../../domain/responders/contact_rules.ts";
import {
  beforeLastStep,
  type EscalationPlan,
} from "../../domain/policies/escalation.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Transition } from "../../domain/incidents/lifecycle_outcome.ts";
import {
  FALLBACK_STEP,
  type NewNotification,
  type Notification,
} from "../../domain/delivery/notification.ts";
import type { PlannedPage } from "../../domain/policies/reach.ts";
import type { NewTimelineEntry } from "../../domain/incidents/timeline.ts";
import { SYSTEM } from "../../domain/incidents/timeline.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import {
  type Planned,
  type Planning,
  planNow,
  takeTurns,
} from "./plan_step.ts";

export interface Writing extends Planning {
  engine: Pick<Engine, "newId" | "sendingEnabled">;
  /** Where the transaction is about several incidents: what waits until the rows of all are written or locked. */
  later?: Later[];
}

/** What is written when the plan has its turn. */
export interface Later {
  planned: Planned;
  write: (plan: EscalationPlan) => Promise<void>;
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
  const planned = transition.pageNow
    ? await planNow(writing, transition.incident)
    : null;
  const { incident } = planned ?? transition;
  await tx.incidents.save(incident);
  await tx.timeline.add(id, transition.entries);
  if (planned) {
    await followPlan(writing, planned, async ({ pages, entries }) => {
      await tx.timeline.add(id, entries);
      await writePages(writing, { incidentId: id, pages });
    });
  }
  if (transition.pageResponderId !== null) {
    await pageResponder(writing, incident, transition.pageResponderId);
  }
  if (transition.tellPaged) await tellPaged(writing, incident);
  return incident;
}

/**
 * Writes what follows from the plan once its turn is taken: at once, or at the end of a transaction that is about several
 * incidents.
 */
export async function followPlan(
  { tx, later }: Pick<Writing, "tx" | "later">,
  planned: Planned,
  write: (plan: EscalationPlan) => Promise<void>,
): Promise<void> {
  if (planned.turnStep !== null && later) {
    later.push({ planned, write });
    return;
  }
  for (const plan of await takeTurns(tx, [planned])) await write(plan);
}

/** Writes what was left for the end of the transaction. */
export async function followLater(
  tx: Repositories,
  later: Later[],
): Promise<void> {
  const all = later.splice(0);
  const plans = await takeTurns(tx, all.map(({ planned }) => planned));
  for (const [at, { write, planned }] of all.entries()) {
    await write(plans[at] ?? planned);
  }
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
