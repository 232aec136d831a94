/** Writes what became of what was sent. */
import { getLogger } from "@logtape/logtape";
import {
  type Settlement,
  settleTogether,
} from "../../domain/delivery/settlement.ts";
import type { SendResult } from "../../ports/channel.ts";
import type { HeldNotification } from "../../ports/paging_repositories.ts";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { Together } from "../together.ts";
import { pageAside } from "./page_aside.ts";
import type { Parcel } from "./parcel.ts";
import { settleBundle } from "./settle_bundle.ts";
import { told, writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "delivery"]);

/** A group is one transaction, and others wait while it is written. */
const MOST_TOGETHER = 64;

/** A parcel and the provider's word on it. */
export interface Outcome {
  parcel: Parcel;
  /** Who holds it. */
  owner: string;
  provider: string | null;
  result: SendResult;
  /** When the provider's word came. */
  nowMs: number;
}

export type RecordOutcome = (
  outcome: Outcome,
) => Promise<"sent" | "retried" | "failed" | null>;

/** One message of its own, and what is to be written of it. */
interface Single {
  settlement: Settlement;
  held: HeldNotification;
  nowMs: number;
}

/**
 * Promises to write outcomes with what follows from them; null where somebody else holds the messages by now. Of single
 * messages, those whose outcomes come at the same time are written together.
 */
export function createRecordOutcome(engine: Engine): RecordOutcome {
  const singles = new Together({
    most: MOST_TOGETHER,
    run: (group: readonly Single[]) => recordSingles(engine, group),
  });
  return async ({ parcel, owner, provider, result, nowMs }) => {
    const settlements = settleTogether(
      parcel.map(({ notification }) => notification),
      result,
      { nowMs, random: engine.random },
    ).map((each) => ({
      ...each,
      notification: { ...each.notification, provider },
    }));
    const [first] = settlements;
    if (!first) return null;
    const { notification } = first;
    const { attempt } = parcel[0].notification;
    const recorded = settlements.length === 1
      ? await singles.add({
        settlement: first,
        held: { notification, owner, attempt },
        nowMs,
      })
      : await settleBundle(
        { engine, nowMs, read: { state: "sending", owner, attempt } },
        settlements,
      ) > 0;
    if (recorded) return await follow(engine, { parcel, result, settlements });
    log.warn(
      "The lease of notification {notificationId} was over before its result was known",
      { notificationId: notification.id, attempt },
    );
    return null;
  };
}

/** What comes of an outcome once it is written. */
async function follow(
  engine: Engine,
  { parcel, result, settlements }: Pick<Outcome, "parcel" | "result"> & {
    settlements: readonly Settlement[];
  },
): ReturnType<RecordOutcome> {
  const [first] = settlements;
  if (!first) return null;
  const { notification, moveOn } = first;
  engine.observer.settled(parcel, notification);
  if (result.outcome === "retry" && result.untried) {
    await pageAside(engine, settlements.map((each) => each.notification));
  }
  if (moveOn) {
    // Nothing has reached the person: what waits behind it need not.
    await engine.store.notifications.endWindow(notification);
    engine.kick();
  }
  return notification.state === "sent"
    ? "sent"
    : notification.state === "queued"
    ? "retried"
    : "failed";
}

/** Promises for each whether it was written. What has failed for good asks for more, and has a transaction of its own. */
async function recordSingles(
  engine: Engine,
  group: readonly Single[],
): Promise<(boolean | Promise<boolean>)[]> {
  const plain = group.filter(({ settlement }) => !settlement.moveOn);
  const written = await recordTogether(engine, plain);
  return group.map((one) =>
    written === null || one.settlement.moveOn
      ? recordAlone(engine, one)
      : written.has(one.held.notification.id)
  );
}

/** Promises the ids of what was written; null where the group is refused because of one of them. */
async function recordTogether(
  { store }: Engine,
  plain: readonly Single[],
): Promise<Set<number> | null> {
  if (plain.length === 0) return new Set();
  try {
    return await store.transaction(async (tx) => {
      const ids = await tx.notifications
        .settleEach(plain.map(({ held }) => held));
      const written = new Set(ids);
      const stories = plain
        .filter(({ held }) => written.has(held.notification.id))
        .flatMap(({ settlement, held: { notification }, nowMs }) =>
          told(settlement, nowMs)
            .map((entry) => ({ ...entry, incidentId: notification.incidentId }))
        );
      await tx.timeline.addToMany(stories);
      return written;
    });
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    log.warn("{count} outcomes are written one by one", {
      count: plain.length,
      error,
    });
    return null;
  }
}

async function recordAlone(
  engine: Engine,
  { settlement, held, nowMs }: Single,
): Promise<boolean> {
  const { notification, ...by } = held;
  return await engine.store.transaction((tx) =>
    writeSettlement(
      { engine, tx, nowMs },
      settlement,
      () => tx.notifications.settle(notification, by),
    )
  );
}
