/** How a message leaves the house. A channel says what became of one attempt and never decides about retries itself. */
import type { Severity } from "../domain/intake/alert.ts";
import type { SendResult } from "../domain/delivery/attempt.ts";
import type { BundleFacts } from "../domain/delivery/bundle_text.ts";
import type { IncidentStatus } from "../domain/incidents/incident.ts";
import type { NotificationKind } from "../domain/delivery/notification.ts";
import type { ChannelKind } from "../domain/responders/people.ts";

/** All that a message may say. Text from outside in it is data: clean of controls, not yet escaped for any format. */
export interface PageMessage {
  kind: NotificationKind;
  /** Where to, as the contact method has it: E.164 with `+`, or an addr-spec. */
  address: string;
  responderName: string;
  /** The same at every attempt; at most 100 characters of [A-Za-z0-9-]. */
  idempotencyKey: string;
  incident: {
    /** null where the page is a test and for no incident. */
    id: number | null;
    title: string;
    description: string;
    severity: Severity;
    status: IncidentStatus;
    teamName: string;
    sourceName: string;
    openedAtMs: number;
    resolvedAtMs: number | null;
    alertCount: number;
    isTest: boolean;
  };
  responderId: number;
  /** Opens a page with an Acknowledge button; holds an unguessable token. null for a resolution. */
  acknowledgeUrl: string | null;
  /** The incident's page, for those with a login; for a bundle the list of incidents. */
  incidentUrl: string;
  /** Present where the message is about several incidents; `incident` is then the worst of them. */
  bundle?: BundleFacts<PageMessage["incident"]>;
}

/** Something to know that is not about an incident and asks for no answer. Its text is data, clean, not yet escaped. */
export interface NoticeMessage {
  kind: "notice";
  /** As in a page. */
  address: string;
  responderName: string;
  /** As in a page. */
  idempotencyKey: string;
  /** One line. */
  subject: string;
  /** A few sentences. */
  text: string;
  /** Where to read on, for those with a login; null for nowhere. */
  link: string | null;
}

/**
 * A code that shows that whoever types it in is reached at the address. The code is a secret: it is in no log, no error
 * and no row.
 */
export interface VerificationMessage {
  kind: "verification";
  /** As in a page. */
  address: string;
  responderName: string;
  /** As in a page. */
  idempotencyKey: string;
  /** Six digits. */
  code: string;
  validMinutes: number;
}

export type OutgoingMessage =
  | PageMessage
  | NoticeMessage
  | VerificationMessage;

export type { SendResult };

export interface Channel {
  readonly kind: ChannelKind;
  /** The provider's name as shown to people, as `Infobip` or `SMTP`. */
  readonly provider: string;
  /**
   * Promises one attempt's result. Never throws: what goes wrong is an outcome, in words that hold no secret.
   * Gives up with `retry` when the signal aborts.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
}

/** One delivery receipt, whatever provider sent it. */
export interface Receipt {
  /** Our idempotency key, or the provider's own id. */
  providerMessageId: string;
  /** `accepted` moves nothing: the operator has it, the phone not yet. */
  state: "accepted" | "delivered" | "failed";
  /** In words; empty for a delivery. */
  error: string;
}
