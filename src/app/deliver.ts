/** Sends what is due. The notification rows are the outbox; this claims them, sends, and writes what became of it. */
import { getLogger } from "@logtape/logtape";
import { settle } from "../domain/delivery.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../domain/people.ts";
import { SYSTEM } from "../domain/timeline.ts";
import type { Channel, SendResult } from "../ports/channel.ts";
import type { ClaimedNotification } from "../ports/paging_repositories.ts";
import type { Engine } from "./engine.ts";
import { type LinkSigner, pageMessage } from "./page_message.ts";
import { writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "delivery"]);

export interface DelivererOptions {
  channels: ReadonlyMap<ChannelKind, Channel>;
  /** This process, as the owner of leases. */
  node: string;
  /** The most messages on their way at once, per channel: one slow provider holds up only its own. */
  concurrency: number;
  /** Longer than a send can take, so that a lease only runs out when its process died or stood still. */
  leaseMs: number;
  baseUrl: string;
  links: LinkSigner;
}

export interface DeliverySummary {
  sent: number;
  retried: number;
  failed: number;
}

export interface Deliverer {
  /**
   * Claims and sends everything that is due, as far as the channels take it; more follows by itself as sends end.
   * Settles when nothing is due or on its way. Calls at the same time share the work.
   */
  deliver(options: { firstAttemptsOnly: boolean }): Promise<DeliverySummary>;
  /** No new claims; settles when the messages on their way have been recorded. */
  stop(): Promise<void>;
}

/** Promises a deliverer that may run in any number of processes on one database. */
export function createDeliverer(
  engine: Engine,
  options: DelivererOptions,
): Deliverer {
  const lanes = CHANNEL_KINDS.map((kind) =>
    createLane(engine, { kind, ...options })
  );
  return {
    async deliver(how) {
      const done = await Promise.all(lanes.map((lane) => lane.deliver(how)));
      return done.reduce(add, { sent: 0, retried: 0, failed: 0 });
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
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
  concurrency: number;
  leaseMs: number;
  baseUrl: string;
  links: LinkSigner;
}

/** One channel's claims and sends. */
function createLane(engine: Engine, lane: Lane) {
  const onTheirWay = new Set<Promise<void>>();
  let stopped = false;
  let running: Promise<DeliverySummary> | null = null;
  let ask = Promise.withResolvers<void>();
  let asked = false;

  function start(one: ClaimedNotification, summary: DeliverySummary): void {
    const sending = deliverOne(engine, lane, one)
      .then((result) => {
        if (result) summary[result]++;
      })
      .finally(() => onTheirWay.delete(sending));
    onTheirWay.add(sending);
  }

  async function run(firstAttemptsOnly: boolean): Promise<DeliverySummary> {
    const summary: DeliverySummary = { sent: 0, retried: 0, failed: 0 };
    for (;;) {
      asked = false;
      ask = Promise.withResolvers();
      const limit = stopped ? 0 : lane.concurrency - onTheirWay.size;
      const claimed = limit === 0
        ? []
        : await claim(engine, lane, { limit, firstAttemptsOnly });
      for (const one of claimed) start(one, summary);
      if (asked || (limit > 0 && claimed.length === limit)) continue;
      if (onTheirWay.size === 0) return summary;
      // A place that becomes free, or new work, is seen to at once: a send
      // that hangs holds up nothing but itself.
      await Promise.race([ask.promise, ...onTheirWay]);
    }
  }

  return {
    async deliver(
      { firstAttemptsOnly }: { firstAttemptsOnly: boolean },
    ): Promise<DeliverySummary> {
      asked = true;
      ask.resolve();
      running ??= run(firstAttemptsOnly).finally(() => running = null);
      return await running;
    },
    async stop(): Promise<void> {
      stopped = true;
      await Promise.allSettled(onTheirWay);
    },
  };
}

async function claim(
  { store, clock }: Engine,
  lane: Lane,
  { limit, firstAttemptsOnly }: { limit: number; firstAttemptsOnly: boolean },
): Promise<ClaimedNotification[]> {
  const nowMs = clock();
  return await store.notifications.claim({
    channel: lane.kind,
    owner: lane.node,
    nowMs,
    leaseUntilMs: nowMs + lane.leaseMs,
    limit,
    firstAttemptsOnly,
  });
}

/** Promises what became of the attempt, or null when it could not be recorded: the lease brings the row back. */
async function deliverOne(
  engine: Engine,
  lane: Lane,
  claimed: ClaimedNotification,
): Promise<keyof DeliverySummary | null> {
  const { notification } = claimed;
  try {
    const result = await send(lane, claimed);
    return await record(engine, lane, { claimed, result });
  } catch (error) {
    log.error("Notification {notificationId} could not be settled", {
      notificationId: notification.id,
      incidentId: notification.incidentId,
      error,
    });
    return null;
  }
}

async function send(
  { channels, kind, baseUrl, links, leaseMs }: Lane,
  claimed: ClaimedNotification,
): Promise<SendResult> {
  const channel = channels.get(kind);
  if (!channel) {
    const error = `No provider for ${kind} is configured`;
    return { outcome: "permanent", error };
  }
  try {
    const message = pageMessage(claimed, { baseUrl, links });
    return await channel.send(message, AbortSignal.timeout(leaseMs));
  } catch (error) {
    // A channel promises not to throw; when it does, the page must still be tried again.
    log.error("The {channel} channel threw", { channel: kind, error });
    const words = `The ${kind} channel failed unexpectedly`;
    return { outcome: "retry", error: words, retryAfterMs: null };
  }
}

async function record(
  engine: Engine,
  { channels, kind, node }: Lane,
  { claimed, result }: { claimed: ClaimedNotification; result: SendResult },
): Promise<keyof DeliverySummary | null> {
  const { notification } = claimed;
  const nowMs = engine.clock();
  const provider = channels.get(kind)?.provider ?? null;
  const settlement = settle(notification, result, {
    nowMs,
    random: engine.random,
  });
  const row = { ...settlement.notification, provider };
  const recorded = await engine.store.transaction(async (tx) => {
    const held = { owner: node, attempt: notification.attempt };
    const written = await writeSettlement(
      { engine, tx, nowMs },
      { ...settlement, notification: row },
      () => tx.notifications.settle(row, held),
    );
    if (written && notification.maybeSentTwice) {
      await tx.timeline.add(notification.incidentId, [{
        kind: "page_repeated_after_crash",
        atMs: nowMs,
        actor: SYSTEM,
        detail: { notificationId: notification.id },
      }]);
    }
    return written;
  });
  if (!recorded) {
    log.warn(
      "The lease of notification {notificationId} was over before its result was known",
      {
        notificationId: notification.id,
        attempt: notification.attempt,
      },
    );
    return null;
  }
  if (settlement.moveOn) engine.kick();
  return row.state === "sent"
    ? "sent"
    : row.state === "queued"
    ? "retried"
    : "failed";
}
