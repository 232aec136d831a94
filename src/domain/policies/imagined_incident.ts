/** An incident that is not there, to ask what would become of it. */
import type { Severity } from "../intake/alert.ts";
import { type EscalationPolicy, freeze } from "./escalation_policy.ts";
import type { Incident } from "../incidents/incident.ts";

/** The id of what is in no database. */
const NOWHERE = 0;

/** What is imagined to fire. */
export interface Imagined {
  policy: EscalationPolicy;
  /** Whose members are the last resort but one. */
  teamId: number;
  severity: Severity;
  atMs: number;
}

/** Promises an incident of the severity that the team is alerted to at the instant, before its first step. */
export function imaginedIncident(
  { policy, teamId, severity, atMs }: Imagined,
): Incident {
  return {
    id: NOWHERE,
    teamId,
    sourceId: NOWHERE,
    externalId: "",
    title: "",
    description: "",
    severity,
    status: "triggered",
    isTest: false,
    openedAtMs: atMs,
    triggeredAtMs: atMs,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    startsAtMs: null,
    latestStartsAtMs: null,
    alertCount: 1,
    lastAlertAtMs: atMs,
    links: [],
    labels: {},
    payload: "",
    policy: freeze(policy),
    nextStep: 0,
    round: 0,
    nextActionAtMs: atMs,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    autoResolveAtMs: null,
    refired: false,
    version: 0,
  };
}
