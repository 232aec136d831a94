/**
 * CloudWatch alarms, in every way in which they arrive: in a signed SNS message, as an EventBridge event (inside SNS, or
 * direct from an API destination, which sends our key), and by raw delivery where an admin allowed it.
 */
import type {
  SourceFormat,
  SourceReading,
  SourceRequest,
} from "../ports/source_format.ts";
import type { SnsSubscriptions } from "../ports/sns_subscriptions.ts";
import { alarmAlert, type AlarmFacts } from "./cloudwatch_alarm.ts";
import { alarmOfMessage } from "./cloudwatch_message.ts";
import { alarmOfEvent, isEvent, otherEventAlert } from "./eventbridge_event.ts";
import { isObject, type JsonObject, parseJson } from "./json_body.ts";
import { publishedAlert } from "./published_text.ts";
import { oneAlert, refused, wrongField } from "./reading.ts";
import type { SigningCertificates } from "./sns_certificates.ts";
import { looksLikeEnvelope, readEnvelope } from "./sns_envelope.ts";
import { followSubscription } from "./sns_subscription.ts";
import { topicOf } from "./sns_topic.ts";
import { verifyMessage } from "./sns_verification.ts";

export interface CloudWatchParts {
  certificates: SigningCertificates;
  subscriptions: SnsSubscriptions;
}

/** A message of 256 KiB may double in its envelope, so the larger body limit applies. */
export function createCloudWatchFormat(parts: CloudWatchParts): SourceFormat {
  return {
    kind: "cloudwatch",
    bodyLimit: "group",
    read: (request) => read(request, parts),
  };
}

function read(
  request: SourceRequest,
  parts: CloudWatchParts,
): SourceReading | Promise<SourceReading> {
  const body = parseJson(request.body);
  const object = body.ok && isObject(body.value) ? body.value : null;
  // First, so that no header makes an envelope with its token and signature pass as plain text.
  if (object && looksLikeEnvelope(object)) {
    return readSns(object, request, parts);
  }
  if (request.headers.get("x-amz-sns-rawdelivery") === "true") {
    return readRaw(request);
  }
  if (!body.ok) return body.refusal;
  if (!object) return wrongField("body", "The body must be a JSON object.");
  if (isEvent(object)) return readEvent(object, request);
  return alarmOfMessage(object) === null
    ? wrongField(
      "Type",
      "This is neither an SNS message nor an EventBridge event.",
    )
    : readRaw(request);
}

async function readSns(
  body: JsonObject,
  request: SourceRequest,
  parts: CloudWatchParts,
): Promise<SourceReading> {
  const read = readEnvelope(body);
  if (!read.ok) return wrongField(read.field, read.message);
  const { envelope, topic } = read;
  const stop = await verifyMessage(
    { envelope, topic, request },
    parts.certificates,
  );
  if (stop !== null) return stop;
  if (envelope.Type !== "Notification") {
    return followSubscription(envelope, request, parts.subscriptions);
  }
  const alert = alertOfText(envelope.Message, request, {
    topicArn: envelope.TopicArn,
    subject: envelope.Subject ?? "",
    timestamp: envelope.Timestamp,
  });
  return oneAlert(alert, envelope.MessageId);
}

/** Raw delivery has no signature: the source's key is all that protects it, so an admin has to want it. */
function readRaw(request: SourceRequest): SourceReading {
  const { headers, source: { settings } } = request;
  if (!settings.snsAllowRawDelivery) {
    return refused(403, {
      code: "sns_raw_delivery_refused",
      message:
        "An SNS message without envelope and signature is refused. Turn “raw message delivery” off in the " +
        "SNS subscription, or allow it on this source.",
    });
  }
  const topicArn = headers.get("x-amz-sns-topic-arn") ?? "";
  const pinned = settings.snsTopicArn;
  if (pinned !== null && topicArn !== "" && topicArn !== pinned) {
    return refused(403, {
      code: "sns_topic_not_allowed",
      message:
        `A message of another SNS topic is refused: this source takes only ${pinned}.`,
      field: "TopicArn",
    });
  }
  const alert = alertOfText(request.body, request, {
    topicArn: topicOf(topicArn)?.arn ?? "",
    subject: "",
    timestamp: "",
  });
  const messageId = headers.get("x-amz-sns-message-id") ?? "";
  return oneAlert(alert, /^[\w-]{1,100}$/.test(messageId) ? messageId : null);
}

/** What was published is an alarm in either form, another event, or any text; a message that is believed is never lost. */
function alertOfText(
  text: string,
  request: SourceRequest,
  about: { topicArn: string; subject: string; timestamp: string },
) {
  const parsed = parseJson(text);
  const value = parsed.ok && isObject(parsed.value) ? parsed.value : null;
  const facts = value && factsOf(value);
  if (value && facts) return alarmAlert(facts, { request, payload: value });
  return value && isEvent(value)
    ? otherEventAlert(value, request)
    : publishedAlert({ ...about, text }, request);
}

function factsOf(value: JsonObject): AlarmFacts | null {
  return alarmOfMessage(value) ?? alarmOfEvent(value);
}

function readEvent(event: JsonObject, request: SourceRequest): SourceReading {
  const facts = alarmOfEvent(event);
  if (facts === null && event.source === "aws.cloudwatch") {
    return wrongField(
      "detail.state.value",
      "detail.alarmName, detail.state.value and resources are needed to tell an alarm's state.",
    );
  }
  const alert = facts === null
    ? otherEventAlert(event, request)
    : alarmAlert(facts, { request, payload: event });
  const { id } = event;
  const messageId = typeof id === "string" && /^[\w-]{1,100}$/.test(id)
    ? id
    : null;
  return oneAlert(alert, messageId);
}
