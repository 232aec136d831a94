/** The engine's use cases as the edge calls them. Whoever composes the process hands them over. */
import type { Alert } from "../domain/alert.ts";
import type { Incident } from "../domain/incident.ts";
import type { Notification } from "../domain/notification.ts";
import type { Actor, TimelineEntry } from "../domain/timeline.ts";
import type { Receipt } from "../ports/channel.ts";
import type { SourceWithPolicy } from "../ports/directory_repositories.ts";

/** What a source's format made of one request, as far as ingesting is concerned. */
export interface IngestReading {
  alerts: Alert[];
  messageId: string | null;
  warning: string | null;
}

export const INGEST_OUTCOMES = [
  "opened",
  "reopened",
  "updated",
  "resolved",
  "noted",
  "ignored",
] as const;

/** What became of one alert, in the order of the reading. `incidentId` is null where no incident is concerned. */
export interface AlertOutcome {
  outcome: (typeof INGEST_OUTCOMES)[number];
  incidentId: number | null;
}

export interface IngestResult {
  /** The source sent this very message before; nothing was done again. */
  repeatedMessage: boolean;
  results: AlertOutcome[];
}

/** What a person may do to an incident. */
export type ActEvent =
  | { kind: "acknowledge" | "resolve" | "reopen" | "escalate"; actor: Actor }
  | { kind: "snooze"; untilMs: number; actor: Actor };

/** A refusal that answers with `status`; `message` is a sentence for a person. */
export interface ActionRefusal {
  ok: false;
  status: 404 | 409;
  code: string;
  message: string;
}

export interface Actions {
  /** Promises that everything the reading says is durable when the promise settles. */
  ingest(
    source: SourceWithPolicy,
    reading: IngestReading,
  ): Promise<IngestResult>;
  /** Repeating what is already done is a success that changes nothing. */
  act(
    incidentId: number,
    event: ActEvent,
  ): Promise<{ ok: true; incident: Incident } | ActionRefusal>;
  /** null: there is no such incident. */
  addNote(
    incidentId: number,
    note: { text: string; actor: Actor },
  ): Promise<TimelineEntry | null>;
  retryNotification(
    id: number,
    actor: Actor,
  ): Promise<{ ok: true; notification: Notification } | ActionRefusal>;
  receiveReceipts(
    receipts: Receipt[],
  ): Promise<{ updated: number; unknown: number }>;
}
