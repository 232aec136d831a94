/** Incidents, their story and their messages as the API shows them. */
import { z } from "@hono/zod-openapi";
import { SEVERITIES } from "../domain/intake/alert.ts";
import {
  type Incident,
  INCIDENT_STATUSES,
} from "../domain/incidents/incident.ts";
import {
  type Notification,
  NOTIFICATION_KINDS,
  NOTIFICATION_STATES,
} from "../domain/delivery/notification.ts";
import { CHANNEL_KINDS } from "../domain/responders/people.ts";
import {
  ACTION_ORIGINS,
  type Actor,
  TIMELINE_KINDS,
  type TimelineEntry,
} from "../domain/incidents/timeline.ts";
import type { CountedIncident } from "../ports/incident_repositories.ts";
import { id, shownTime, shownTimeOrNull, time } from "../app/fields.ts";

const named = z.object({ id, name: z.string() });

export const ActorDocument = z.object({
  type: z.enum(["responder", "source", "system"]),
  id: id.nullable(),
  name: z.string(),
  via: z.enum(ACTION_ORIGINS).nullable(),
}).openapi("Actor");

const summary = {
  id,
  title: z.string(),
  severity: z.enum(SEVERITIES),
  status: z.enum(INCIDENT_STATUSES),
  external_id: z.string(),
  is_test: z.boolean(),
  team: named,
  source: named,
  opened_at: time,
  triggered_at: time,
  acknowledged_at: time.nullable(),
  acknowledged_by: ActorDocument.nullable(),
  resolved_at: time.nullable(),
  resolved_by: ActorDocument.nullable(),
  resolution: z.enum(["person", "recovery", "age"]).nullable(),
  next_escalation_at: time.nullable().openapi({
    description: "When the next step is paged; null unless triggered.",
  }),
  acknowledgement_ends_at: time.nullable().openapi({
    description: "When an acknowledgement or a snooze runs out.",
  }),
  snoozed_until: time.nullable(),
  exhausted: z.boolean().openapi({
    description: "Everything was tried and nobody answered.",
  }),
  exhausted_at: time.nullable(),
  alert_count: z.int(),
  last_alert_at: time,
};

export const IncidentSummaryDocument = z.object(summary).openapi(
  "IncidentSummary",
);

export const IncidentDocument = z.object({
  ...summary,
  description: z.string(),
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  labels: z.record(z.string(), z.string()),
  escalation_policy: named,
}).openapi("Incident");

export const TimelineEntryDocument = z.object({
  id,
  kind: z.enum(TIMELINE_KINDS),
  at: time,
  actor: ActorDocument,
  detail: z.record(z.string(), z.unknown()),
}).openapi("TimelineEntry");

export const NotificationDocument = z.object({
  id,
  incident_id: id,
  responder_id: id,
  contact_method_id: id,
  channel: z.enum(CHANNEL_KINDS),
  address: z.string(),
  kind: z.enum(NOTIFICATION_KINDS),
  status: z.enum(NOTIFICATION_STATES),
  step: z.int().openapi({
    description: "0-based; -1 for the fallback and for a resolution.",
  }),
  round: z.int(),
  attempts: z.int(),
  due_at: time,
  sent_at: time.nullable(),
  delivered_at: time.nullable(),
  provider: z.string().nullable(),
  provider_message_id: z.string().nullable(),
  error: z.string().nullable(),
  maybe_sent_twice: z.boolean().openapi({
    description:
      "More than one attempt may have arrived: a process died while sending, or the answer to an attempt before was lost.",
  }),
  outcome_unknown: z.boolean().openapi({
    description:
      "An attempt ended without an answer: the provider may have the message.",
  }),
  node: z.string().nullable().openapi({
    description: "The node that sends it now; null while none does.",
  }),
  bundle_size: z.int().nullable().openapi({
    description:
      "How many incidents the message was about; null: only this one.",
  }),
  created_at: time,
}).openapi("Notification");

export const IncidentDetailDocument = IncidentDocument.extend({
  payload: z.string().openapi({
    description: "The last alert as its sender wrote it.",
  }),
  timeline: z.array(TimelineEntryDocument),
  timeline_truncated: z.boolean().openapi({
    description: "There is more at /timeline.",
  }),
  notifications: z.array(NotificationDocument),
}).openapi("IncidentDetail");

/** The names of what an incident belongs to, which its row does not hold. */
export interface IncidentNames {
  teamName: string;
  sourceName: string;
}

/** Promises the incident as a list shows it. */
export function shownSummary(
  incident: Omit<CountedIncident, "policy">,
  { teamName, sourceName }: IncidentNames,
) {
  const { status, nextActionAtMs } = incident;
  return {
    id: incident.id,
    title: incident.title,
    severity: incident.severity,
    status,
    external_id: incident.externalId,
    is_test: incident.isTest,
    team: { id: incident.teamId, name: teamName },
    source: { id: incident.sourceId, name: sourceName },
    opened_at: shownTime(incident.openedAtMs),
    triggered_at: shownTime(incident.triggeredAtMs),
    acknowledged_at: shownTimeOrNull(incident.acknowledgedAtMs),
    acknowledged_by: shownActorOrNull(incident.acknowledgedBy),
    resolved_at: shownTimeOrNull(incident.resolvedAtMs),
    resolved_by: shownActorOrNull(incident.resolvedByActor),
    resolution: incident.resolvedBy,
    next_escalation_at: shownTimeOrNull(
      status === "triggered" ? nextActionAtMs : null,
    ),
    acknowledgement_ends_at: shownTimeOrNull(
      status === "acknowledged" ? nextActionAtMs : null,
    ),
    snoozed_until: shownTimeOrNull(incident.snoozedUntilMs),
    exhausted: incident.exhaustedAtMs !== null,
    exhausted_at: shownTimeOrNull(incident.exhaustedAtMs),
    alert_count: incident.alertCount,
    last_alert_at: shownTime(incident.lastAlertAtMs),
  };
}

/** Promises the incident without its story and its payload. */
export function shownIncident(
  incident:
    & CountedIncident
    & Pick<Incident, "description" | "links" | "labels">,
  names: IncidentNames,
) {
  return {
    ...shownSummary(incident, names),
    description: incident.description,
    links: incident.links,
    labels: incident.labels,
    escalation_policy: {
      id: incident.policy.policyId,
      name: incident.policy.name,
    },
  };
}

export function shownTimelineEntry(entry: TimelineEntry) {
  return {
    id: entry.id,
    kind: entry.kind,
    at: shownTime(entry.atMs),
    actor: shownActor(entry.actor),
    detail: Object.fromEntries(
      Object.entries(entry.detail).map(([name, value]) =>
        name.endsWith("Ms") && typeof value === "number"
          ? [snakeCase(name.slice(0, -2)), shownTime(value)]
          : [snakeCase(name), value]
      ),
    ),
  };
}

export function shownNotification(row: Notification) {
  return {
    id: row.id,
    incident_id: row.incidentId,
    responder_id: row.responderId,
    contact_method_id: row.contactMethodId,
    channel: row.channel,
    address: row.address,
    kind: row.kind,
    status: row.state,
    step: row.step,
    round: row.round,
    attempts: row.attempt,
    due_at: shownTime(row.dueAtMs),
    sent_at: shownTimeOrNull(row.sentAtMs),
    delivered_at: shownTimeOrNull(row.deliveredAtMs),
    provider: row.provider,
    provider_message_id: row.providerMessageId,
    error: row.error,
    maybe_sent_twice: row.maybeSentTwice,
    outcome_unknown: row.outcomeUnknown,
    node: row.leaseOwner,
    bundle_size: row.bundle?.size ?? null,
    created_at: shownTime(row.createdAtMs),
  };
}

function shownActor(actor: Actor): z.input<typeof ActorDocument> {
  switch (actor.kind) {
    case "responder":
      return {
        type: "responder",
        id: actor.responderId,
        name: actor.name,
        via: actor.via,
      };
    case "source":
      return {
        type: "source",
        id: actor.sourceId,
        name: actor.name,
        via: null,
      };
    case "system":
      return { type: "system", id: null, name: "PagerPal", via: null };
  }
}

function shownActorOrNull(actor: Actor | null) {
  return actor === null ? null : shownActor(actor);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
