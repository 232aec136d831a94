/** Writes what became of a bundle: of many messages, for many incidents, in few statements. */
import { getLogger } from "@logtape/logtape";
import type { Settlement } from "../../domain/delivery/settlement.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import type { Repositories } from "../../ports/store.ts";
import {
  holdWanted,
  type Settling,
  told,
  writeSettlement,
} from "./settle_notification.ts";

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
 * Promises those of the bundle's settlements that were written. What was sent, or is tried again, is written whole or not
 * at all, because a bundle in parts would later be sent in parts under one id; only what nobody wants any more leaves it.
 * What has failed for good moves on by itself, some at a time, and one that cannot be written does not stop the rest.
 */
export async function settleBundle(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  const [first] = settlements;
  if (!first) return [];
  return first.moveOn
    ? await failTogether(settling, settlements)
    : await writeTogether(settling, settlements);
}

async function writeTogether(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  return await settling.engine.store.transaction(async (tx) => {
    const asWanted = await holdWanted(tx, settlements);
    const alike = Map.groupBy(
      settlements.map(asWanted),
      ({ notification: { state } }) => state,
    );
    const written: Settlement[] = [];
    for (const some of alike.values()) {
      written.push(...await writeAlike(tx, settling, some));
    }
    return written;
  });
}

/** Promises those that were written of settlements with one outcome. */
async function writeAlike(
  tx: Repositories,
  { nowMs, read }: Omit<BundleSettling, "engine">,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  const rows = settlements.map(({ notification }) => notification);
  const [first] = rows;
  if (!first) return [];
  const isNews = settlements.some((settlement) => settlement.isNews);
  const { maybeSentTwice, outcomeUnknown } = first;
  const repeats = settlements.some((settlement) => settlement.repeats !== null);
  const { state, error, sentAtMs, deliveredAtMs, updatedAtMs } = first;
  const { provider, providerMessageId, attempt } = first;
  const outcome = {
    ...{ state, error, sentAtMs, deliveredAtMs, updatedAtMs },
    ...{ provider, providerMessageId, outcomeUnknown, attempt },
    ...(repeats ? { maybeSentTwice } : {}),
    ...(state === "queued" ? { dueAtMs: first.dueAtMs } : {}),
  };
  const ids = new Set(
    await tx.notifications
      .settleTogether(rows.map((row) => row.id), outcome, read),
  );
  const written = settlements.filter(({ notification: { id } }) => ids.has(id));
  await tx.timeline.addToMany(
    written.flatMap((settlement) => {
      const { incidentId } = settlement.notification;
      return told({ ...settlement, isNews }, nowMs)
        .map((entry) => ({ ...entry, incidentId }));
    }),
  );
  return written;
}

async function failTogether(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  // In one order, as two bundles may be about the same incidents.
  const left = settlements.toSorted((a, b) =>
    a.notification.incidentId - b.notification.incidentId
  );
  const written: Settlement[] = [];
  while (left.length > 0) {
    const some = left.splice(0, FAILED_AT_ONCE);
    written.push(
      ...await fail(settling, some).catch(() => failEach(settling, some)),
    );
  }
  return written;
}

async function failEach(
  settling: BundleSettling,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  const written: Settlement[] = [];
  for (const one of settlements) {
    try {
      written.push(...await fail(settling, [one]));
    } catch (error) {
      const { id: notificationId, incidentId } = one.notification;
      log.error("Notification {notificationId} could not be settled", {
        ...{ notificationId, incidentId, error },
      });
    }
  }
  return written;
}

async function fail(
  { engine, nowMs, read }: BundleSettling,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  return await engine.store.transaction(async (tx) => {
    const written: Settlement[] = [];
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
      if (done) written.push(settlement);
    }
    return written;
  });
}
