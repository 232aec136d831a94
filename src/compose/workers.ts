/** What works by itself: pages and notices are sent, and incidents escalated, as soon as they are due. */
import { getLogger } from "@logtape/logtape";
import { checkNotice } from "../app/notices/check_notice.ts";
import { createDeliverer, type Deliverer } from "../app/delivery/deliver.ts";
import {
  createNoticeDeliverer,
  type NoticeDeliverer,
} from "../app/notices/deliver_notices.ts";
import type { Engine } from "../app/engine.ts";
import { escalateDue } from "../app/incidents/escalate.ts";
import type { LinkSigner } from "../app/delivery/page_message.ts";
import type { GuardedChannel } from "../channels/guard.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import { createWaker, oneAtATime, type Waker } from "../jobs/waker.ts";
import type { Store } from "../ports/store.ts";
import type { Outside } from "./outside.ts";

const log = getLogger(["pagerpal"]);

/** Longer than a channel's own limit of 10 s, so that only a process that died or stood still loses a lease. */
export const LEASE_MS = 20_000;

export interface Workers {
  deliverer: Deliverer;
  noticeDeliverer: NoticeDeliverer;
  waker: Waker;
  /** For what queues pages: takes those that may leave at once, as this process is set to. */
  claimEarly(): ReturnType<Deliverer["claimEarly"]>;
}

/** Promises the workers at rest. They take nothing while `mayWork` says no. */
export function composeWorkers(
  { config, store, clock, node }: Outside,
  { engine, channels, links, mayWork }: {
    engine: Engine;
    channels: ReadonlyMap<ChannelKind, GuardedChannel>;
    links: LinkSigner;
    mayWork: () => boolean;
  },
): Workers {
  const deliverer = createDeliverer(engine, {
    channels,
    node,
    concurrency: config.notificationConcurrency,
    leaseMs: LEASE_MS,
    bundlingMs: config.pageBundlingSeconds * 1_000,
    baseUrl: config.baseUrl,
    links,
    mayClaim: mayWork,
  });
  const noticeDeliverer = createNoticeDeliverer(engine, {
    channels,
    node,
    leaseMs: LEASE_MS,
    isBusy: (kind) =>
      !mayWork() || (channels.get(kind)?.health().inFlight ?? 0) > 0,
    check: (notice, nowMs) =>
      checkNotice({ store, baseUrl: config.baseUrl }, notice, nowMs),
  });
  const firstAttemptsOnly = !config.notificationRetryWorkerEnabled;
  const whileWorking = (run: () => Promise<unknown>) => async () => {
    if (mayWork()) await run();
  };
  const delivers = config.notificationRetryWorkerEnabled;
  const waker = createWaker({
    clock,
    works: [
      {
        name: "pages",
        onKick: true,
        run: whileWorking(() => deliverer.deliver({ firstAttemptsOnly })),
        nextDueAtMs: due(delivers, () => store.notifications.nextDueAtMs()),
      },
      {
        name: "escalations",
        onKick: false,
        run: oneAtATime(
          whileWorking(() =>
            config.escalationWorkerEnabled
              ? escalateDue(engine, { mayGoOn: mayWork })
              : Promise.resolve()
          ),
        ),
        nextDueAtMs: due(
          config.escalationWorkerEnabled,
          () => store.incidents.nextDueAtMs(),
        ),
      },
      {
        name: "notices",
        onKick: !delivers,
        run: whileWorking(() => noticeDeliverer.deliver({ firstAttemptsOnly })),
        nextDueAtMs: due(delivers, () => store.notices.nextDueAtMs()),
      },
    ],
  });
  function due(enabled: boolean, nextDueAtMs: () => Promise<number | null>) {
    return async () => enabled && mayWork() ? await nextDueAtMs() : null;
  }
  const claimEarly = () => deliverer.claimEarly({ firstAttemptsOnly });
  return { deliverer, noticeDeliverer, waker, claimEarly };
}

/** What the process held when it had to end is taken over at once, and not when the lease is over. */
export async function giveBack(
  { notifications, notices }: Store,
  { node, nowMs }: { node: string; nowMs: number },
): Promise<void> {
  try {
    const released = await notifications.releaseLeases(node, nowMs) +
      await notices.releaseLeases(node, nowMs);
    if (released > 0) {
      log.warn("{node} gave back {released} messages unfinished", {
        node,
        released,
      });
    }
  } catch (error) {
    log.warn("{node} could not give back what it held: leases bring it back", {
      node,
      error,
    });
  }
}
