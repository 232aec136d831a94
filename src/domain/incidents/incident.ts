/** An outage or alert condition of a team, tracked from its first alert to its end. */
import type { AlertLink, Severity } from "../intake/alert.ts";
import type { FrozenPolicy } from "../policies/escalation_policy.ts";
import type { Actor } from "./timeline.ts";

export const INCIDENT_STATUSES = [
  "triggered",
  "acknowledged",
  "resolved",
] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** Who ended it: a person, the source's own recovery, or its age. */
export type ResolvedBy = "person" | "recovery" | "age";

export interface Incident {
  id: number;
  teamId: number;
  sourceId: number;
  externalId: string;
  title: string;
  description: string;
  severity: Severity;
  status: IncidentStatus;
  isTest: boolean;
  openedAtMs: number;
  /** When the present trigger began: the opening, or the last reopening. */
  triggeredAtMs: number;
  acknowledgedAtMs: number | null;
  acknowledgedBy: Actor | null;
  resolvedAtMs: number | null;
  resolvedBy: ResolvedBy | null;
  resolvedByActor: Actor | null;
  /** Earliest and latest start that the sender named while the incident was open, epoch milliseconds. */
  startsAtMs: number | null;
  latestStartsAtMs: number | null;
  /** Firings received, the first one included. */
  alertCount: number;
  lastAlertAtMs: number;
  links: AlertLink[];
  labels: Record<string, string>;
  /** The last alert as its sender wrote it. */
  payload: string;
  policy: FrozenPolicy;
  /** The step that comes next, 0-based, and which time through the steps. */
  nextStep: number;
  round: number;
  /** When to look again: the next step while triggered; the end of a snooze or acknowledgement while acknowledged. */
  nextActionAtMs: number | null;
  snoozedUntilMs: number | null;
  /** Everything was tried and nobody answered. */
  exhaustedAtMs: number | null;
  /** Closes the incident by age; null where the source has no limit. */
  autoResolveAtMs: number | null;
  /** The incident came back by itself after a person resolved it while it was still firing. */
  refired: boolean;
  /** Goes up with every change. */
  version: number;
}
