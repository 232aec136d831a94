/**
 * Sends the notices that are due. They share the channels with the pages and always stand back for them: few at a time,
 * and none while a page is on its way on the same channel.
 */
import { getLogger } from "@logtape/logtape";
import { isStillHeld } from "../../domain/delivery/attempt.ts";
import { settle } from "../../domain/delivery/settlement.ts";
import type { Notice } from "../../domain/notices/notice.ts";
import {
  CHANNEL_KINDS,
  type ChannelKind,
} from "../../domain/responders/people.ts";
import type { Channel, SendResult } from "../../ports/channel.ts";
import type { Deliverer } from "../delivery/deliver.ts";
import type { DeliverySummary } from "../delivery/lane.ts";
import type { Engine } from "../engine.ts";
import { untilAvailable } from "../delivery/until_available.ts";

const log = getLogger(["pagerpal", "notices"]);

/** What a look just before sending says: the notice as it is to leave, or why it is not to leave at all. */
export type NoticeCheck =
  | { send: Notice }
  /** A sentence. */
  | { drop: string };

export interface NoticeDelivererOptions {
  channels: ReadonlyMap<ChannelKind, Channel>;
  /** This process, as the owner of leases. */
  node: string;
  /** Longer than the sends of one claim can take. */
  leaseMs: number;
  /** Whether pages are on their way on the channel. */
  isBusy(kind: ChannelKind): boolean;
  /** Looks at a claimed notice once more. */
  check(notice: Notice, nowMs: number): Promise<NoticeCheck>;
}

export type NoticeDeliverer = Omit<Deliverer, "claimEarly">;

/** On their way at once, per channel: mail has ten connections, and pages need them. */
const CONCURRENCY = 2;
const EXPIRY_BATCH = 200;

/** Promises a deliverer of notices that may run in any number of processes on one database. */
export function createNoticeDeliverer(
  engine: Engine,
  options: NoticeDelivererOptions,
): NoticeDeliverer {
  const lanes = CHANNEL_KINDS.map((kind) => createLane(engine, kind, options));
  return {
    async deliver(how) {
      const { store, clock } = engine;
      await store.notices.cancelExpired(clock(), EXPIRY_BATCH);
      const done = await Promise.all(lanes.map((lane) => lane.deliver(how)));
      return done.reduce((sum, one) => ({
        sent: sum.sent + one.sent,
        retried: sum.retried + one.retried,
        failed: sum.failed + one.failed,
      }), { sent: 0, retried: 0, failed: 0 });
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

/** One channel's notices, a handful after the other. Calls at the same time share the work. */
function createLane(
  engine: Engine,
  kind: ChannelKind,
  options: NoticeDelivererOptions,
): NoticeDeliverer {
  let stopped = false;
  let running: Promise<DeliverySummary> | null = null;
  let asked = false;

  async function run(firstAttemptsOnly: boolean): Promise<DeliverySummary> {
    const summary: DeliverySummary = { sent: 0, retried: 0, failed: 0 };
    for (;;) {
      asked = false;
      const notices = stopped || options.isBusy(kind)
        ? []
        : await claim(engine, kind, { ...options, firstAttemptsOnly });
      const results = await Promise.all(
        notices.map((notice) => deliverOne(engine, options, notice)),
      );
      for (const result of results) if (result) summary[result]++;
      if (!asked && notices.length === 0) return summary;
    }
  }

  return {
    async deliver({ firstAttemptsOnly }) {
      asked = true;
      running ??= run(firstAttemptsOnly).finally(() => running = null);
      return await running;
    },
    async stop() {
      stopped = true;
      await running?.catch(() => {});
    },
  };
}

async function claim(
  { store, clock }: Engine,
  channel: ChannelKind,
  { node, leaseMs, firstAttemptsOnly }: NoticeDelivererOptions & {
    firstAttemptsOnly: boolean;
  },
): Promise<Notice[]> {
  const nowMs = clock();
  return await store.notices.claim({
    channel,
    owner: node,
    nowMs,
    leaseUntilMs: nowMs + leaseMs,
    limit: CONCURRENCY,
    firstAttemptsOnly,
  });
}

/** Promises what became of the attempt; null when it was dropped, or could not be recorded: the lease brings it back. */
async function deliverOne(
  engine: Engine,
  options: NoticeDelivererOptions,
  notice: Notice,
): Promise<keyof DeliverySummary | null> {
  try {
    const checked = await options.check(notice, engine.clock());
    if ("drop" in checked) {
      return await record(engine, options, {
        notice,
        after: dropped(notice, checked.drop),
      });
    }
    if (!isStillHeld(notice, engine.clock())) return null;
    const result = await send(engine, options, checked.send);
    const { clock, random } = engine;
    const { notification: after } = settle(checked.send, result, {
      nowMs: clock(),
      random,
    });
    const provider = options.channels.get(notice.channel)?.provider ?? null;
    return await untilAvailable(() =>
      record(engine, options, {
        notice,
        after: { ...after, provider },
      })
    );
  } catch (error) {
    log.error("Notice {noticeId} could not be settled", {
      noticeId: notice.id,
      error,
    });
    return null;
  }
}

function dropped(notice: Notice, why: string): Notice {
  return {
    ...notice,
    state: "cancelled",
    error: why,
    // What is true again later may be told then.
    dedupKey: `${notice.dedupKey}:dropped:${notice.id}`,
    leaseOwner: null,
    leaseUntilMs: null,
  };
}

async function send(
  { store }: Engine,
  { channels, leaseMs }: NoticeDelivererOptions,
  notice: Notice,
): Promise<SendResult> {
  const { channel: kind, address, idempotencyKey, subject, text, link } =
    notice;
  const channel = channels.get(kind);
  if (!channel) {
    const error = `No provider for ${kind} is configured`;
    return { outcome: "permanent", error };
  }
  const responder = await store.responders.find(notice.responderId);
  const message = {
    kind: "notice",
    responderName: responder?.name ?? "",
    ...{ address, idempotencyKey, subject, text, link },
  } as const;
  return await channel.send(message, AbortSignal.timeout(leaseMs));
}

async function record(
  { store, clock }: Engine,
  { node }: NoticeDelivererOptions,
  { notice, after }: { notice: Notice; after: Notice },
): Promise<keyof DeliverySummary | null> {
  const { attempt } = notice;
  const row = { ...after, updatedAtMs: clock() };
  if (!await store.notices.settle(row, { owner: node, attempt })) {
    log.warn("The lease of notice {noticeId} was over before its result", {
      noticeId: row.id,
      attempt,
    });
    return null;
  }
  switch (row.state) {
    case "sent":
      return "sent";
    case "queued":
      return "retried";
    case "failed":
      log.warn("Notice {noticeId} has failed: {error}", {
        noticeId: row.id,
        error: row.error,
      });
      return "failed";
    default:
      return null;
  }
}
