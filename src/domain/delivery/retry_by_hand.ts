/** Sending a message again because a person asks for it. */
import type { IncidentStatus } from "../incidents/incident.ts";
import type { Notification } from "./notification.ts";
import { isWanted } from "./wanted.ts";

/** Why it is not sent again, in words for whoever asked. */
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
