/** What a message needs that leaves at once, past the outbox: a test, or a code. */
import type { ContactMethod } from "../../domain/responders/people.ts";
import type { OutgoingMessage, SendResult } from "../../ports/channel.ts";
import type { Clock, NewId } from "../../ports/clock.ts";
import type { RateLimitRepository } from "../../ports/system_repositories.ts";
import { RefusedError } from "../refused_error.ts";

/** Promises what became of one attempt; null where no provider is configured for the channel. */
export type SendMessage = (
  channel: ContactMethod["channel"],
  message: OutgoingMessage,
) => Promise<SendResult | null>;

export interface SendNowDeps {
  clock: Clock;
  newId: NewId;
  sendingEnabled: boolean;
  sendMessage: SendMessage;
}

/** Promises the refusal that says why nothing was sent. */
export function notSent(message: string): RefusedError {
  return new RefusedError("conflict", "not_sent", message);
}

/** The words for a channel without a provider. */
export const NO_PROVIDER =
  "No provider is set up for this channel on this server.";

/** Throws the refusal while sending is switched off; `what` as `no test page`. */
export function demandSending(
  { sendingEnabled }: Pick<SendNowDeps, "sendingEnabled">,
  what: string,
): void {
  if (sendingEnabled) return;
  throw notSent(
    `Sending is switched off (NOTIFICATION_SENDING_ENABLED is false), so ${what} leaves either.`,
  );
}

export interface Throttle {
  key: string;
  bucket: { capacity: number; refillPerSecond: number };
  /** What was refused, for machines and for people. */
  code: string;
  message: string;
}

/** Takes one from the bucket, or throws the refusal with the time to wait. */
export async function throttle(
  rateLimits: RateLimitRepository,
  { key, bucket, code, message }: Throttle,
  nowMs: number,
): Promise<void> {
  const one = { ...bucket, cost: 1 };
  const { retryAfterMs } = await rateLimits.take(key, one, nowMs);
  if (retryAfterMs <= 0) return;
  throw new RefusedError("throttled", code, message, { retryAfterMs });
}
