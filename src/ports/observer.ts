/** Who hears what happens, to count and to trace it. Nothing that PagerPal does depends on it. */
import type { SourceKind } from "../domain/intake/alert_source.ts";
import type { Notification } from "../domain/delivery/notification.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import type { ClaimedNotification } from "./notification_repository.ts";

/** What a span may say of its work: no address, no text from outside, no secret. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A provider, as it serves one channel. */
export interface ChannelName {
  channel: ChannelKind;
  /** As `Infobip`. */
  provider: string;
}

export interface RequestEnd {
  /** The pattern, as `/api/v1/teams/{id}`; `none` where no route answered. */
  route: string;
  method: string;
  status: number;
  durationMs: number;
  /** Refused because the whole service had too much to do. */
  shed: boolean;
}

export interface AdmittedArrival {
  kind: SourceKind;
  /** When the message had been read, before it waited for its turn. */
  receivedAtMs: number;
  /** For each alert an outcome of `app/intake/admit_alert.ts`, or `repeated` where the message had been taken before. */
  results: readonly { outcome: string; incidentId: number | null }[];
}

/** Every method but `span` and `following` returns at once, and none throws of itself. */
export interface Observer {
  /** Promises what the work promises, its spans in the trace that a request's headers name (W3C Trace Context), if any. */
  following<T>(headers: Headers, work: () => Promise<T>): Promise<T>;
  /** Promises what the work promises. Spans that begin inside it are its children; `note` adds to what it says. */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (note: (attributes: SpanAttributes) => void) => Promise<T>,
  ): Promise<T>;
  /** A request has been answered; a stream's answer ends when it begins. */
  requestEnded(end: RequestEnd): void;
  /** The alerts of one message have been taken in. */
  admitted(arrival: AdmittedArrival): void;
  /** A sender took over a message, or a bundle, whose lease had run out: its process died or stood still. */
  leaseTakenOver(channel: ChannelKind): void;
  /** A provider has answered, or its time was up. */
  attempted(
    attempt: ChannelName & {
      outcome: "sent" | "retry" | "permanent";
      durationMs: number;
    },
  ): void;
  /** A provider was not asked: its circuit is open, or too many messages were on their way. */
  refused(refusal: ChannelName & { reason: "circuit_open" | "too_many" }): void;
  /** A circuit has opened. */
  circuitOpened(name: ChannelName): void;
  /** What became of an attempt is on disk; the messages went as one, and all are now as `after` is. */
  settled(
    messages: readonly ClaimedNotification[],
    after: Pick<Notification, "state" | "sentAtMs" | "maybeSentTwice">,
  ): void;
  /** What was due on an incident at `dueAtMs` was done and committed at `atMs`. */
  escalated(done: { dueAtMs: number; atMs: number }): void;
  /** What one self-audit found. */
  audited(found: {
    rearmed: number;
    abandoned: number;
    /** Still wrong afterwards. */
    unmended: number;
  }): void;
  /** A run of a job is over. */
  jobEnded(run: {
    name: string;
    startedAtMs: number;
    durationMs: number;
    outcome: "ok" | "failed";
  }): void;
  /** A minute of the dead-man's switch: told that all is well, not reached, or not told. */
  healthcheckEnded(outcome: "pinged" | "failed" | "withheld"): void;
}

/** Nobody listens. */
export const UNOBSERVED: Observer = {
  following: (_headers, work) => work(),
  span: (_name, _attributes, work) => work(() => {}),
  requestEnded: () => {},
  admitted: () => {},
  leaseTakenOver: () => {},
  attempted: () => {},
  refused: () => {},
  circuitOpened: () => {},
  settled: () => {},
  escalated: () => {},
  audited: () => {},
  jobEnded: () => {},
  healthcheckEnded: () => {},
};
