/** Writes what became of an attempt or a receipt, and turns to the next contact method when one has failed for good. */
import type {
  Repetition,
  Settlement,
} from "../../domain/delivery/settlement.ts";
import { unlessUnwanted } from "../../domain/delivery/wanted.ts";
import { unusedContacts } from "../../domain/responders/contact_rules.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import {
  FALLBACK_STEP,
  type Notification,
} from "../../domain/delivery/notification.ts";
import {
  type NewTimelineEntry,
  SYSTEM,
  type TimelineKind,
} from "../../domain/incidents/timeline.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { writePages } from "../incidents/write_transition.ts";

export interface Settling {
  engine: Pick<Engine, "newId" | "sendingEnabled">;
  tx: Repositories;
  nowMs: number;
}

const TOLD: Partial<Record<Notification["state"], TimelineKind>> = {
  sent: "page_sent",
  delivered: "page_delivered",
  failed: "page_failed",
  queued: "page_retry",
};

/**
 * Promises how each of the settlements is to be written in this transaction: what would wait for another attempt is
 * cancelled where its incident does not want it any more, and no incident stops wanting one until the transaction ends.
 * Comes before anything is written, as incidents are locked before their notifications.
 */
export async function holdWanted(
  tx: Repositories,
  settlements: readonly Settlement[],
): Promise<(settlement: Settlement) => Settlement> {
  const waiting = settlements.map(({ notification }) => notification)
    .filter(({ state }) => state === "queued");
  if (waiting.length === 0) return (settlement) => settlement;
  const statuses = await tx.incidents
    .holdStatuses(waiting.map(({ incidentId }) => incidentId));
  return (settlement) => {
    const status = statuses.get(settlement.notification.incidentId);
    return status ? unlessUnwanted(settlement, status) : settlement;
  };
}

/**
 * Promises the settlement written and told, with what follows from it, in the caller's transaction; false, and nothing
 * written, when `write` finds that the row has moved on meanwhile.
 */
export async function writeSettlement(
  settling: Settling,
  settlement: Settlement,
  write: () => Promise<boolean>,
): Promise<boolean> {
  const { tx } = settling;
  const { notification, moveOn } = settlement;
  // The incident is locked before its notifications, as acknowledging does: two
  // pages that fail at once see each other's failure, and nobody deadlocks.
  const incident = moveOn
    ? await tx.incidents.lock(notification.incidentId)
    : null;
  if (!await write()) return false;
  const entries = told(settlement, settling.nowMs);
  await tx.timeline.add(notification.incidentId, entries);
  if (incident) await turnToNext(settling, { incident, failed: notification });
  return true;
}

/**
 * Promises what the incident's story says of the settlement: what has become of the message, and besides where an attempt
 * may have been the second one to arrive; empty where there is nothing to say.
 */
export function told(
  { notification, isNews, repeats }: Settlement,
  nowMs: number,
): NewTimelineEntry[] {
  const entries: NewTimelineEntry[] = [];
  const kind = TOLD[notification.state];
  const told = { atMs: nowMs, actor: SYSTEM };
  if (isNews && kind) {
    entries.push({ ...told, kind, detail: detailOf(notification) });
  }
  if (repeats !== null) {
    const detail = { notificationId: notification.id };
    entries.push({ ...told, kind: REPEATED[repeats], detail });
  }
  return entries;
}

const REPEATED: Record<Repetition, TimelineKind> = {
  "crash": "page_repeated_after_crash",
  "lost answer": "page_repeated_after_lost_answer",
};

function detailOf(row: Notification): NewTimelineEntry["detail"] {
  return {
    notificationId: row.id,
    responderId: row.responderId,
    channel: row.channel,
    notificationKind: row.kind,
    attempt: row.attempt,
    ...(row.bundle === null ? {} : { bundleSize: row.bundle.size }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.outcomeUnknown ? { outcomeUnknown: true } : {}),
    ...(row.state === "queued" ? { retryAtMs: row.dueAtMs } : {}),
  };
}

/**
 * A contact method is of no use for this page: the responder's next one is due now; when none is left and nobody else
 * of the step was reached, the next step is. Where the same one is to ring again later it still will, but nobody waits
 * for that.
 */
async function turnToNext(
  settling: Settling,
  { incident, failed }: { incident: Incident; failed: Notification },
): Promise<void> {
  if (failed.kind !== "page" || incident.status !== "triggered") return;
  const { tx, nowMs } = settling;
  const ofStep = await tx.notifications
    .listOfStep(incident.id, failed.step, failed.round);
  const own = ofStep.filter((row) => row.responderId === failed.responderId);
  const others = ofStep.filter((row) => !ringsAgain(row, failed));
  const ownOthers = others.filter((row) => own.includes(row));
  const later = ownOthers.find((row) => row.state === "queued");
  if (later) {
    if (later.dueAtMs <= nowMs) return;
    await tx.notifications.save(
      { ...later, dueAtMs: nowMs, firstDueAtMs: nowMs, updatedAtMs: nowMs },
      later,
    );
    return;
  }
  if (ownOthers.some(mayReach)) return;
  if (await pageUnused(settling, { incident, failed, own })) return;
  if (others.some(mayReach)) return;
  await nextStepNow(settling, { incident, failed });
}

/** A later page by the contact method that has just failed. */
function ringsAgain(row: Notification, failed: Notification): boolean {
  return row.state === "queued" &&
    row.responderId === failed.responderId &&
    row.contactMethodId === failed.contactMethodId;
}

function mayReach({ state }: Notification): boolean {
  return state !== "failed" && state !== "cancelled";
}

async function pageUnused(
  settling: Settling,
  { incident, failed, own }: {
    incident: Incident;
    failed: Notification;
    own: readonly Notification[];
  },
): Promise<boolean> {
  const { tx, nowMs } = settling;
  const [responder] = await tx.responders.reachable([failed.responderId]);
  const used = own.map((row) => row.contactMethodId);
  const [contactMethod] = responder ? unusedContacts(responder, used) : [];
  if (!contactMethod) return false;
  const { responderId, step, round } = failed;
  const pages = [{ responderId, contactMethod, dueAtMs: nowMs, step, round }];
  await writePages(settling, { incidentId: incident.id, pages });
  return true;
}

async function nextStepNow(
  { tx, nowMs }: Settling,
  { incident, failed }: { incident: Incident; failed: Notification },
): Promise<void> {
  const { responderId, step, round } = failed;
  const told: NewTimelineEntry = {
    kind: "responder_unreachable",
    atMs: nowMs,
    actor: SYSTEM,
    detail: { responderId, step, round },
  };
  await tx.timeline.add(incident.id, [told]);
  // Only the step that ran last hurries its successor on; an older one has had its turn.
  const runsNow = incident.nextActionAtMs !== null && step !== FALLBACK_STEP &&
    ranLast(incident, { step, round });
  if (!runsNow) return;
  await tx.incidents.save({ ...incident, nextActionAtMs: nowMs });
  await tx.timeline.add(incident.id, [
    {
      kind: "moved_to_next_step",
      atMs: nowMs,
      actor: SYSTEM,
      detail: { step, round },
    },
  ]);
}

function ranLast(
  { nextStep, round, policy }: Incident,
  failed: { step: number; round: number },
): boolean {
  const count = policy.steps.length;
  return round * count + nextStep === failed.round * count + failed.step + 1;
}
