/** One channel's claims and sends. */
import { getLogger } from "@logtape/logtape";
import { attemptRefusal, isStillHeld } from "../../domain/delivery/attempt.ts";
import type { Repositories } from "../../ports/store.ts";
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
  let ask = Promise.withResolvers<void>();
  let ended = Promise.withResolvers<void>();
  let asked = false;

  function start(parcel: Parcel, summary: DeliverySummary): void {
    const sending = deliverOne(engine, lane, parcel)
      .then((result) => {
        if (result) summary[result] += parcel.length;
      })
      .finally(() => {
        onTheirWay.delete(sending);
        lane.places.give(1);
        ended.resolve();
      });
    onTheirWay.add(sending);
  }

  async function run(
    firstAttemptsOnly: boolean,
    early: Promise<Parcel[] | null> | null = null,
  ): Promise<DeliverySummary> {
    const summary: DeliverySummary = { sent: 0, retried: 0, failed: 0 };
    for (;;) {
      asked = false;
      ask = Promise.withResolvers();
      const freed = lane.places.freed();
      const claimed = await (early ?? claimFree(engine, firstAttemptsOnly));
      // Behind the many of one person there may be others. Whoever claims early asks for them.
      const isLast = early !== null || claimed?.length === 0;
      early = null;
      for (const parcel of claimed ?? []) start(parcel, summary);
      if (asked || claimed !== null && !isLast) continue;
      const crowded = claimed === null ? [freed] : [];
      if (onTheirWay.size === 0 && crowded.length === 0) return summary;
      // A place that becomes free, or new work, is seen to at once: a send
      // that hangs holds up nothing but itself.
      ended = Promise.withResolvers();
      await Promise.race([ask.promise, ended.promise, ...crowded]);
    }
  }

  /** Promises what it has claimed, each in a place of its own; null when no place is free. */
  async function claimFree(
    on: Parameters<typeof claim>[0],
    firstAttemptsOnly: boolean,
  ): Promise<Parcel[] | null> {
    if (!isOpen()) return [];
    const limit = lane.places.take();
    if (limit === 0) return null;
    let used = 0;
    try {
      const parcels = await claim(on, lane, { limit, firstAttemptsOnly });
      used = parcels.length;
      if (used >= limit) lane.places.wait();
      return parcels;
    } finally {
      lane.places.give(limit - used);
    }
  }

  function begin(work: Promise<DeliverySummary>): Promise<DeliverySummary> {
    running = work.finally(() => {
      running = null;
      lane.places.leave();
    });
    return running;
  }

  function isOpen(): boolean {
    return !stopped && lane.mayClaim();
  }

  return {
    kind: lane.kind,
    /** Null while the lane is at work: what is queued then comes in its turn. */
    claimEarly({ firstAttemptsOnly }: { firstAttemptsOnly: boolean }) {
      if (running !== null || !isOpen()) return null;
      const committed = Promise.withResolvers<Parcel[] | null>();
      let parcels: Parcel[] | null = [];
      // Whoever asks the lane to deliver hears of an error; here nobody waits.
      begin(run(firstAttemptsOnly, committed.promise)).catch(() => {});
      const forget = () => {
        lane.places.give(parcels?.length ?? 0);
        parcels = [];
      };
      return {
        async within(tx: Repositories) {
          forget();
          const on = { ...engine, store: tx };
          parcels = await claimFree(on, firstAttemptsOnly);
        },
        end(how: "committed" | "rolled back") {
          if (how === "rolled back") forget();
          committed.resolve(parcels);
        },
      };
    },
    async deliver(
      { firstAttemptsOnly }: { firstAttemptsOnly: boolean },
    ): Promise<DeliverySummary> {
      asked = true;
      ask.resolve();
      return await (running ?? begin(run(firstAttemptsOnly)));
    },
    async stop(): Promise<void> {
      stopped = true;
      // Wakes a run that waits for work, so that it ends; one that is claiming right now begins what it has claimed.
      ask.resolve();
      await running?.catch(() => {});
      await Promise.allSettled(onTheirWay);
    },
  };
}

async function claim(
  { store, clock, observer }: Pick<Engine, "clock" | "observer"> & {
    store: Pick<Repositories, "notifications">;
  },
  lane: Lane,
  { limit, firstAttemptsOnly }: { limit: number; firstAttemptsOnly: boolean },
): Promise<Parcel[]> {
  const { kind: channel, node: owner, bundlingMs } = lane;
  const nowMs = clock();
  const claimed = await observer.span(
    "claim",
    { channel },
    () =>
      store.notifications.claim({
        channel,
        owner,
        nowMs,
        leaseUntilMs: nowMs + lane.leaseMs,
        limit,
        firstAttemptsOnly,
        bundlingMs,
      }),
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
