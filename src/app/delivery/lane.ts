/** One channel's claims and sends. */
import { getLogger } from "@logtape/logtape";
import { attemptRefusal, isStillHeld } from "../../domain/delivery/attempt.ts";
import type {
  Claim,
  ClaimedNotification,
} from "../../ports/notification_repository.ts";
import type { Engine } from "../engine.ts";
import {
  attributesOf,
  type Parcel,
  parcelsOf,
  send,
  type Sending,
} from "./parcel.ts";
import type { ChannelPlaces } from "./places.ts";
import type { RecordOutcome } from "./record_outcome.ts";
import { untilAvailable } from "./until_available.ts";

const log = getLogger(["pagerpal", "delivery"]);

export interface Lane extends Sending {
  /** This process, as the owner of leases. */
  node: string;
  places: ChannelPlaces;
  /** How long messages to one person wait to go as one, after one has gone; 0: never. */
  bundlingMs: number;
  record: RecordOutcome;
  /** False: nothing is claimed; what is on its way is finished. */
  mayClaim(): boolean;
}

export interface DeliverySummary {
  sent: number;
  retried: number;
  failed: number;
}

/** Promises a lane that claims as much as it has places for, and more as places become free. */
export function createLane(engine: Engine, lane: Lane) {
  const onTheirWay = new Set<Promise<void>>();
  let stopped = false;
  let running: Promise<DeliverySummary> | null = null;
  let summary: DeliverySummary = { sent: 0, retried: 0, failed: 0 };
  /** Settles when somebody asks, or what was on its way ends. New for each wait, which leaves something behind on it. */
  let news = Promise.withResolvers<void>();
  /** Somebody has asked since the last look began. */
  let asked = false;
  /** The last look has left nothing that was due. */
  let isClear = true;

  function start(parcel: Parcel): void {
    const sending = deliverOne(engine, lane, parcel)
      .then((result) => {
        if (result) summary[result] += parcel.length;
      })
      .finally(() => {
        onTheirWay.delete(sending);
        lane.places.give(1);
        news.resolve();
      });
    onTheirWay.add(sending);
  }

  function wake(): void {
    asked = true;
    isClear = false;
    news.resolve();
  }

  async function run(firstAttemptsOnly: boolean): Promise<DeliverySummary> {
    try {
      for (;;) {
        while (!isClear) await look(firstAttemptsOnly);
        if (onTheirWay.size === 0) return summary;
        news = Promise.withResolvers();
        await news.promise;
      }
    } finally {
      // At once, so that whoever asks from now on is not told that it is over.
      running = null;
      summary = { sent: 0, retried: 0, failed: 0 };
      lane.places.leave();
    }
  }

  /** Begins to send what there are places for. Where there is none, it waits for one. */
  async function look(firstAttemptsOnly: boolean): Promise<void> {
    asked = false;
    news = Promise.withResolvers();
    const freed = lane.places.freed();
    const parcels = await claimFree(firstAttemptsOnly);
    for (const parcel of parcels ?? []) start(parcel);
    // Behind the many of one person there may be others.
    isClear = !asked && parcels?.length === 0;
    // A place that becomes free, or new work, is seen to at once: a send that hangs holds up nothing but itself.
    if (parcels === null) await Promise.race([news.promise, freed]);
  }

  /** Promises what it has claimed, each in a place of its own; null when no place is free. */
  async function claimFree(
    firstAttemptsOnly: boolean,
  ): Promise<Parcel[] | null> {
    if (!isOpen()) return [];
    const limit = lane.places.take();
    if (limit === 0) return null;
    let used = 0;
    try {
      const parcels = await claim(engine, lane, { limit, firstAttemptsOnly });
      used = parcels.length;
      if (used >= limit) lane.places.wait();
      return parcels;
    } finally {
      lane.places.give(limit - used);
    }
  }

  function begin(firstAttemptsOnly: boolean): Promise<DeliverySummary> {
    return running = run(firstAttemptsOnly);
  }

  function isOpen(): boolean {
    return !stopped && lane.mayClaim();
  }

  return {
    kind: lane.kind,
    /**
     * Takes places for up to so many messages that are claimed as they are written. Null where more is due than was
     * claimed, or no place is free: they come in their turn.
     */
    claimEarly(
      most: number,
      { firstAttemptsOnly }: { firstAttemptsOnly: boolean },
    ): LaneClaim | null {
      if (!isOpen() || (running !== null && !isClear)) return null;
      const limit = lane.places.takeUpTo(most);
      if (limit === 0) return null;
      // Who stops waits for its end.
      const over = Promise.withResolvers<void>();
      onTheirWay.add(over.promise);
      return {
        claim: claimOf(engine, lane, { limit, firstAttemptsOnly }),
        end(claimed) {
          onTheirWay.delete(over.promise);
          over.resolve();
          news.resolve();
          const parcels = parcelsOf(claimed);
          for (const parcel of parcels) start(parcel);
          lane.places.give(limit - parcels.length);
          if (parcels.length === 0 || running !== null) return;
          // Whoever asks the lane to deliver hears of an error; here nobody waits.
          begin(firstAttemptsOnly).catch(() => {});
        },
      };
    },
    async deliver(
      { firstAttemptsOnly }: { firstAttemptsOnly: boolean },
    ): Promise<DeliverySummary> {
      wake();
      return await (running ?? begin(firstAttemptsOnly));
    },
    async stop(): Promise<void> {
      stopped = true;
      // A run that waits for work ends; one that is claiming right now begins what it has claimed.
      wake();
      await running?.catch(() => {});
      while (onTheirWay.size > 0) await Promise.allSettled(onTheirWay);
    },
  };
}

/** Places of a lane for what is claimed as it is written. */
export interface LaneClaim {
  claim: Claim;
  /** To be called when the transaction is over: begins to send what was claimed and committed. */
  end(claimed: readonly ClaimedNotification[]): void;
}

function claimOf(
  { clock }: Pick<Engine, "clock">,
  { kind: channel, node: owner, leaseMs, bundlingMs }: Lane,
  wanted: Pick<Claim, "limit" | "firstAttemptsOnly">,
): Claim {
  const nowMs = clock();
  const leaseUntilMs = nowMs + leaseMs;
  return { channel, owner, nowMs, leaseUntilMs, bundlingMs, ...wanted };
}

async function claim(
  engine: Engine,
  lane: Lane,
  wanted: Pick<Claim, "limit" | "firstAttemptsOnly">,
): Promise<Parcel[]> {
  const { store, observer } = engine;
  const { kind: channel } = lane;
  const claimed = await observer.span(
    "claim",
    { channel },
    () => store.notifications.claim(claimOf(engine, lane, wanted)),
  );
  const parcels = parcelsOf(claimed);
  for (const parcel of parcels) {
    if (parcel.some((each) => each.takenOver)) observer.leaseTakenOver(channel);
  }
  return parcels;
}

/** Promises what became of the attempt, or null when it could not be recorded: the lease brings the row back. */
async function deliverOne(
  engine: Engine,
  lane: Lane,
  parcel: Parcel,
): Promise<keyof DeliverySummary | null> {
  const [{ notification }] = parcel;
  if (!isStillHeld(notification, engine.clock())) {
    log.warn("The lease of notification {notificationId} was over unsent", {
      notificationId: notification.id,
      incidentId: notification.incidentId,
    });
    return null;
  }
  try {
    const result = attemptRefusal(notification) ??
      await engine.observer.span(
        "send",
        attributesOf(parcel),
        () => send(lane, parcel),
      );
    const atMs = engine.clock();
    const provider = lane.channels.get(lane.kind)?.provider ?? null;
    // The provider's word is kept through an outage: without it the page would go out once more.
    return await untilAvailable(() =>
      lane.record({ parcel, owner: lane.node, provider, result, nowMs: atMs })
    );
  } catch (error) {
    log.error("Notification {notificationId} could not be settled", {
      notificationId: notification.id,
      incidentId: notification.incidentId,
      error,
    });
    return null;
  }
}
