/** Grafana's dashboard alerts before unified alerting (removed in Grafana 11): one message per rule, not per series. */
import { z } from "zod";
import type { Alert } from "../domain/intake/alert.ts";
import type { AlertSource } from "../domain/intake/alert_source.ts";
import type { SourceReading, SourceRequest } from "../ports/source_format.ts";
import { finishAlert } from "./alert_draft.ts";
import {
  isObject,
  type JsonObject,
  objectOr,
  scalarText,
} from "./json_body.ts";
import { oneAlert, wrongField } from "./reading.ts";
import { severityFromLabels } from "./severity_word.ts";

const text = z.string().catch("");
const shape = z.object({
  title: text,
  ruleId: z.union([z.number(), z.string()]).optional().catch(undefined),
  orgId: z.union([z.number(), z.string()]).optional().catch(undefined),
  ruleName: text,
  ruleUrl: text,
  rule_url: text,
  imageUrl: text,
  image_url: text,
  message: text,
  state: text,
  evalMatches: z.array(z.unknown()).catch([]),
  tags: z.custom<JsonObject>(isObject).catch({}),
});
type LegacyAlert = z.infer<typeof shape>;

/** Promises whether the body is a legacy alert; one with a list of `alerts` never is. */
export function isLegacyAlert(body: JsonObject): boolean {
  return !Array.isArray(body.alerts) &&
    ["ruleId", "ruleName", "evalMatches"].some((name) => name in body);
}

/** Promises the one alert of the body, or a 422 where nothing names its rule. */
export function readLegacyAlert(
  body: JsonObject,
  { source }: SourceRequest,
): SourceReading {
  const alert = shape.parse(body);
  const externalId = ruleKey(alert);
  if (externalId === null) {
    return wrongField(
      "ruleId",
      "ruleId or ruleName is needed to tell rules apart.",
    );
  }
  const name = alert.ruleName || alert.title.replace(/^\[[^\]]*\]\s*/, "");
  const { kind, prefix, remark } = meaningOf(alert.state, source);
  const graded = severityFromLabels(
    alert.tags,
    source.settings.defaultSeverity,
  );
  return oneAlert(finishAlert({
    kind,
    externalId,
    titles: [name === "" ? "" : prefix + name, externalId],
    // The message is the rule's bad news, whatever the state.
    descriptions: kind === "resolved" ? [] : [alert.message, matchLines(alert)],
    severity: graded.severity,
    startsAtMs: null,
    links: [
      { label: "Open in Grafana", url: alert.ruleUrl || alert.rule_url },
      { label: "Image", url: alert.imageUrl || alert.image_url },
    ],
    labels: alert.tags,
    isTest: isTestButton(alert),
    remarks: [remark, graded.remark],
    payload: body,
  }));
}

/** The test button sends rule 0 of organisation 0; in some versions a random 64-bit rule id, which JSON.parse rounds. */
function isTestButton({ ruleId, orgId }: LegacyAlert): boolean {
  return Number(ruleId ?? NaN) === 0 || Number(orgId ?? NaN) === 0 ||
    (typeof ruleId === "number" && !Number.isSafeInteger(ruleId));
}

function ruleKey(alert: LegacyAlert): string | null {
  const org = alert.orgId ?? "";
  if (isTestButton(alert)) return `grafana-legacy:${org}:test`;
  if (alert.ruleId !== undefined && alert.ruleId !== "") {
    return `grafana-legacy:${org}:${alert.ruleId}`;
  }
  return alert.ruleName === ""
    ? null
    : `grafana-legacy:${org}:name:${alert.ruleName}`;
}

function meaningOf(
  state: string,
  source: AlertSource,
): { kind: Alert["kind"]; prefix: string; remark: string } {
  switch (state.toLowerCase()) {
    case "alerting":
      return { kind: "firing", prefix: "", remark: "" };
    case "ok":
      return { kind: "resolved", prefix: "", remark: "" };
    case "no_data":
      return noData(source);
    default: {
      const remark = state === ""
        ? "Grafana named no state for this rule."
        : `Grafana says that this rule is in the state “${state}”.`;
      return { kind: "note", prefix: "", remark };
    }
  }
}

function noData(source: AlertSource): ReturnType<typeof meaningOf> {
  const prefix = "No data: ";
  switch (source.settings.noData ?? "page") {
    case "page":
      return { kind: "firing", prefix, remark: "" };
    case "ignore":
      return {
        kind: "note",
        prefix,
        remark: "No data: the source is set to ignore it.",
      };
    case "resolve":
      return {
        kind: "resolved",
        prefix,
        remark: "No data: the source is set to resolve it.",
      };
  }
}

function matchLines({ evalMatches }: LegacyAlert): string {
  return evalMatches.slice(0, 20).filter(isObject).map((match) => {
    const tags = Object.entries(objectOr(match.tags)).slice(0, 10)
      .map(([name, value]) => `${name}=${scalarText(value)}`).join(", ");
    const metric = [scalarText(match.metric), tags && `(${tags})`]
      .filter(Boolean).join(" ");
    return `${metric || "value"}: ${scalarText(match.value) || "no value"}`;
  }).join("\n");
}
