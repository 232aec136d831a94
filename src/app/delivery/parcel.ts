/** What goes as one message, and its way to the provider. */
import { getLogger } from "@logtape/logtape";
import type { ChannelKind } from "../../domain/responders/people.ts";
import type { Channel, SendResult } from "../../ports/channel.ts";
import type { ClaimedNotification } from "../../ports/notification_repository.ts";
import { type LinkSigner, messageOf } from "./page_message.ts";

const log = getLogger(["pagerpal", "delivery"]);

/** One notification, or a bundle of them, the worst first. */
export type Parcel = [ClaimedNotification, ...ClaimedNotification[]];

/** Promises the messages that go together, in the order of the first of each. */
export function parcelsOf(claimed: readonly ClaimedNotification[]): Parcel[] {
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

/** Promises what traces say of the parcel. */
export function attributesOf(parcel: Parcel) {
  const { id, incidentId, channel, attempt } = parcel[0].notification;
  return {
    channel,
    attempt,
    messages: parcel.length,
    notification_id: id,
    incident_id: incidentId,
  };
}

export interface Sending {
  kind: ChannelKind;
  channels: ReadonlyMap<ChannelKind, Channel>;
  baseUrl: string;
  links: LinkSigner;
  /** How long the provider may take, milliseconds. */
  leaseMs: number;
}

/** Promises what the provider says, whatever happens. */
export async function send(
  { channels, kind, baseUrl, links, leaseMs }: Sending,
  parcel: Parcel,
): Promise<SendResult> {
  const channel = channels.get(kind);
  if (!channel) {
    const error = `No provider for ${kind} is configured`;
    return { outcome: "permanent", error };
  }
  try {
    const message = messageOf(parcel, { baseUrl, links });
    return await timed(leaseMs, (signal) => channel.send(message, signal));
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

/**
 * Promises what the work does under a signal that aborts as AbortSignal.timeout does. That one keeps itself and its timer
 * until the time is up, though the work is long done: with a thousand pages a second that is some 40 MB.
 */
async function timed<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  }, ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
