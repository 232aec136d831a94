/** Writes what became of what was sent. */
import { getLogger } from "@logtape/logtape";
import {
  type Settlement,
  settleTogether,
} from "../../domain/delivery/settlement.ts";
import type { SendResult } from "../../ports/channel.ts";
import type { HeldNotification } from "../../ports/notification_repository.ts";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { Together } from "../together.ts";
import { pageAside } from "./page_aside.ts";
import type { Parcel } from "./parcel.ts";
import { settleBundle } from "./settle_bundle.ts";
import { holdWanted, told, writeSettlement } from "./settle_notification.ts";

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
  held: Omit<HeldNotification, "notification">;
  nowMs: number;
}

/**
 * Promises to write outcomes with what follows from them; null where somebody else holds the messages by now, or nobody
 * wants them any more. Of single messages, those whose outcomes come at the same time are written together.
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
    const [{ notification: { id, attempt } }] = parcel;
    const written = settlements.length === 1
      ? await singles.add({
        settlement: first,
        held: { owner, attempt },
        nowMs,
      }).then((one) => one ? [one] : [])
      : await settleBundle(
        { engine, nowMs, read: { state: "sending", owner, attempt } },
        settlements,
      );
    if (written.length > 0) {
      return await follow(engine, { parcel, result, written });
    }
    log.warn(
      "The lease of notification {notificationId} was over before its result was known",
      { notificationId: id, attempt },
    );
    return null;
  };
}

/** What comes of an outcome once it is written. */
async function follow(
  engine: Engine,
  { parcel, result, written }: Pick<Outcome, "parcel" | "result"> & {
    written: readonly Settlement[];
  },
): ReturnType<RecordOutcome> {
  const after = new Map(
    written.map(({ notification }) => [notification.id, notification]),
  );
  for (const one of parcel) {
    const row = after.get(one.notification.id);
    if (row) engine.observer.settled([one], row);
  }
  const rows = [...after.values()];
  const waiting = rows.filter(({ state }) => state === "queued");
  if (result.outcome === "retry" && result.untried) {
    await pageAside(engine, waiting);
  }
  const failed = written.find(({ moveOn }) => moveOn);
  if (failed) {
    // Nothing has reached the person: what waits behind it need not.
    await engine.store.notifications.endWindow(failed.notification);
    engine.kick();
    return "failed";
  }
  if (result.outcome === "sent") return "sent";
  if (waiting.length === 0) return null;
  engine.lookSoon();
  return "retried";
}

/** Promises for each what was written, or null. What has failed for good asks for more, and has a transaction of its own. */
async function recordSingles(
  engine: Engine,
  group: readonly Single[],
): Promise<(Settlement | null | Promise<Settlement | null>)[]> {
  const plain = group.filter(({ settlement }) => !settlement.moveOn);
  const written = await recordTogether(engine, plain);
  return group.map((one) =>
    written === null || one.settlement.moveOn
      ? recordAlone(engine, one)
      : written.get(one.settlement.notification.id) ?? null
  );
}

/** Promises what was written, by the message's id; null where the group is refused because of one of them. */
async function recordTogether(
  { store }: Engine,
  plain: readonly Single[],
): Promise<Map<number, Settlement> | null> {
  if (plain.length === 0) return new Map();
  try {
    return await store.transaction(async (tx) => {
      const asWanted = await holdWanted(
        tx,
        plain.map(({ settlement }) => settlement),
      );
      const singles = plain
        .map((one) => ({ ...one, settlement: asWanted(one.settlement) }));
      const ids = new Set(
        await tx.notifications.settleEach(
          singles.map(({ settlement: { notification }, held }) => ({
            notification,
            ...held,
          })),
        ),
      );
      const written = singles
        .filter(({ settlement }) => ids.has(settlement.notification.id));
      await tx.timeline.addToMany(
        written.flatMap(({ settlement, nowMs }) => {
          const { incidentId } = settlement.notification;
          return told(settlement, nowMs)
            .map((entry) => ({ ...entry, incidentId }));
        }),
      );
      return new Map(
        written.map(({ settlement }) => [
          settlement.notification.id,
          settlement,
        ]),
      );
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
): Promise<Settlement | null> {
  return await engine.store.transaction(async (tx) => {
    const asWanted = await holdWanted(tx, [settlement]);
    const wanted = asWanted(settlement);
    const written = await writeSettlement(
      { engine, tx, nowMs },
      wanted,
      () => tx.notifications.settle(wanted.notification, held),
    );
    return written ? wanted : null;
  });
}
