/** The alarm JSON that CloudWatch publishes to SNS. */
import { type AlarmFacts, pairsOf } from "./cloudwatch_alarm.ts";
import {
  isObject,
  type JsonObject,
  objectOr,
  scalarText,
} from "./json_body.ts";

/** Promises the facts, or null for JSON that is not an alarm (other publishers share topics). */
export function alarmOfMessage(message: JsonObject): AlarmFacts | null {
  const name = scalarText(message.AlarmName);
  const state = scalarText(message.NewStateValue);
  if (name === "" || state === "") return null;
  return {
    name,
    state,
    arn: scalarText(message.AlarmArn),
    account: scalarText(message.AWSAccountId),
    region: scalarText(message.Region),
    reason: scalarText(message.NewStateReason),
    description: scalarText(message.AlarmDescription),
    changedAt: message.StateChangeTime,
    contributorId: scalarText(message.AlarmContributorId),
    contributor: pairsOf(message.AlarmContributorAttributes),
    tags: pairsOf(message.AlarmTags),
    measured: measuredBy(objectOr(message.Trigger)),
    details: compositeLines(message),
  };
}

/** A metric math or anomaly alarm has a list of metrics in place of one: its first real metric stands for it. */
function measuredBy(trigger: JsonObject): JsonObject {
  const listed = Array.isArray(trigger.Metrics)
    ? trigger.Metrics.slice(0, 100).filter(isObject)
      .map((metric) => objectOr(objectOr(metric.MetricStat).Metric))
      .find((metric) => scalarText(metric.MetricName) !== "")
    : undefined;
  const metric = scalarText(trigger.MetricName) === "" ? listed ?? {} : trigger;
  return {
    ...pairsOf(metric.Dimensions),
    namespace: metric.Namespace,
    metric: metric.MetricName,
  };
}

function compositeLines(message: JsonObject): string[] {
  const children = Array.isArray(message.TriggeringChildren)
    ? message.TriggeringChildren.slice(0, 20).filter(isObject)
      .map((child) => scalarText(child.Arn).split(":alarm:").at(-1) ?? "")
      .filter((name) => name !== "")
    : [];
  const rule = scalarText(message.AlarmRule);
  return [
    rule === "" ? "" : `Rule: ${rule}`,
    children.length === 0 ? "" : `Triggered by: ${children.join(", ")}`,
  ];
}
