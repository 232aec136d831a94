/** Whether anybody still wants a message, and what becomes of one that nobody does. */
import type { IncidentStatus } from "../incidents/incident.ts";
import type { NotificationKind } from "./notification.ts";
import type { Settlement } from "./settlement.ts";

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
export function isWanted(
  kind: NotificationKind,
  status: IncidentStatus,
): boolean {
  return status === (kind === "page" ? "triggered" : "resolved");
}
