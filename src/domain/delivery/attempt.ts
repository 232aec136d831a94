/** One attempt to send a message: whether it may be made, how it ends, and how long the next one waits. */
import type {
  NewNotification,
  Notification,
  Outgoing,
} from "./notification.ts";

/**
 * What a channel says of one attempt:
 * - `sent`: the provider has taken it;
 * - `retry`: it may work later; `retryAfterMs` is the provider's own wish, if it named one. `untried`: the provider was
 *   not even asked, because it is left alone for now. `outcomeUnknown`: the provider may have taken the message, as when
 *   its answer did not come;
 * - `permanent`: the same message to the same address will not work.
 */
export type SendResult =
  | { outcome: "sent"; providerMessageId: string | null }
  | {
    outcome: "retry";
    error: string;
    retryAfterMs: number | null;
    untried?: true;
    outcomeUnknown?: true;
  }
  | { outcome: "permanent"; error: string };

/** How long a message waits between attempts, how often it is tried, and for how long after the first was due. */
export const RETRY_LIMITS = {
  baseMs: 5_000,
  capMs: 5 * 60_000,
  attempts: 6,
  windowMs: 15 * 60_000,
} as const;

/** Promises a message that is claimed as it is written: in the hands of its first sender. */
export function firstAttempt(
  message: NewNotification,
  { owner, nowMs, leaseUntilMs }: {
    owner: string;
    nowMs: number;
    leaseUntilMs: number;
  },
): Omit<Notification, "id"> {
  return {
    ...message,
    state: "sending",
    firstDueAtMs: message.dueAtMs,
    attempt: 1,
    leaseOwner: owner,
    leaseUntilMs,
    maybeSentTwice: false,
    outcomeUnknown: false,
    provider: null,
    providerMessageId: null,
    error: null,
    sentAtMs: null,
    deliveredAtMs: null,
    updatedAtMs: nowMs,
    bundle: null,
  };
}

/**
 * Promises null while an attempt may be made, else why not: the process ended in each of the attempts before, which no
 * result could count.
 */
export function attemptRefusal(
  { attempt }: Pick<Outgoing, "attempt">,
): { outcome: "permanent"; error: string } | null {
  if (attempt <= RETRY_LIMITS.attempts) return null;
  const error =
    `Given up after ${RETRY_LIMITS.attempts} attempts: the process ended before their outcome was known.`;
  return { outcome: "permanent", error };
}

/**
 * Promises whether who claimed the message may still send it. A process may stand still for long after its claim (a laptop
 * that sleeps, SIGSTOP): by then another has the message, or somebody has acknowledged the incident.
 */
export function isStillHeld(
  { leaseUntilMs }: Pick<Outgoing, "leaseUntilMs">,
  nowMs: number,
): boolean {
  return leaseUntilMs !== null && nowMs < leaseUntilMs;
}

/** Promises a whole number of milliseconds from 0 to min(cap, base * 2^(attempt - 1)), evenly spread. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(
    RETRY_LIMITS.capMs,
    RETRY_LIMITS.baseMs * 2 ** (attempt - 1),
  );
  return Math.floor(random() * (ceiling + 1));
}
