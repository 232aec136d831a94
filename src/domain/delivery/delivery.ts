/** What becomes of a message after an attempt to send it, and after the provider's receipt. */
import type { IncidentStatus } from "../incidents/incident.ts";
import type {
  Notification,
  NotificationKind,
  NotificationState,
} from "./notification.ts";

/** What a channel says of one attempt; see ports/channel.ts. */
export type AttemptResult =
  | { outcome: "sent"; providerMessageId: string | null }
  | {
    outcome: "retry";
    error: string;
    retryAfterMs: number | null;
    untried?: true;
    outcomeUnknown?: true;
  }
  | { outcome: "permanent"; error: string };

export const RETRY_LIMITS = {
  baseMs: 5_000,
  capMs: 5 * 60_000,
  attempts: 6,
  windowMs: 15 * 60_000,
} as const;

/** What sending changes of a message, whatever the message is about. */
export interface Outgoing {
  state: NotificationState;
  dueAtMs: number;
  /** When the first attempt was due; retries end 15 minutes later. */
  firstDueAtMs: number;
  attempt: number;
  leaseOwner: string | null;
  leaseUntilMs: number | null;
  /** More than one attempt may have arrived: a process died between the provider's yes and our record, or a yes was lost. */
  maybeSentTwice: boolean;
  /** An attempt ended without an answer, so the provider may have the message; false again once it says that it has. */
  outcomeUnknown: boolean;
  providerMessageId: string | null;
  error: string | null;
  sentAtMs: number | null;
  deliveredAtMs: number | null;
  updatedAtMs: number;
}

export interface Settlement<T extends Outgoing = Notification> {
  notification: T;
  /** False where the story has been told the same before: a provider that is left alone is met again and again. */
  isNews: boolean;
  /** Nothing more will be tried on this contact method: the responder's next one is due now. */
  moveOn: boolean;
  /** The attempt may have been the second to arrive, after a process died or an answer was lost; null: it was not. */
  repeats: Repetition | null;
}

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
  result: AttemptResult,
  { nowMs, random }: { nowMs: number; random: () => number },
): Settlement<T> {
  const repeats = repetition(notification, result);
  const released = {
    ...notification,
    ...marksAfter(notification, result),
    leaseOwner: null,
    leaseUntilMs: null,
    updatedAtMs: nowMs,
  };
  if (result.outcome === "sent") {
    const { providerMessageId } = result;
    return {
      notification: {
        ...released,
        state: "sent",
        sentAtMs: nowMs,
        providerMessageId,
        error: null,
      },
      isNews: true,
      moveOn: false,
      repeats,
    };
  }
  const failed: Settlement<T> = {
    notification: { ...released, state: "failed", error: result.error },
    isNews: true,
    moveOn: true,
    repeats,
  };
  if (result.outcome === "permanent") return failed;
  const untried = result.untried === true;
  if (!untried && notification.attempt >= RETRY_LIMITS.attempts) return failed;
  const dueAtMs = nowMs +
    (result.retryAfterMs ?? backoffMs(notification.attempt, random));
  if (dueAtMs > notification.firstDueAtMs + RETRY_LIMITS.windowMs) {
    return failed;
  }
  return {
    notification: {
      ...released,
      state: "queued",
      attempt: untried ? notification.attempt - 1 : notification.attempt,
      dueAtMs,
      error: result.error,
    },
    isNews: !untried || notification.error !== result.error,
    moveOn: false,
    repeats,
  };
}

type Marked = Pick<Outgoing, "maybeSentTwice" | "outcomeUnknown">;

function repetition(
  { maybeSentTwice, outcomeUnknown }: Marked,
  result: AttemptResult,
): Repetition | null {
  if (!mayHaveArrived(result)) return null;
  if (outcomeUnknown) return "lost answer";
  return maybeSentTwice ? "crash" : null;
}

function marksAfter(before: Marked, result: AttemptResult): Marked {
  return {
    maybeSentTwice: before.maybeSentTwice ||
      repetition(before, result) !== null,
    outcomeUnknown: result.outcome !== "sent" &&
      (before.outcomeUnknown || mayHaveArrived(result)),
  };
}

function mayHaveArrived(result: AttemptResult): boolean {
  return result.outcome === "sent" ||
    result.outcome === "retry" && result.outcomeUnknown === true;
}

/**
 * Promises the settlements of a bundle after one attempt, one for each message, all with the same outcome. The bundle is as
 * young as its youngest, so that none is given up before its time.
 */
export function settleTogether(
  bundle: readonly Notification[],
  result: AttemptResult,
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

/**
 * Promises the settlement as it is to be written while the incident is in this status: what would wait for another attempt
 * that nobody wants any more is cancelled, as acknowledging did with what waited then, and without a word as there.
 */
export function unlessUnwanted(
  settlement: Settlement,
  status: IncidentStatus,
): Settlement {
  const { notification } = settlement;
  const waits = notification.state === "queued";
  if (!waits || isWanted(notification.kind, status)) return settlement;
  return {
    ...settlement,
    notification: { ...notification, state: "cancelled" },
    isNews: false,
  };
}

/** Promises whether such a message still has a purpose: a page asks for an answer, and a resolution says that it is over. */
function isWanted(kind: NotificationKind, status: IncidentStatus): boolean {
  return status === (kind === "page" ? "triggered" : "resolved");
}

/**
 * Promises null while an attempt may be made, else why not: the process ended in each of the attempts before, which no
 * result could count.
 */
export function attemptRefusal(
  { attempt }: Pick<Notification, "attempt">,
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

/**
 * Promises the notification after a receipt, or null when the receipt changes nothing. A state never moves backwards:
 * receipts come twice and out of order. A delivery is believed even after a failure, which some operators report too
 * early; a failure never takes a delivery back. A receipt also answers for an attempt that had no answer: what waits to be
 * tried again need not be, and what is being tried again may arrive twice.
 */
export function applyReceipt<T extends Outgoing>(
  notification: T,
  receipt: { state: "accepted" | "delivered" | "failed"; error: string },
  nowMs: number,
): Settlement<T> | null {
  const { state, outcomeUnknown } = notification;
  const wasSent = state === "sent" || state === "sending" ||
    state === "queued" && outcomeUnknown;
  const again = state === "sending" && outcomeUnknown;
  const maybeSentTwice = notification.maybeSentTwice || again;
  const repeats = again ? "lost answer" : null;
  if (receipt.state === "delivered" && (wasSent || state === "failed")) {
    return {
      notification: {
        ...notification,
        state: "delivered",
        sentAtMs: notification.sentAtMs ?? nowMs,
        deliveredAtMs: nowMs,
        maybeSentTwice,
        outcomeUnknown: false,
        error: null,
        leaseOwner: null,
        leaseUntilMs: null,
        updatedAtMs: nowMs,
      },
      isNews: true,
      moveOn: false,
      repeats,
    };
  }
  if (receipt.state === "failed" && wasSent) {
    return {
      notification: {
        ...notification,
        state: "failed",
        maybeSentTwice,
        outcomeUnknown: false,
        error: receipt.error,
        leaseOwner: null,
        leaseUntilMs: null,
        updatedAtMs: nowMs,
      },
      isNews: true,
      moveOn: true,
      repeats,
    };
  }
  return null;
}

export type RetryRefusal = {
  ok: false;
  code: "notification_not_retryable" | "incident_not_paging";
  message: string;
};

/**
 * Promises the notification queued again as if it were new, at a person's wish, or a refusal: only what failed, was
 * cancelled or suppressed can be sent again, and only while its incident still asks for an answer. It takes a new
 * idempotency key: with the old one the provider would call it a repetition and send nothing. It leaves its bundle.
 */
export function retryByHand(
  notification: Notification,
  incidentStatus: IncidentStatus,
  { nowMs, idempotencyKey }: { nowMs: number; idempotencyKey: string },
): { ok: true; notification: Notification } | RetryRefusal {
  if (!["failed", "cancelled", "suppressed"].includes(notification.state)) {
    const message =
      `Cannot retry notification ${notification.id}: it is ${notification.state}. ` +
      "Only a failed, cancelled or suppressed one can be sent again.";
    return { ok: false, code: "notification_not_retryable", message };
  }
  if (!isWanted(notification.kind, incidentStatus)) {
    const message =
      `Cannot retry notification ${notification.id}: its incident is ${incidentStatus}.`;
    return { ok: false, code: "incident_not_paging", message };
  }
  return {
    ok: true,
    notification: {
      ...notification,
      state: "queued",
      attempt: 0,
      dueAtMs: nowMs,
      firstDueAtMs: nowMs,
      idempotencyKey,
      maybeSentTwice: false,
      outcomeUnknown: false,
      bundle: null,
      error: null,
      updatedAtMs: nowMs,
    },
  };
}
