/** A CloudWatch alarm's change of state, whichever of its two forms told it. */
import type { Alert } from "../domain/intake/alert.ts";
import type { NoDataAction } from "../domain/intake/alert_source.ts";
import type { SourceRequest } from "../ports/source_format.ts";
import { finishAlert } from "./alert_draft.ts";
import { readInstant } from "./instant.ts";
import { isObject, type JsonObject, scalarText } from "./json_body.ts";
import { severityFromLabels } from "./severity_word.ts";

/** Texts as AWS wrote them; empty where a form does not say. */
export interface AlarmFacts {
  name: string;
  arn: string;
  account: string;
  region: string;
  /** ALARM, OK or INSUFFICIENT_DATA. */
  state: string;
  reason: string;
  description: string;
  changedAt: unknown;
  /** One of several things that one alarm watches; each opens and closes for itself. */
  contributorId: string;
  contributor: JsonObject;
  tags: JsonObject;
  /** What is measured: namespace, metric, dimensions. */
  measured: JsonObject;
  /** Further lines for the description. */
  details: readonly string[];
}

/** Promises the alert; `payload` is the alarm as AWS wrote it, without any envelope. */
export function alarmAlert(
  facts: AlarmFacts,
  { request, payload }: { request: SourceRequest; payload: JsonObject },
): Alert {
  const { settings } = request.source;
  const meaning = meaningOf(facts.state, settings.noData ?? "ignore");
  const graded = severityFromLabels(facts.tags, settings.defaultSeverity);
  const changed = readInstant(facts.changedAt, request.nowMs);
  const place = placeOf(facts);
  return finishAlert({
    kind: meaning.kind,
    externalId: alarmKey(facts, place),
    titles: [facts.name && meaning.prefix + facts.name],
    descriptions: [facts.description, facts.reason, ...facts.details],
    severity: graded.severity,
    startsAtMs: changed.ms,
    links: [{ label: "Open in CloudWatch", url: consoleUrl(facts) }],
    // Facts beat tags of the same name.
    labels: {
      ...facts.tags,
      ...facts.contributor,
      ...facts.measured,
      ...place,
    },
    isTest: false,
    remarks: [
      meaning.remark,
      graded.remark,
      changed.problem === null ? "" : `The time ${changed.problem}.`,
    ],
    payload,
  });
}

interface Meaning {
  kind: Alert["kind"];
  prefix: string;
  remark: string;
}

const NO_DATA_KINDS: Record<NoDataAction, Alert["kind"]> = {
  ignore: "note",
  page: "firing",
  resolve: "resolved",
};

function meaningOf(state: string, noData: NoDataAction): Meaning {
  switch (state) {
    case "ALARM":
      return { kind: "firing", prefix: "", remark: "" };
    case "OK":
      return { kind: "resolved", prefix: "", remark: "" };
    case "INSUFFICIENT_DATA":
      return {
        kind: NO_DATA_KINDS[noData],
        prefix: "No data: ",
        remark:
          `CloudWatch has insufficient data; the source is set to ${noData} that.`,
      };
    default: {
      const remark = `CloudWatch named a state that is not known: “${state}”.`;
      return { kind: "note", prefix: "", remark };
    }
  }
}

const ALARM_ARN = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:/;

/** `Region` of a message is a display name ("EU (Frankfurt)"), so the ARN comes first. */
function placeOf(facts: AlarmFacts): { account: string; region: string } {
  const [, region, account] = ALARM_ARN.exec(facts.arn) ?? [];
  return {
    account: account ?? facts.account,
    region: region ?? facts.region,
  };
}

function alarmKey(
  facts: AlarmFacts,
  place: { account: string; region: string },
): string {
  const alarm = facts.arn ||
    [place.account, place.region, facts.name].join(":");
  return facts.contributorId === "" ? alarm : `${alarm}#${facts.contributorId}`;
}

// Only the commercial partition: the console's host is another in China and GovCloud.
function consoleUrl({ arn, name }: AlarmFacts): string | null {
  const [, region] =
    /^arn:aws:cloudwatch:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):/.exec(arn) ?? [];
  if (region === undefined) return null;
  const alarm = encodeURIComponent(name.toWellFormed());
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${alarm}`;
}

/** Promises `{name: value}` from AWS's lists of pairs in either case, or from an object of texts. */
export function pairsOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(
    value.filter(isObject).slice(0, 100).map((pair) => [
      scalarText(pair.name ?? pair.Name ?? pair.key ?? pair.Key),
      pair.value ?? pair.Value,
    ]),
  );
}
