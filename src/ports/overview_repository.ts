/** Questions that only screens ask: counts, the most urgent, the last day. All of them are bounded, whatever is stored. */
import type { Severity } from "../domain/intake/alert.ts";
import type {
  IncidentStatus,
  ResolvedBy,
} from "../domain/incidents/incident.ts";
import type { NotificationState } from "../domain/delivery/notification.ts";
import type { Actor } from "../domain/incidents/timeline.ts";
import type {
  IncidentFilter,
  IncidentSummary,
} from "./incident_repositories.ts";

export interface OpenCount {
  status: Exclude<IncidentStatus, "resolved">;
  severity: Severity;
  count: number;
}

/** A place between two incidents of a list that runs from the newest opening to the oldest. */
export interface ListPosition {
  openedAtMs: number;
  id: number;
}

export interface ListWindow {
  /** 1 to 200. */
  limit: number;
  /** Those after the position; without either, from the newest. */
  olderThan?: ListPosition;
  /** Those right before the position. */
  newerThan?: ListPosition;
}

/** How an earlier incident of the same alert ended. */
export interface EarlierIncident {
  id: number;
  openedAtMs: number;
  resolvedAtMs: number;
  resolvedBy: ResolvedBy | null;
  resolvedByActor: Actor | null;
}

/** A page that was sent, with the instants of its way. */
export interface PageWay {
  dueAtMs: number;
  sentAtMs: number;
  deliveredAtMs: number | null;
}

export interface OverviewRepository {
  openCounts(): Promise<OpenCount[]>;
  /** Open incidents: those nobody has answered first, then the worst, then the oldest. */
  mostUrgent(limit: number): Promise<IncidentSummary[]>;
  /** Newest opening first, in a time that does not grow with the number of pages before; `more` lie beyond the window. */
  incidents(
    filter: IncidentFilter,
    window: ListWindow,
  ): Promise<{ items: IncidentSummary[]; more: boolean }>;
  /** Counts no further than `most`. */
  countIncidents(filter: IncidentFilter, most: number): Promise<number>;
  /** Names of the responders whom the latest step of each incident has paged, by incident id. */
  lastPaged(incidentIds: number[]): Promise<Map<number, string[]>>;
  /** How many incidents opened in each hour from `fromMs`; hours without any are left out. */
  openedPerHour(fromMs: number): Promise<{ hour: number; count: number }[]>;
  /** How many incidents that opened since then are still open. */
  stillOpenSince(fromMs: number): Promise<number>;
  /** From the opening to the acknowledgement, milliseconds, of the newest 500 incidents at most that opened since then. */
  answerTimesMs(fromMs: number): Promise<number[]>;
  /** The last incidents of the same key that are over, newest first. */
  earlier(
    key: { sourceId: number; externalId: string },
    limit: number,
  ): Promise<EarlierIncident[]>;
  /** Notifications made since then, by state. */
  countPages(
    fromMs: number,
  ): Promise<{ state: NotificationState; count: number }[]>;
  /** The page sent last, among the newest 200 notifications. */
  lastSent(): Promise<PageWay | null>;
  /**
   * Changes whenever the story of any incident grows, also by what another process writes; says nothing else. Reads no
   * more than an index.
   */
  changeMarker(): Promise<string>;
}
