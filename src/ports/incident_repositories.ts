/** Incidents and their stories. */
import type { Severity } from "../domain/intake/alert.ts";
import type { RememberedIncident } from "../domain/intake/dedup.ts";
import type { Incident, IncidentStatus } from "../domain/incidents/incident.ts";
import type { FrozenPolicy } from "../domain/policies/escalation_policy.ts";
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
