/** Writes what became of a bundle: of many messages, for many incidents, in few statements. */
import { getLogger } from "@logtape/logtape";
import type { Settlement } from "../../domain/delivery/settlement.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import type { Repositories } from "../../ports/store.ts";
import { type Settling, told, writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "delivery"]);

/** A failed page asks several questions of the database: so few are answered before others may write. */
const FAILED_AT_ONCE = 20;

type Engine = Settling["engine"] & {
  store: {
    transaction<T>(work: (tx: Repositories) => Promise<T>): Promise<T>;
  };
};

export interface BundleSettling {
  engine: Engine;
  nowMs: number;
  /** As the rows were read: only those that are still so are written. */
  read: Pick<Notification, "state" | "attempt"> & { owner?: string };
}

/**
 * Promises how many of the bundle's messages were written. What was sent, or is tried again, is written whole or not at
 * all, because a bundle in parts would later be sent in parts under one id. What has failed for good moves on by itself,
 * some at a time, and one that cannot be written does not stop the rest.
 */
export async function settleBundle(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<number> {
  const [first] = settlements;
  if (!first) return 0;
  return first.moveOn
    ? await failTogether(settling, settlements)
    : await writeTogether(settling, settlements);
}

async function writeTogether(
  { engine, nowMs, read }: BundleSettling,
  settlements: readonly Settlement[],
): Promise<number> {
  const rows = settlements.map(({ notification }) => notification);
  const [first] = rows;
  if (!first) return 0;
  const isNews = settlements.some((settlement) => settlement.isNews);
  const { maybeSentTwice, outcomeUnknown } = first;
  const repeats = settlements.some((settlement) => settlement.repeats !== null);
  const { state, error, sentAtMs, deliveredAtMs, updatedAtMs } = first;
  const { provider, providerMessageId } = first;
  const outcome = {
    ...{ state, error, sentAtMs, deliveredAtMs, updatedAtMs },
    ...{ provider, providerMessageId, outcomeUnknown },
    ...(repeats ? { maybeSentTwice } : {}),
    ...(state === "queued"
      ? { dueAtMs: first.dueAtMs, attempt: first.attempt }
      : {}),
  };
  const ids = rows.map((row) => row.id);
  return await engine.store.transaction(async (tx) => {
    const written = new Set(
      await tx.notifications.settleTogether(ids, outcome, read),
    );
    await tx.timeline.addToMany(
      settlements.filter(({ notification: { id } }) => written.has(id))
        .flatMap((settlement) => {
          const { incidentId } = settlement.notification;
          return told({ ...settlement, isNews }, nowMs)
            .map((entry) => ({ ...entry, incidentId }));
        }),
    );
    return written.size;
  });
}

async function failTogether(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<number> {
  // In one order, as two bundles may be about the same incidents.
  const left = settlements.toSorted((a, b) =>
    a.notification.incidentId - b.notification.incidentId
  );
  let written = 0;
  while (left.length > 0) {
    const some = left.splice(0, FAILED_AT_ONCE);
    written += await fail(settling, some).catch(async () => {
      let alone = 0;
      for (const one of some) {
        alone += await fail(settling, [one]).catch((error) => {
          const { id, incidentId } = one.notification;
          log.error("Notification {notificationId} could not be settled", {
            ...{ notificationId: id, incidentId, error },
          });
          return 0;
        });
      }
      return alone;
    });
  }
  return written;
}

async function fail(
  { engine, nowMs, read }: BundleSettling,
  settlements: readonly Settlement[],
): Promise<number> {
  return await engine.store.transaction(async (tx) => {
    let written = 0;
    for (const settlement of settlements) {
      const { notification } = settlement;
      const done = await writeSettlement(
        { engine, tx, nowMs },
        settlement,
        async () => {
          const { owner, ...expected } = read;
          return owner === undefined
            ? await tx.notifications.save(notification, expected)
            : await tx.notifications.settle(notification, {
              owner,
              attempt: expected.attempt,
            });
        },
      );
      if (done) written++;
    }
    return written;
  });
}
