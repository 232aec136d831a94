/** The messages that go out for incidents. */
import type { Incident } from "../domain/incidents/incident.ts";
import type {
  NewNotification,
  Notification,
} from "../domain/delivery/notification.ts";
import type { ChannelKind } from "../domain/responders/people.ts";

export interface Claim {
  channel: ChannelKind;
  owner: string;
  nowMs: number;
  leaseUntilMs: number;
  /** The most messages, where a bundle counts as one. */
  limit: number;
  /** True: only messages that were never tried. */
  firstAttemptsOnly: boolean;
  /** How long messages to one person wait to go together; 0: each goes alone. See domain/delivery/bundling.ts. */
  bundlingMs: number;
}

/** What became of all messages of a bundle. What is not given stays as it is. */
export type SharedOutcome =
  & Pick<
    Notification,
    "state" | "error" | "sentAtMs" | "deliveredAtMs" | "updatedAtMs"
  >
  & Partial<
    Pick<
      Notification,
      | "dueAtMs"
      | "attempt"
      | "provider"
      | "providerMessageId"
      | "maybeSentTwice"
      | "outcomeUnknown"
    >
  >;

/** What a message says of its incident: of the rest, the payload alone may be many times as long. */
export type PagedIncident = Pick<
  Incident,
  | "id"
  | "title"
  | "description"
  | "severity"
  | "status"
  | "openedAtMs"
  | "resolvedAtMs"
  | "alertCount"
  | "isTest"
>;

/** A claimed notification with what its message says. */
export interface ClaimedNotification {
  notification: Notification;
  incident: PagedIncident;
  teamName: string;
  sourceName: string;
  responderName: string;
  /** Its lease had run out: whoever was sending it died or stood still. */
  takenOver: boolean;
}

/** A page that is being written, with what its message says besides its own row. */
export interface NewPage
  extends Omit<ClaimedNotification, "notification" | "takenOver"> {
  notification: NewNotification;
}

/** A message after an attempt, by the one who holds it at this attempt. What sending changes of it is written. */
export interface HeldNotification {
  notification: Notification;
  owner: string;
  attempt: number;
}

export interface NotificationRepository {
  find(id: number): Promise<Notification | null>;
  /** Oldest first, at most 1,000. */
  listByIncident(incidentId: number): Promise<Notification[]>;
  insert(notifications: NewNotification[]): Promise<void>;
  /**
   * The same in the transaction that writes their incidents, with a claim for each channel on which pages that are due may
   * leave as soon as it is committed: promises those that are claimed as they are written, the most severe first, and
   * queues the rest. As with `claim` nobody gets two messages within the window; who has more to get than this one page
   * gets none of it here.
   */
  insertClaimed(
    pages: readonly NewPage[],
    claims: readonly Claim[],
  ): Promise<ClaimedNotification[]>;
  /**
   * Claims messages that are due, or whose lease has run out, for one sender: state `sending`, attempt + 1, the lease
   * set. Never the same row for two callers. A page is claimed only while its incident is triggered, a resolution only
   * while it is resolved. A row whose lease had run out comes with `maybeSentTwice`. Most severe incident first, then
   * the longest due.
   *
   * Rows of one bundle, which go as one message, have the same `bundle` and idempotency key, up to 1,000. They come
   * together at every later claim too, without those that are not wanted any more. Messages to somebody who was sent
   * one within the window are made to wait for its end.
   */
  claim(claim: Claim): Promise<ClaimedNotification[]>;
  /** Writes the outcome of an attempt; false when the row is no longer held by this owner at this attempt. */
  settle(
    notification: Notification,
    held: { owner: string; attempt: number },
  ): Promise<boolean>;
  /**
   * The same for many in one write; promises the ids of those that were still held.
   */
  settleEach(held: readonly HeldNotification[]): Promise<number[]>;
  /**
   * Writes one outcome to those of the rows that are still in the state and attempt that were read, and held by the owner
   * where one is named; leases end. Promises the ids that were written.
   */
  settleTogether(
    ids: number[],
    outcome: SharedOutcome,
    read: Pick<Notification, "state" | "attempt"> & { owner?: string },
  ): Promise<number[]>;
  /** What was sent in this bundle, the worst first, at most 1,000. */
  listBundle(bundleId: number): Promise<Notification[]>;
  /** The window of the person whom this message did not reach is over: what waited for its end is due. */
  endWindow(
    to: Pick<Notification, "responderId" | "channel" | "address">,
  ): Promise<void>;
  /** Forgets windows that ended before the instant; tells how many. */
  pruneWindows(beforeMs: number): Promise<number>;
  /** Writes a row that is not being sent, where it still is in the state and attempt that were read. */
  save(
    notification: Notification,
    read: Pick<Notification, "state" | "attempt">,
  ): Promise<boolean>;
  /** Cancels every queued page of the incident; tells how many. */
  cancelQueued(incidentId: number, nowMs: number): Promise<number>;
  /** Pages of one responder in one step and round of one incident, oldest first. */
  listOfStep(
    incidentId: number,
    step: number,
    round: number,
  ): Promise<Notification[]>;
  findByProviderMessageIds(ids: string[]): Promise<Notification[]>;
  /**
   * Messages that are due, or whose lease has run out, and that their incident has stopped wanting since: marked cancelled;
   * the rows changed.
   */
  cancelAbandoned(nowMs: number, limit: number): Promise<Notification[]>;
  /** Ends the leases of a process that sends no more, so that another takes over at once; tells how many. */
  releaseLeases(owner: string, nowMs: number): Promise<number>;
  /** Whether the incident has a page that is queued or being sent. */
  hasPending(incidentId: number): Promise<boolean>;
  /** The earliest instant at which a message wants to be claimed: due, or its lease over; null: nothing to come. */
  nextDueAtMs(): Promise<number | null>;
}
