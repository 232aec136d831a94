/** One message to one responder on one channel. Its row is the outbox. */
import type { ChannelKind } from "../responders/people.ts";

export const NOTIFICATION_STATES = [
  "queued",
  "sending",
  "sent",
  "delivered",
  "failed",
  "cancelled",
  "suppressed",
] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** `page` asks for an answer; `resolution` tells those who were paged that it is over. */
export const NOTIFICATION_KINDS = ["page", "resolution"] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** The step number of a page that went to the fallback. */
export const FALLBACK_STEP = -1;

export interface NewNotification {
  incidentId: number;
  responderId: number;
  contactMethodId: number;
  channel: ChannelKind;
  address: string;
  kind: NotificationKind;
  /** Index of the escalation step, 0-based; FALLBACK_STEP for the fallback and for a resolution. */
  step: number;
  /** Which time through the steps, 0-based. */
  round: number;
  state: "queued" | "suppressed";
  dueAtMs: number;
  /** The same at every attempt, so that a provider can tell a repetition. */
  idempotencyKey: string;
  createdAtMs: number;
}

/** What sending changes of a message, whatever the message is about. */
export interface Outgoing {
  state: NotificationState;
  dueAtMs: number;
  /** When the first attempt was due; retries end 15 minutes later. */
  firstDueAtMs: number;
  /** How often it was claimed for sending. */
  attempt: number;
  leaseOwner: string | null;
  leaseUntilMs: number | null;
  /** More than one attempt may have arrived: a process died between the provider's yes and our record, or a yes was lost. */
  maybeSentTwice: boolean;
  /** An attempt ended without an answer, so the provider may have the message; false again once it says that it has. */
  outcomeUnknown: boolean;
  provider: string | null;
  providerMessageId: string | null;
  /** The last error, in words. */
  error: string | null;
  sentAtMs: number | null;
  deliveredAtMs: number | null;
  updatedAtMs: number;
}

export interface Notification extends Omit<NewNotification, "state">, Outgoing {
  id: number;
  /** The bundle that it was sent in, all of whose messages share one idempotency key; null: it goes alone. */
  bundle: { id: number; size: number } | null;
}
