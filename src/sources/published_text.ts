/** What other publishers (people, scripts, other AWS services) send to a topic that is meant for alarms. */
import type { Alert } from "../domain/intake/alert.ts";
import type { SourceRequest } from "../ports/source_format.ts";
import { cleanTitle, finishAlert } from "./alert_draft.ts";
import { derivedId } from "./external_id.ts";
import { readInstant } from "./instant.ts";

export interface PublishedText {
  topicArn: string;
  /** Empty where there is none. */
  subject: string;
  text: string;
  /** When SNS took it; empty where not known. */
  timestamp: string;
}

/**
 * Promises an alert titled by the subject, or by the first line. Messages of one topic with the same subject (or first
 * line) are one alert: the rest of the text may hold values and times.
 */
export function publishedAlert(
  { topicArn, subject, text, timestamp }: PublishedText,
  { source, nowMs }: SourceRequest,
): Alert {
  const firstLine = text.slice(0, 2_000).trim().split("\n", 1)[0] ?? "";
  return finishAlert({
    kind: "firing",
    externalId: derivedId("sns", [
      topicArn,
      cleanTitle(subject) === "" ? ["line", firstLine] : ["subject", subject],
    ]),
    titles: [subject, firstLine, "Empty SNS message"],
    descriptions: [text],
    severity: source.settings.defaultSeverity,
    startsAtMs: readInstant(timestamp, nowMs).ms,
    links: [],
    labels: topicArn === "" ? {} : { topic: topicArn },
    isTest: false,
    remarks: ["Not a CloudWatch alarm: it never resolves by itself."],
    payload: text,
  });
}
