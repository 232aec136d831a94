/** What becomes of a message after an attempt to send it. */
import { backoffMs, RETRY_LIMITS, type SendResult } from "./attempt.ts";
import type { Notification, Outgoing } from "./notification.ts";

/** A message as it is after an attempt or a receipt, and what else is to happen. */
export interface Settlement<T extends Outgoing = Notification> {
  notification: T;
  /** False where the story has been told the same before: a provider that is left alone is met again and again. */
  isNews: boolean;
  /** Nothing more will be tried on this contact method: the responder's next one is due now. */
  moveOn: boolean;
  /** The attempt may have been the second to arrive, after a process died or an answer was lost; null: it was not. */
  repeats: Repetition | null;
}

/** Why what arrived may have arrived before. */
export type Repetition = "crash" | "lost answer";

/**
 * Promises the notification after one attempt: sent, queued again, or failed for good. A retry waits an exponential
 * backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), or as long as the provider asks;
 * it fails for good after 6 attempts or when the next one would be more than 15 minutes after the first was due. One that
 * was never put to the provider is no attempt. What may have arrived although no answer came is remembered, and of an
 * attempt that may have arrived after another the message says that it may have been sent twice.
 */
export function settle<T extends Outgoing>(
  notification: T,
  result: SendResult,
  context: { nowMs: number; random: () => number },
): Settlement<T> {
  const repeats = repetition(notification, result);
  const released = {
    ...notification,
    ...marksAfter(notification, result),
    leaseOwner: null,
    leaseUntilMs: null,
    updatedAtMs: context.nowMs,
  };
  if (result.outcome === "sent") {
    const { providerMessageId } = result;
    const sentAtMs = context.nowMs;
    return {
      notification: {
        ...released,
        state: "sent",
        sentAtMs,
        providerMessageId,
        error: null,
      },
      isNews: true,
      moveOn: false,
      repeats,
    };
  }
  const { error } = result;
  const next = nextAttempt(notification, result, context);
  return {
    notification: next
      ? { ...released, ...next, state: "queued", error }
      : { ...released, state: "failed", error },
    isNews: !next || !isUntried(result) || notification.error !== error,
    moveOn: !next,
    repeats,
  };
}

/** Promises when it is tried again and as which attempt; null: not at all. */
function nextAttempt(
  { attempt, firstDueAtMs }: Outgoing,
  result: SendResult,
  { nowMs, random }: { nowMs: number; random: () => number },
): Pick<Outgoing, "attempt" | "dueAtMs"> | null {
  if (result.outcome !== "retry") return null;
  const untried = isUntried(result);
  if (!untried && attempt >= RETRY_LIMITS.attempts) return null;
  const dueAtMs = nowMs + (result.retryAfterMs ?? backoffMs(attempt, random));
  if (dueAtMs > firstDueAtMs + RETRY_LIMITS.windowMs) return null;
  return { attempt: untried ? attempt - 1 : attempt, dueAtMs };
}

function isUntried(result: SendResult): boolean {
  return result.outcome === "retry" && result.untried === true;
}

type Marked = Pick<Outgoing, "maybeSentTwice" | "outcomeUnknown">;

function repetition(
  { maybeSentTwice, outcomeUnknown }: Marked,
  result: SendResult,
): Repetition | null {
  if (!mayHaveArrived(result)) return null;
  if (outcomeUnknown) return "lost answer";
  return maybeSentTwice ? "crash" : null;
}

function marksAfter(before: Marked, result: SendResult): Marked {
  return {
    maybeSentTwice: before.maybeSentTwice ||
      repetition(before, result) !== null,
    outcomeUnknown: result.outcome !== "sent" &&
      (before.outcomeUnknown || mayHaveArrived(result)),
  };
}

function mayHaveArrived(result: SendResult): boolean {
  return result.outcome === "sent" ||
    result.outcome === "retry" && result.outcomeUnknown === true;
}

/**
 * Promises the settlements of a bundle after one attempt, one for each message, all with the same outcome. The bundle is as
 * young as its youngest, so that none is given up before its time.
 */
export function settleTogether(
  bundle: readonly Notification[],
  result: SendResult,
  context: { nowMs: number; random: () => number },
): Settlement[] {
  const [first] = bundle;
  if (!first) return [];
  const firstDueAtMs = Math.max(...bundle.map((each) => each.firstDueAtMs));
  const { notification: settled, moveOn, isNews } = settle(
    { ...first, firstDueAtMs },
    result,
    context,
  );
  const { state, dueAtMs, error, sentAtMs, providerMessageId } = settled;
  const attempts = settled.attempt - first.attempt;
  return bundle.map((each) => ({
    notification: {
      ...each,
      ...marksAfter(each, result),
      state,
      // The claim that came after the last attempt was none.
      attempt: Math.min(each.attempt, RETRY_LIMITS.attempts) + attempts,
      dueAtMs: state === "queued" ? dueAtMs : each.dueAtMs,
      error,
      sentAtMs,
      providerMessageId,
      leaseOwner: null,
      leaseUntilMs: null,
      updatedAtMs: context.nowMs,
    },
    isNews,
    moveOn,
    repeats: repetition(each, result),
  }));
}
