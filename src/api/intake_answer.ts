/** What a monitoring system is told about its alerts. */
import { z } from "@hono/zod-openapi";
import {
  ALERT_OUTCOMES,
  type AlertOutcome,
} from "../app/intake/admit_alert.ts";
import type { IngestResult } from "../app/intake/ingest.ts";
import type { SourceWithPolicy } from "../ports/directory_repositories.ts";
import type { Repositories } from "../ports/store.ts";
import { id } from "../app/fields.ts";
import { IncidentDocument, shownIncident } from "./shown_incident.ts";

/** The incident of one generic alert. */
export const Opened = IncidentDocument.extend({
  outcome: z.enum(ALERT_OUTCOMES),
}).openapi("AlertTaken");

/** Nothing was opened or changed. */
export const Noted = z.object({
  status: z.enum(["noted", "repeated", "handled"]),
  message: z.string(),
  incident_id: id.nullable(),
}).openapi("AlertNoted");

/** Counts of a group of alerts. */
export const Taken = z.object({
  received: z.int(),
  opened: z.int(),
  updated: z.int(),
  resolved: z.int(),
  noted: z.int(),
  repeated: z.boolean().openapi({
    description: "This very message was taken before; nothing was done again.",
  }),
  incident_ids: z.array(id),
}).openapi("AlertsTaken");

export type IntakeAnswer =
  | { status: 201 | 200; body: z.input<typeof Opened> }
  | { status: 200; body: z.input<typeof Noted> }
  | { status: 202; body: z.input<typeof Taken> };

const REPEATED: IntakeAnswer = {
  status: 200,
  body: {
    status: "repeated",
    message: "This message was taken before.",
    incident_id: null,
  },
};

/** Promises 201 with the incident that the alert opened, 200 with the one that it concerns, or 200 with a word on why there is none. */
export async function shownGeneric(
  store: Repositories,
  { source, teamName }: SourceWithPolicy,
  { repeatedMessage, results: [result] }: IngestResult,
): Promise<IntakeAnswer> {
  if (repeatedMessage || result === undefined) return REPEATED;
  const { outcome, incidentId } = result;
  const incident = result.incident ??
    (incidentId === null ? null : await store.incidents.find(incidentId));
  if (incident === null) {
    return {
      status: 200,
      body: {
        status: "noted",
        message: "No incident is concerned.",
        incident_id: incidentId,
      },
    };
  }
  const names = { teamName, sourceName: source.name };
  return {
    status: outcome === "opened" ? 201 : 200,
    body: { ...shownIncident(incident, names), outcome },
  };
}

/** Promises 202 with how many alerts did what. */
export function shownGroup(
  { repeatedMessage, results }: IngestResult,
): IntakeAnswer {
  const count = (...outcomes: AlertOutcome[]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const ids = results.flatMap(({ incidentId }) => incidentId ?? []);
  return {
    status: 202,
    body: {
      received: results.length,
      opened: count("opened", "reopened"),
      updated: count("updated"),
      resolved: count("resolved"),
      noted: count("noted", "ignored"),
      repeated: repeatedMessage,
      incident_ids: [...new Set(ids)],
    },
  };
}
