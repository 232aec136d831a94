/** Sends what is due. The notification rows are the outbox; this claims them, sends, and writes what became of it. */
import {
  CHANNEL_KINDS,
  type ChannelKind,
} from "../../domain/responders/people.ts";
import type { Channel } from "../../ports/channel.ts";
import type {
  ClaimedNotification,
  NewPage,
} from "../../ports/notification_repository.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { createLane, type DeliverySummary, type LaneClaim } from "./lane.ts";
import type { LinkSigner } from "./page_message.ts";
import { type ChannelPlaces, sharePlaces } from "./places.ts";
import { createRecordOutcome } from "./record_outcome.ts";

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

/** Claims pages as they are written: who is paged then waits for one commit and not for two, and for no claim. */
export interface EarlyClaim {
  /**
   * Writes all pages of the transaction, and claims those that may leave now as far as their channels are idle. Promises
   * whether any that are due are left to be claimed.
   */
  insert(tx: Repositories, pages: readonly NewPage[]): Promise<boolean>;
  /** To be called when the transaction is over: begins to send what was claimed, if that was committed. */
  end(how: "committed" | "rolled back"): void;
}

export interface Deliverer {
  /**
   * Claims and sends everything that is due, as far as the channels take it; more follows by itself as sends end.
   * Settles when nothing is due or on its way. Calls at the same time share the work.
   */
  deliver(options: { firstAttemptsOnly: boolean }): Promise<DeliverySummary>;
  /** Promises what claims the pages of one transaction. */
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
  const record = createRecordOutcome(engine);
  const lanes = places.map(([kind, own]) =>
    createLane(engine, { kind, places: own, record, ...options })
  );
  return {
    async deliver(how) {
      const done = await Promise.all(lanes.map((lane) => lane.deliver(how)));
      return done.reduce(add, { sent: 0, retried: 0, failed: 0 });
    },
    claimEarly: (how) => createEarlyClaim(engine, lanes, how),
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

function createEarlyClaim(
  { clock, observer }: Pick<Engine, "clock" | "observer">,
  lanes: readonly ReturnType<typeof createLane>[],
  how: { firstAttemptsOnly: boolean },
): EarlyClaim {
  let claims: LaneClaim[] = [];
  let claimed: ClaimedNotification[] = [];
  return {
    async insert(tx, pages) {
      const nowMs = clock();
      const due = pages.filter(({ notification: { state, dueAtMs } }) =>
        state === "queued" && dueAtMs <= nowMs
      );
      const byChannel = Map.groupBy(
        due,
        ({ notification }) => notification.channel,
      );
      claims = lanes.flatMap((lane) => {
        const count = byChannel.get(lane.kind)?.length ?? 0;
        return count > 0 ? lane.claimEarly(count, how) ?? [] : [];
      });
      claimed = await observer.span(
        "claim",
        { channel: claims.map(({ claim }) => claim.channel).join() },
        () =>
          tx.notifications.insertClaimed(
            pages,
            claims.map(({ claim }) => claim),
          ),
      );
      return claimed.length < due.length;
    },
    end(how) {
      const sent = how === "committed" ? claimed : [];
      for (const { claim, end } of claims.splice(0)) {
        end(
          sent.filter(({ notification }) =>
            notification.channel === claim.channel
          ),
        );
      }
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
