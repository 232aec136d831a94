/** Incidents, their story, and the messages that go out for them. */
import type { Severity } from "../domain/intake/alert.ts";
import type { RememberedIncident } from "../domain/intake/dedup.ts";
import type { Incident, IncidentStatus } from "../domain/incidents/incident.ts";
import type {
  NewNotification,
  Notification,
} from "../domain/delivery/notification.ts";
import type { FrozenPolicy } from "../domain/policies/escalation_policy.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import type {
  NewTimelineEntry,
  TimelineEntry,
} from "../domain/incidents/timeline.ts";
import type { Page, PageRequest } from "./store.ts";

/** How many incidents back a search for a text looks. */
export const MOST_SEARCHED = 20_000;

export interface IncidentFilter {
  statuses?: IncidentStatus[];
  severities?: Severity[];
  teamId?: number;
  sourceId?: number;
  /** Incidents for which this responder was paged, or that they acknowledged. */
  responderId?: number;
  /**
   * Part of the title, description or external id, any case, among the newest MOST_SEARCHED incidents. `%` and `_` are
   * ordinary characters.
   */
  text?: string;
  openedFromMs?: number;
  openedBeforeMs?: number;
}

/** An incident in a list: no payload, no policy. */
export type IncidentSummary =
  & Omit<Incident, "payload" | "policy" | "description" | "labels" | "links">
  & { teamName: string; sourceName: string };

export type NewIncident = Omit<Incident, "id" | "version">;

/** By which alerts find their incident. */
export type IncidentKey = Pick<Incident, "sourceId" | "externalId">;

/** What a repeated firing needs to know of the open incident. */
export type OpenIncident =
  & IncidentKey
  & RememberedIncident
  & Pick<Incident, "id" | "isTest" | "autoResolveAtMs">;

/** What is told of an incident on which a firing was counted, but for what the alert itself has said. */
export type CountedIncident =
  & IncidentKey
  & Pick<
    Incident,
    | "id"
    | "teamId"
    | "title"
    | "severity"
    | "status"
    | "isTest"
    | "openedAtMs"
    | "triggeredAtMs"
    | "acknowledgedAtMs"
    | "acknowledgedBy"
    | "resolvedAtMs"
    | "resolvedBy"
    | "resolvedByActor"
    | "alertCount"
    | "lastAlertAtMs"
    | "nextActionAtMs"
    | "snoozedUntilMs"
    | "exhaustedAtMs"
  >
  & { policy: Pick<FrozenPolicy, "policyId" | "name"> };

/** What a repeated firing changes without any rule being asked. */
export interface RepeatedFiring {
  incidentId: number;
  nowMs: number;
  /** How many firings this stands for. */
  times: number;
  startsAtMs: number | null;
  description: string;
  links: Incident["links"];
  labels: Incident["labels"];
  payload: string;
  autoResolveAtMs: number | null;
}

export interface IncidentRepository {
  find(id: number): Promise<Incident | null>;
  /** Newest opening first; ties by id, newest first. */
  list(
    filter: IncidentFilter,
    page: PageRequest,
  ): Promise<Page<IncidentSummary>>;
  /** Those of the incidents that exist, in no order. */
  listByIds(ids: number[]): Promise<IncidentSummary[]>;
  /** The one incident of this key that is not resolved. */
  findOpen(sourceId: number, externalId: string): Promise<Incident | null>;
  /** The same for many keys at once, in no order. */
  findOpenByKeys(keys: readonly IncidentKey[]): Promise<OpenIncident[]>;
  /** The incident of this key that was resolved last. */
  findLastResolved(
    sourceId: number,
    externalId: string,
  ): Promise<Incident | null>;
  /**
   * Promises the new incident, or null when an open one of the same (source, external id) exists, also when another
   * process is creating it at this moment.
   */
  insert(incident: NewIncident): Promise<Incident | null>;
  /** The same for many of different keys, in their order: the id of each, or null. */
  insertMany(incidents: readonly NewIncident[]): Promise<(number | null)[]>;
  /**
   * Promises the row, locked until the transaction ends and with its version raised, so that no two processes decide
   * about it at once; null when there is none, or it is not in `status`, or its next action is not due at `dueByMs`.
   */
  lock(
    id: number,
    only?: { status?: IncidentStatus[]; dueByMs?: number },
  ): Promise<Incident | null>;
  /** The statuses of those of the incidents that exist; nobody changes them until the transaction ends. */
  holdStatuses(ids: number[]): Promise<ReadonlyMap<number, IncidentStatus>>;
  /** Writes a locked incident back, all fields but the version. */
  save(incident: Incident): Promise<void>;
  /**
   * Counts firings on open incidents in one write, each incident once in the list; promises the incidents as they are
   * then, in no order, without those that are no longer open.
   */
  recordRepeats(
    firings: readonly RepeatedFiring[],
  ): Promise<CountedIncident[]>;
  /** Ids of triggered or acknowledged incidents whose next action is due, longest overdue first. */
  due(nowMs: number, limit: number): Promise<number[]>;
  /** Ids of open incidents past their age limit. */
  expired(nowMs: number, limit: number): Promise<number[]>;
  /** The earliest instant at which an open incident wants to be looked at: its next action or age limit; null: never. */
  nextDueAtMs(): Promise<number | null>;
  /**
   * Moves what is due on one incident before the instant, its next action or its age limit, to the instant, outside any
   * decision: a row that fails must not stall the rest. False where nothing of it is due by then, as after another
   * process has seen to it.
   */
  postpone(
    id: number,
    times: { dueByMs: number; untilMs: number },
  ): Promise<boolean>;
  /** Ids of incidents that promise 2 forbids: triggered, not a test, not exhausted, and with nothing to come. */
  stranded(limit: number): Promise<number[]>;
  countOpen(): Promise<number>;
}

export interface TimelineRepository {
  /** The entry that was added last. */
  last(incidentId: number): Promise<TimelineEntry | null>;
  add(incidentId: number, entries: NewTimelineEntry[]): Promise<void>;
  /** Adds entries to the stories of many incidents at once. */
  addToMany(
    entries: readonly (NewTimelineEntry & { incidentId: number })[],
  ): Promise<void>;
  /** Oldest first, at most `limit`, after entry `afterId`. */
  list(
    incidentId: number,
    options: { afterId: number; limit: number },
  ): Promise<TimelineEntry[]>;
}

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
