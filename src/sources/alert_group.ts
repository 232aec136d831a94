/** The group of alerts that Grafana (since 8) and Alertmanager post in nearly the same shape. */
import { z } from "zod";
import type { AlertSource } from "../domain/intake/alert_source.ts";
import { MOST_ALERTS_PER_REQUEST } from "../ports/source_format.ts";
import type { AlertDraft } from "./alert_draft.ts";
import { idFromLabels } from "./external_id.ts";
import { readInstant } from "./instant.ts";
import { isObject, type JsonObject, scalarText } from "./json_body.ts";
import { type Refused, tooManyAlerts, wrongField } from "./reading.ts";
import { severityFromLabels } from "./severity_word.ts";

// An optional field of the wrong type is left out rather than the alert lost.
const text = z.string().optional().catch(undefined);
// Not z.record, which loses a label called __proto__.
const words = z.custom<JsonObject>(isObject, "must be an object of texts");

const memberShape = z.object({
  // Absent on neither sender; a page too many is better than one lost.
  status: z.preprocess(
    (status) =>
      typeof status === "string" ? status.toLowerCase() : status ?? "firing",
    z.enum(["firing", "resolved"], "must be “firing” or “resolved”"),
  ),
  labels: words.nullish().transform((labels): JsonObject => labels ?? {}),
  annotations: words.catch({}),
  startsAt: z.unknown().optional(),
  fingerprint: text,
  generatorURL: text,
  silenceURL: text,
  dashboardURL: text,
  panelURL: text,
  imageURL: text,
  values: words.optional().catch(undefined),
}, "must be an object");

const groupShape = z.object({
  alerts: z.array(memberShape),
  groupKey: text,
  externalURL: text,
  truncatedAlerts: z.number().int().min(0).catch(0),
});

/** One alert of a group. `raw` is what the sender wrote, `id` is stable over repeats and the recovery. */
export type GroupMember = z.infer<typeof memberShape> & {
  id: string;
  raw: unknown;
};

export interface AlertGroup {
  members: GroupMember[];
  groupKey: string;
  externalURL: string;
  /** How many alerts the sender cut from the group. */
  truncatedAlerts: number;
}

/**
 * Promises the group, or a refusal: 413 before any alert is looked at, or 422 with the path of the first wrong field.
 * Nothing is taken by halves. `alerts` must be an array already.
 */
export function readAlertGroup(
  body: JsonObject & { alerts: unknown[] },
): AlertGroup | Refused {
  if (body.alerts.length > MOST_ALERTS_PER_REQUEST) {
    return tooManyAlerts(body.alerts.length);
  }
  const group = groupShape.safeParse(body);
  if (!group.success) return firstIssue(group.error);
  const { alerts, groupKey = "", externalURL = "", truncatedAlerts } =
    group.data;
  const members: GroupMember[] = [];
  for (const [index, alert] of alerts.entries()) {
    // The sender's fingerprint also covers labels that it does not show, so it comes first.
    const id = alert.fingerprint || idFromLabels(alert.labels);
    if (id === null) {
      return wrongField(
        `alerts[${index}].labels`,
        `alerts[${index}].labels is needed where there is no fingerprint.`,
      );
    }
    members.push({ ...alert, id, raw: body.alerts[index] });
  }
  return { members, groupKey, externalURL, truncatedAlerts };
}

/** Promises what both senders' alerts have in common; title, description and links are the sender's own. */
export function draftOfMember(
  member: GroupMember,
  context: { source: AlertSource; nowMs: number },
): Omit<AlertDraft, "titles" | "descriptions" | "links"> {
  const graded = severityFromLabels(
    member.labels,
    context.source.settings.defaultSeverity,
  );
  const starts = readInstant(member.startsAt, context.nowMs);
  return {
    kind: member.status,
    externalId: member.id,
    severity: graded.severity,
    startsAtMs: starts.ms,
    labels: member.labels,
    // Neither sender can say so itself: a rule, or amtool, may carry the label.
    isTest: scalarText(member.labels.pagerpal_test) === "true",
    remarks: [
      graded.remark,
      starts.problem === null ? "" : `The start ${starts.problem}.`,
    ],
    payload: member.raw,
  };
}

/** Promises whether the body has the list of alerts that makes it a group. */
export function hasAlerts(
  body: JsonObject,
): body is JsonObject & { alerts: unknown[] } {
  return Array.isArray(body.alerts);
}

/** Promises the labels as `job=node, instance=db-1`, in order of name: the title of an alert that has no name. */
export function labelLine(labels: JsonObject): string {
  return Object.keys(labels).sort().slice(0, 10)
    .map((name) => `${name}=${scalarText(labels[name]).slice(0, 100)}`)
    .join(", ");
}

function firstIssue(error: z.ZodError): Refused {
  const issue = error.issues[0];
  const field = (issue?.path ?? []).map((step) =>
    typeof step === "number" ? `[${step}]` : `.${String(step)}`
  ).join("").replace(/^\./, "");
  return wrongField(field, `${field} ${issue?.message ?? "is wrong"}.`);
}
