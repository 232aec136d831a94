/** What becomes of a message after the provider's receipt. */
import type { Outgoing } from "./notification.ts";
import type { Settlement } from "./settlement.ts";

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
  const answered = {
    ...notification,
    maybeSentTwice: notification.maybeSentTwice || again,
    outcomeUnknown: false,
    leaseOwner: null,
    leaseUntilMs: null,
    updatedAtMs: nowMs,
  };
  const settled = {
    isNews: true,
    repeats: again ? "lost answer" : null,
  } as const;
  if (receipt.state === "delivered" && (wasSent || state === "failed")) {
    const sentAtMs = notification.sentAtMs ?? nowMs;
    return {
      ...settled,
      notification: {
        ...answered,
        state: "delivered",
        sentAtMs,
        deliveredAtMs: nowMs,
        error: null,
      },
      moveOn: false,
    };
  }
  if (receipt.state === "failed" && wasSent) {
    const { error } = receipt;
    return {
      ...settled,
      notification: { ...answered, state: "failed", error },
      moveOn: true,
    };
  }
  return null;
}
