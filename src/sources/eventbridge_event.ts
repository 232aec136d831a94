/** EventBridge events: CloudWatch alarms in their second form, and whatever else a rule sends. */
import type { Alert } from "../domain/intake/alert.ts";
import type { SourceRequest } from "../ports/source_format.ts";
import { finishAlert } from "./alert_draft.ts";
import { type AlarmFacts, pairsOf } from "./cloudwatch_alarm.ts";
import { derivedId } from "./external_id.ts";
import { readInstant } from "./instant.ts";
import {
  isObject,
  type JsonObject,
  objectOr,
  scalarText,
} from "./json_body.ts";

/** The `source` of an event that only tries the way; AWS keeps `aws.` for itself and leaves the others to customers. */
const TEST_EVENT_SOURCE = "pagerpal.test";

/** Promises whether the body has the frame of an EventBridge event. */
export function isEvent(body: JsonObject): boolean {
  return typeof body["detail-type"] === "string" &&
    typeof body.source === "string";
}

/** Promises the facts, or null for an event that is no alarm or lacks the alarm's name or state. */
export function alarmOfEvent(event: JsonObject): AlarmFacts | null {
  const detail = objectOr(event.detail);
  const state = objectOr(detail.state);
  const name = scalarText(detail.alarmName);
  const value = scalarText(state.value);
  if (event.source !== "aws.cloudwatch" || name === "" || value === "") {
    return null;
  }
  const configuration = objectOr(detail.configuration);
  const contributor = objectOr(detail.alarmContributor);
  const rule = scalarText(configuration.alarmRule ?? detail.alarmRule);
  return {
    name,
    state: value,
    arn: resourcesOf(event)[0] ?? "",
    account: scalarText(event.account),
    region: scalarText(event.region),
    reason: scalarText(state.reason),
    description: scalarText(configuration.description),
    changedAt: state.timestamp ?? event.time,
    contributorId: scalarText(contributor.id ?? detail.alarmContributorId),
    contributor: pairsOf(contributor.attributes),
    tags: {},
    measured: measuredBy(configuration.metrics),
    details: [rule === "" ? "" : `Rule: ${rule}`],
  };
}

/** Promises an alert for an event that is not an alarm: the same kind of event about the same things is one alert. */
export function otherEventAlert(
  event: JsonObject,
  { source, nowMs }: SourceRequest,
): Alert {
  const kind = scalarText(event["detail-type"]);
  const resources = resourcesOf(event);
  const isTest = event.source === TEST_EVENT_SOURCE;
  return finishAlert({
    kind: "firing",
    externalId: derivedId("event", [
      kind,
      scalarText(event.source),
      scalarText(event.account),
      scalarText(event.region),
      [...resources].sort(),
    ]),
    titles: [`${kind} (${scalarText(event.source)})`],
    descriptions: [resources.slice(0, 50).join("\n")],
    severity: source.settings.defaultSeverity,
    startsAtMs: readInstant(event.time, nowMs).ms,
    links: [],
    labels: {
      source: event.source,
      account: event.account,
      region: event.region,
    },
    isTest,
    remarks: [
      isTest
        ? ""
        : "An EventBridge event that is no alarm: it never resolves by itself.",
    ],
    payload: event,
  });
}

function resourcesOf(event: JsonObject): string[] {
  return Array.isArray(event.resources)
    ? event.resources.slice(0, 1_000).map(scalarText)
      .filter((resource) => resource !== "")
    : [];
}

function measuredBy(metrics: unknown): JsonObject {
  const metric = Array.isArray(metrics)
    ? metrics.slice(0, 100).filter(isObject)
      .map((entry) => objectOr(objectOr(entry.metricStat).metric))
      .find(({ name }) => scalarText(name) !== "")
    : undefined;
  return metric === undefined ? {} : {
    ...pairsOf(metric.dimensions),
    namespace: metric.namespace,
    metric: metric.name,
  };
}
