/** The incident that an alert opens. */
import type { Alert } from "../../domain/intake/alert.ts";
import { freeze } from "../../domain/policies/escalation_policy.ts";
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import type { NewIncident } from "../../ports/incident_repositories.ts";

/** The id of an incident that is planned before it is written. */
export const UNSAVED = 0;

// A test incident closes by itself, so that nobody has to tidy up after a test button.
const TEST_INCIDENT_MS = 10 * 60_000;

/** Promises a triggered incident whose first step is due at once, with a copy of the policy as it is now. */
export function newIncident(
  { source, policy }: SourceWithPolicy,
  alert: Alert,
  nowMs: number,
): NewIncident {
  return {
    teamId: source.teamId,
    sourceId: source.id,
    externalId: alert.externalId,
    title: alert.title,
    description: alert.description,
    severity: alert.severity,
    status: "triggered",
    isTest: alert.isTest,
    openedAtMs: nowMs,
    triggeredAtMs: nowMs,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    startsAtMs: alert.startsAtMs,
    latestStartsAtMs: alert.startsAtMs,
    alertCount: 1,
    lastAlertAtMs: nowMs,
    links: alert.links,
    labels: alert.labels,
    payload: alert.payload,
    policy: freeze(policy),
    nextStep: 0,
    round: 0,
    nextActionAtMs: nowMs,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    autoResolveAtMs: autoResolveAt({ source, nowMs, isTest: alert.isTest }),
    refired: false,
  };
}

/** When an incident closes by its age, epoch milliseconds; null where its source sets no limit. */
export function autoResolveAt(
  { source, nowMs, isTest }: {
    source: SourceWithPolicy["source"];
    nowMs: number;
    isTest: boolean;
  },
): number | null {
  if (isTest) return nowMs + TEST_INCIDENT_MS;
  const minutes = source.settings.autoResolveAfterMinutes;
  return minutes === null ? null : nowMs + minutes * 60_000;
}
