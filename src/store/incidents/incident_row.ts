/** An incident as a row, and back. */
import type { Insertable, Selectable } from "kysely";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Actor } from "../../domain/incidents/timeline.ts";
import type { FrozenPolicy } from "../../domain/policies/escalation_policy.ts";
import type {
  CountedIncident,
  IncidentSummary,
  NewIncident,
  OpenIncident,
} from "../../ports/incident_repositories.ts";
import type { PagedIncident } from "../../ports/notification_repository.ts";
import {
  flag,
  instant,
  instantOrNull,
  json,
  jsonOrNull,
  parsed,
  parsedOrNull,
} from "../statements/column.ts";
import type { GivenKind } from "../statements/given_rows.ts";
import { frozenPolicyOf } from "../policies/policy_json.ts";
import type { IncidentTable } from "../schema/paging_tables.ts";

type Row<Name extends keyof IncidentTable> = Pick<
  Selectable<IncidentTable>,
  Name
>;

/** Promises every column but the id and the version. */
export function incidentColumns(
  incident: NewIncident,
): Omit<Insertable<IncidentTable>, "id" | "version"> {
  const { acknowledgedBy } = incident;
  return {
    team_id: incident.teamId,
    source_id: incident.sourceId,
    external_id: incident.externalId,
    title: incident.title,
    severity: incident.severity,
    status: incident.status,
    is_test: flag(incident.isTest),
    opened_at_ms: instant(incident.openedAtMs),
    triggered_at_ms: instant(incident.triggeredAtMs),
    acknowledged_at_ms: instantOrNull(incident.acknowledgedAtMs),
    acknowledged_by: jsonOrNull(acknowledgedBy),
    acknowledged_by_responder_id: acknowledgedBy?.kind === "responder"
      ? acknowledgedBy.responderId
      : null,
    resolved_at_ms: instantOrNull(incident.resolvedAtMs),
    resolved_by: incident.resolvedBy,
    resolved_by_actor: jsonOrNull(incident.resolvedByActor),
    starts_at_ms: instantOrNull(incident.startsAtMs),
    latest_starts_at_ms: instantOrNull(incident.latestStartsAtMs),
    alert_count: incident.alertCount,
    last_alert_at_ms: instant(incident.lastAlertAtMs),
    next_step: incident.nextStep,
    round: incident.round,
    next_action_at_ms: instantOrNull(incident.nextActionAtMs),
    snoozed_until_ms: instantOrNull(incident.snoozedUntilMs),
    exhausted_at_ms: instantOrNull(incident.exhaustedAtMs),
    auto_resolve_at_ms: instantOrNull(incident.autoResolveAtMs),
    refired: flag(incident.refired),
    description: incident.description,
    links: json(incident.links),
    labels: json(incident.labels),
    policy: json(incident.policy),
    payload: incident.payload,
  };
}

/** What `incidentColumns` gives. */
export const INSERTED_COLUMNS: Record<
  keyof ReturnType<typeof incidentColumns>,
  GivenKind
> = {
  team_id: "whole",
  source_id: "whole",
  external_id: "text",
  title: "text",
  severity: "text",
  status: "text",
  is_test: "whole",
  opened_at_ms: "whole",
  triggered_at_ms: "whole",
  acknowledged_at_ms: "whole",
  acknowledged_by: "text",
  acknowledged_by_responder_id: "whole",
  resolved_at_ms: "whole",
  resolved_by: "text",
  resolved_by_actor: "text",
  starts_at_ms: "whole",
  latest_starts_at_ms: "whole",
  alert_count: "whole",
  last_alert_at_ms: "whole",
  next_step: "whole",
  round: "whole",
  next_action_at_ms: "whole",
  snoozed_until_ms: "whole",
  exhausted_at_ms: "whole",
  auto_resolve_at_ms: "whole",
  refired: "whole",
  description: "text",
  links: "text",
  labels: "text",
  policy: "text",
  payload: "text",
};

/** What every answer and every list tells of an incident: short columns. */
const TOLD_COLUMNS = [
  "id",
  "team_id",
  "source_id",
  "external_id",
  "title",
  "severity",
  "status",
  "is_test",
  "opened_at_ms",
  "triggered_at_ms",
  "acknowledged_at_ms",
  "acknowledged_by",
  "resolved_at_ms",
  "resolved_by",
  "resolved_by_actor",
  "alert_count",
  "last_alert_at_ms",
  "next_action_at_ms",
  "snoozed_until_ms",
  "exhausted_at_ms",
] as const satisfies (keyof IncidentTable)[];

/** The columns of an incident on which a firing was counted. */
export const COUNTED_COLUMNS = [
  ...TOLD_COLUMNS,
  "policy",
] as const satisfies (keyof IncidentTable)[];

/** The columns that a list of incidents reads: none of the long ones. */
export const SUMMARY_COLUMNS = [
  ...TOLD_COLUMNS,
  "starts_at_ms",
  "latest_starts_at_ms",
  "next_step",
  "round",
  "auto_resolve_at_ms",
  "refired",
  "version",
] as const satisfies (keyof IncidentTable)[];

/** The columns that a repeated firing needs to know. */
export const OPEN_COLUMNS = [
  "id",
  "source_id",
  "external_id",
  "severity",
  "is_test",
  "starts_at_ms",
  "latest_starts_at_ms",
  "resolved_at_ms",
  "resolved_by",
  "refired",
  "auto_resolve_at_ms",
] as const satisfies (keyof IncidentTable)[];

export type OpenRow = Row<(typeof OPEN_COLUMNS)[number]>;

/** Promises what a repeated firing needs to know. */
export function openIncidentOf(row: OpenRow): OpenIncident {
  return {
    id: row.id,
    sourceId: row.source_id,
    externalId: row.external_id,
    severity: row.severity as Incident["severity"],
    isTest: row.is_test === 1,
    startsAtMs: row.starts_at_ms,
    latestStartsAtMs: row.latest_starts_at_ms,
    resolvedAtMs: row.resolved_at_ms,
    resolvedBy: row.resolved_by as Incident["resolvedBy"],
    refired: row.refired === 1,
    autoResolveAtMs: row.auto_resolve_at_ms,
  };
}

/** The columns of what a message says of its incident. */
export const PAGED_COLUMNS = [
  "id",
  "title",
  "description",
  "severity",
  "status",
  "opened_at_ms",
  "resolved_at_ms",
  "alert_count",
  "is_test",
] as const satisfies (keyof IncidentTable)[];

/** Promises what a message says of its incident. */
export function pagedIncidentOf(
  row: Row<(typeof PAGED_COLUMNS)[number]>,
): PagedIncident {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    severity: row.severity as Incident["severity"],
    status: row.status as Incident["status"],
    openedAtMs: row.opened_at_ms,
    resolvedAtMs: row.resolved_at_ms,
    alertCount: row.alert_count,
    isTest: row.is_test === 1,
  };
}

/** Promises what is told of an incident on which a firing was counted. */
export function countedOf(
  row: Row<(typeof COUNTED_COLUMNS)[number]>,
): CountedIncident {
  const { policyId, name } = parsed<FrozenPolicy>(row.policy);
  return { ...toldOf(row), policy: { policyId, name } };
}

/** Promises the parts that a list shows, without the names of team and source. */
export function summaryOf(
  row: Row<(typeof SUMMARY_COLUMNS)[number]>,
): Omit<IncidentSummary, "teamName" | "sourceName"> {
  return {
    ...toldOf(row),
    startsAtMs: row.starts_at_ms,
    latestStartsAtMs: row.latest_starts_at_ms,
    nextStep: row.next_step,
    round: row.round,
    autoResolveAtMs: row.auto_resolve_at_ms,
    refired: row.refired === 1,
    version: row.version,
  };
}

function toldOf(row: Row<(typeof TOLD_COLUMNS)[number]>) {
  return {
    id: row.id,
    teamId: row.team_id,
    sourceId: row.source_id,
    externalId: row.external_id,
    title: row.title,
    // Words of a fixed set are written by this house only.
    severity: row.severity as Incident["severity"],
    status: row.status as Incident["status"],
    isTest: row.is_test === 1,
    openedAtMs: row.opened_at_ms,
    triggeredAtMs: row.triggered_at_ms,
    acknowledgedAtMs: row.acknowledged_at_ms,
    acknowledgedBy: parsedOrNull<Actor>(row.acknowledged_by),
    resolvedAtMs: row.resolved_at_ms,
    resolvedBy: row.resolved_by as Incident["resolvedBy"],
    resolvedByActor: parsedOrNull<Actor>(row.resolved_by_actor),
    alertCount: row.alert_count,
    lastAlertAtMs: row.last_alert_at_ms,
    nextActionAtMs: row.next_action_at_ms,
    snoozedUntilMs: row.snoozed_until_ms,
    exhaustedAtMs: row.exhausted_at_ms,
  };
}

/** Promises the whole incident. */
export function incidentOf(row: Selectable<IncidentTable>): Incident {
  return {
    ...summaryOf(row),
    description: row.description,
    links: parsed(row.links),
    labels: parsed(row.labels),
    policy: frozenPolicyOf(row.policy),
    payload: row.payload,
  };
}
