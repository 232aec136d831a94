/** Pages people by another contact method while the provider of the first one is left alone. */
import { getLogger } from "@logtape/logtape";
import { unusedContacts } from "../../domain/responders/contact_rules.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import { turnAside } from "../../domain/delivery/turn_aside.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { writePages } from "../incidents/write_transition.ts";

const log = getLogger(["pagerpal", "delivery"]);

/** So many are seen to before others may write. */
const AT_ONCE = 20;

/**
 * Promises each person whose page waits paged by their next contact method on another channel, as far as there is one and
 * the incident still asks for an answer; the page that waits stays where it is. Never throws: the page that waits is met
 * again, and so is this.
 */
export async function pageAside(
  engine: Engine,
  waiting: readonly Notification[],
): Promise<void> {
  // In one order, as two nodes may be about the same incidents.
  const left = waiting.filter(({ kind }) => kind === "page")
    .toSorted((a, b) => a.incidentId - b.incidentId);
  let paged = 0;
  while (left.length > 0) {
    const some = left.splice(0, AT_ONCE);
    try {
      paged += await engine.store.transaction((tx) =>
        pageEach(engine, tx, some)
      );
    } catch (error) {
      log.error("Pages that wait could not turn to another channel", {
        notificationIds: some.map(({ id }) => id),
        error,
      });
    }
  }
  if (paged > 0) engine.kick();
}

async function pageEach(
  engine: Engine,
  tx: Repositories,
  some: readonly Notification[],
): Promise<number> {
  let paged = 0;
  for (const row of some) if (await pageOne(engine, tx, row)) paged++;
  return paged;
}

async function pageOne(
  engine: Engine,
  tx: Repositories,
  waiting: Notification,
): Promise<boolean> {
  const nowMs = engine.clock();
  const { incidentId, responderId, step, round } = waiting;
  const incident = await tx.incidents
    .lock(incidentId, { status: ["triggered"] });
  if (!incident) return false;
  const ofStep = await tx.notifications.listOfStep(incidentId, step, round);
  const aside = turnAside(waiting, ofStep, nowMs);
  if (aside === null) return false;
  if (aside.kind === "hurry") {
    const { state, attempt } = aside.notification;
    return await tx.notifications.save(aside.notification, { state, attempt });
  }
  const [responder] = await tx.responders.reachable([responderId]);
  const contactMethod = responder &&
    unusedContacts(responder, aside.usedContactMethodIds)
      .find(({ channel }) => channel !== waiting.channel);
  if (!contactMethod) return false;
  const pages = [{ responderId, contactMethod, dueAtMs: nowMs, step, round }];
  await writePages({ engine, tx, nowMs }, { incidentId, pages });
  return true;
}
