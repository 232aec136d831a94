/** Which SNS messages are believed. The order of the checks is the defence: nothing is fetched for what fails early. */
import type { SourceReading, SourceRequest } from "../ports/source_format.ts";
import { readInstant } from "./instant.ts";
import { refused } from "./reading.ts";
import type { SigningCertificates } from "./sns_certificates.ts";
import type { SnsEnvelope } from "./sns_envelope.ts";
import { signatureFault } from "./sns_signature.ts";
import { signingCertUrl, type SnsTopic } from "./sns_topic.ts";

const MOST_AHEAD_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

export interface UnverifiedMessage {
  envelope: SnsEnvelope;
  topic: SnsTopic;
  request: SourceRequest;
}

/**
 * Promises null for a genuine, recent message of the allowed topic, otherwise the answer to give: 403, or `unavailable`
 * while the certificate cannot be had (SNS retries a 503, and drops what is answered 4xx).
 */
export async function verifyMessage(
  message: UnverifiedMessage,
  certificates: SigningCertificates,
): Promise<SourceReading | null> {
  const { envelope, request } = message;
  const certUrl = signingCertUrl(envelope.SigningCertURL, message.topic);
  const early = typeFault(message) ?? topicFault(message) ??
    (certUrl === null ? certUrlFault(message) : ageFault(message));
  if (early !== null || certUrl === null) return early;

  const { source: { id: sourceId }, nowMs } = request;
  const found = await certificates.get(certUrl, { sourceId, nowMs });
  if (!found.ok) {
    return {
      kind: "unavailable",
      message:
        `The SNS message could not be checked: its certificate could not be fetched (${found.message}).`,
    };
  }
  const fault = signatureFault(envelope, found.certificate, nowMs);
  return fault === null ? null : refused(403, {
    code: "sns_signature_invalid",
    message: `The SNS message is refused: ${fault}.`,
    field: "Signature",
  });
}

// The header is not signed, so the body decides; a difference is a sign of tampering.
function typeFault({ envelope, request }: UnverifiedMessage) {
  const header = request.headers.get("x-amz-sns-message-type");
  return header === null || header === envelope.Type ? null : refused(403, {
    code: "sns_type_mismatch",
    message:
      "The SNS message is refused: the header x-amz-sns-message-type and Type differ.",
    field: "Type",
  });
}

/** Before a topic is pinned only a confirmation is looked at: it may wait for an admin's word. */
function topicFault({ envelope, request }: UnverifiedMessage) {
  const pinned = request.source.settings.snsTopicArn;
  if (pinned === envelope.TopicArn) return null;
  if (pinned === null && envelope.Type === "SubscriptionConfirmation") {
    return null;
  }
  const message = pinned === null
    ? `A message of the SNS topic ${envelope.TopicArn} is refused: no topic is approved for this source yet.`
    : `A message of the SNS topic ${envelope.TopicArn} is refused: this source takes only ${pinned}.`;
  return refused(403, {
    code: "sns_topic_not_allowed",
    message,
    field: "TopicArn",
  });
}

function certUrlFault({ topic }: UnverifiedMessage) {
  return refused(403, {
    code: "sns_cert_url_not_allowed",
    message:
      `The SNS message is refused: its certificate must come from https://${topic.host}/.`,
    field: "SigningCertURL",
  });
}

function ageFault({ envelope, request }: UnverifiedMessage) {
  const { nowMs, source } = request;
  const { ms } = readInstant(envelope.Timestamp, nowMs);
  const oldestMs = nowMs - source.settings.snsMaxAgeMinutes * MINUTE_MS;
  if (ms !== null && ms >= oldestMs && ms <= nowMs + MOST_AHEAD_MS) return null;
  return refused(403, {
    code: "sns_message_stale",
    message: "The SNS message is refused: its time is " +
      (ms !== null && ms < oldestMs
        ? `more than ${source.settings.snsMaxAgeMinutes} minutes ago.`
        : "not one of now; check this server's clock."),
    field: "Timestamp",
  });
}
