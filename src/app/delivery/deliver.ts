/** Sends what is due. The notification rows are the outbox; this claims them, sends, and writes what became of it. */
import { getLogger } from "@logtape/logtape";
import {
  attemptRefusal,
  isStillHeld,
  type Settlement,
  settleTogether,
} from "../../domain/delivery.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../domain/people.ts";
import type { Channel, SendResult } from "../../ports/channel.ts";
import type { ClaimedNotification } from "../../ports/paging_repositories.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { type ChannelPlaces, sharePlaces } from "./places.ts";
import { pageAside } from "./page_aside.ts";
import { type LinkSigner, messageOf } from "./page_message.ts";
import { settleBundle } from "./settle_bundle.ts";
import { untilAvailable } from "./until_available.ts";
import { writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "delivery"]);

export interface DelivererOptions {
  channels: ReadonlyMap<ChannelKind, Channel>;
  /** This process, as the owner of leases. */
  node: string;
  /** The most messages on their way at once, per provider: one that is slow holds up only its own. */
  concurrency: number;
  /** Longer than a send can take, so that a lease only runs out when its process died or stood still. */
  leaseMs: number;
  /** How long messages to one person on one channel wait to go as one, after one has gone; 0: never. */
  bundlingMs: number;
  baseUrl: string;
  links: LinkSigner;
  /** False: nothing is claimed; what is on its way is finished. */
  mayClaim(): boolean;
}

export interface DeliverySummary {
  sent: number;
  retried: number;
  failed: number;
}

/** A claim in the transaction that queues what it claims: who is paged then waits for one commit and not for two. */
export interface EarlyClaim {
  /** Claims what is due on these channels as far as they are idle; when the transaction is repeated, the last time counts. */
  within(tx: Repositories, channels: Iterable<ChannelKind>): Promise<void>;
  /** To be called when the transaction is over: begins to send what was claimed, if that was committed. */
  end(how: "committed" | "rolled back"): void;
}

export interface Deliverer {
  /**
   * Claims and sends everything that is due, as far as the channels take it; more follows by itself as sends end.
   * Settles when nothing is due or on its way. Calls at the same time share the work.
   */
  deliver(options: { firstAttemptsOnly: boolean }): Promise<DeliverySummary>;
  /** Promises a claim on the channels that are idle: they claim nothing else until it ends. */
  claimEarly(options: { firstAttemptsOnly: boolean }): EarlyClaim;
  /** No new claims; settles when the messages on their way have been recorded. */
  stop(): Promise<void>;
}

/** Promises a deliverer that may run in any number of processes on one database. */
export function createDeliverer(
  engine: Engine,
  options: DelivererOptions,
): Deliverer {
  const places = placesOf(options);
  const lanes = places.map(([kind, own]) =>
    createLane(engine, { kind, places: own, ...options })
  );
  return {
    async deliver(how) {
      const done = await Promise.all(lanes.map((lane) => lane.deliver(how)));
      return done.reduce(add, { sent: 0, retried: 0, failed: 0 });
    },
    claimEarly(how) {
      const claims = new Map(
        lanes.map((lane) => [lane.kind, lane.claimEarly(how)]),
      );
      return {
        async within(tx, channels) {
          for (const kind of channels) await claims.get(kind)?.within(tx);
        },
        end(how) {
          for (const claim of claims.values()) claim?.end(how);
        },
      };
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

/** Promises each channel's places; those of one provider share theirs. */
function placesOf(
  { channels, concurrency }: Pick<DelivererOptions, "channels" | "concurrency">,
): [ChannelKind, ChannelPlaces][] {
  const byProvider = Map.groupBy(
    CHANNEL_KINDS,
    (kind) => channels.get(kind)?.provider ?? kind,
  );
  return [...byProvider.values()].flatMap((kinds) => {
    const places = sharePlaces(concurrency, kinds.length);
    return kinds.flatMap((kind, at): [ChannelKind, ChannelPlaces][] => {
      const own = places[at];
      return own ? [[kind, own]] : [];
    });
  });
}

function add(a: DeliverySummary, b: DeliverySummary): DeliverySummary {
  return {
    sent: a.sent + b.sent,
    retried: a.retried + b.retried,
    failed: a.failed + b.failed,
  };
}

interface Lane {
  kind: ChannelKind;
  channels: DelivererOptions["channels"];
  node: string;
  places: ChannelPlaces;
  leaseMs: number;
  bundlingMs: number;
  baseUrl: string;
  links: LinkSigner;
  mayClaim(): boolean;
}

/** What goes as one message: one notification, or a bundle of them, the worst first. */
type Parcel = [ClaimedNotification, ...ClaimedNotification[]];

/** One channel's claims and sends. */
function createLane(engine: Engine, lane: Lane) {
  const onTheirWay = new Set<Promise<void>>();
  let stopped = false;
  let running: Promise<DeliverySummary> | null = null;
  let ask = Promise.withResolvers<void>();
  let asked = false;

  function start(parcel: Parcel, summary: DeliverySummary): void {
    const sending = deliverOne(engine, lane, parcel)
      .then((result) => {
        if (result) summary[result] += parcel.length;
      })
      .finally(() => {
        onTheirWay.delete(sending);
        lane.places.give(1);
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
      early = null;
      for (const parcel of claimed ?? []) start(parcel, summary);
      // Behind the many of one person there may be others.
      if (asked || claimed !== null && claimed.length > 0) continue;
      const crowded = claimed === null ? [freed] : [];
      if (onTheirWay.size === 0 && crowded.length === 0) return summary;
      // A place that becomes free, or new work, is seen to at once: a send
      // that hangs holds up nothing but itself.
      await Promise.race([ask.promise, ...crowded, ...onTheirWay]);
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

function parcelsOf(claimed: readonly ClaimedNotification[]): Parcel[] {
  const parcels = new Map<string, Parcel>();
  for (const one of claimed) {
    const { id, bundle } = one.notification;
    const key = bundle ? `bundle ${bundle.id}` : `one ${id}`;
    const parcel = parcels.get(key);
    if (parcel) parcel.push(one);
    else parcels.set(key, [one]);
  }
  return [...parcels.values()];
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
        attributesOf(notification, parcel.length),
        () => send(lane, parcel),
      );
    const atMs = engine.clock();
    // The provider's word is kept through an outage: without it the page would go out once more.
    return await untilAvailable(() =>
      record(engine, lane, { parcel, result, nowMs: atMs })
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

function attributesOf(
  { id, incidentId, channel, attempt }: ClaimedNotification["notification"],
  messages: number,
) {
  return {
    channel,
    attempt,
    messages,
    notification_id: id,
    incident_id: incidentId,
  };
}

async function send(
  { channels, kind, baseUrl, links, leaseMs }: Lane,
  parcel: Parcel,
): Promise<SendResult> {
  const channel = channels.get(kind);
  if (!channel) {
    const error = `No provider for ${kind} is configured`;
    return { outcome: "permanent", error };
  }
  try {
    const message = messageOf(parcel, { baseUrl, links });
    return await channel.send(message, AbortSignal.timeout(leaseMs));
  } catch (error) {
    // A channel promises not to throw; when it does, the page must still be tried again.
    log.error("The {channel} channel threw", { channel: kind, error });
    const words = `The ${kind} channel failed unexpectedly`;
    return {
      outcome: "retry",
      error: words,
      retryAfterMs: null,
      outcomeUnknown: true,
    };
  }
}

async function record(
  engine: Engine,
  lane: Lane,
  { parcel, result, nowMs }: {
    parcel: Parcel;
    result: SendResult;
    nowMs: number;
  },
): Promise<keyof DeliverySummary | null> {
  const provider = lane.channels.get(lane.kind)?.provider ?? null;
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
  const { notification, moveOn } = first;
  const { attempt } = parcel[0].notification;
  const held = { owner: lane.node, attempt };
  const recorded = settlements.length === 1
    ? await recordOne(engine, { settlement: first, held, nowMs })
    : await settleBundle(
      { engine, nowMs, read: { state: "sending", ...held } },
      settlements,
    ) > 0;
  if (!recorded) {
    log.warn(
      "The lease of notification {notificationId} was over before its result was known",
      {
        notificationId: notification.id,
        attempt,
      },
    );
    return null;
  }
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

async function recordOne(
  engine: Engine,
  { settlement, held, nowMs }: {
    settlement: Settlement;
    held: { owner: string; attempt: number };
    nowMs: number;
  },
): Promise<boolean> {
  const { notification } = settlement;
  return await engine.store.transaction((tx) =>
    writeSettlement(
      { engine, tx, nowMs },
      settlement,
      () => tx.notifications.settle(notification, held),
    )
  );
}
