/** What a genuine confirmation does to its source. */
import type { SourceReading, SourceRequest } from "../ports/source_format.ts";
import type { SnsSubscriptions } from "../ports/sns_subscriptions.ts";
import type { SnsConfirmation } from "./sns_envelope.ts";

/**
 * Promises the answer to a verified confirmation. A pinned topic's subscription is confirmed at once; the first topic
 * waits for an admin; an unsubscription is shown and never undone.
 */
export function followSubscription(
  envelope: SnsConfirmation,
  request: SourceRequest,
  subscriptions: SnsSubscriptions,
): SourceReading | Promise<SourceReading> {
  if (envelope.Type === "UnsubscribeConfirmation") {
    return disconnected(envelope, request);
  }
  return request.source.settings.snsTopicArn === null
    ? pending(envelope, request)
    : confirmed(envelope, subscriptions);
}

function disconnected(
  envelope: SnsConfirmation,
  { source, nowMs }: SourceRequest,
): SourceReading {
  return {
    kind: "handled",
    message: "The end of the subscription is noted.",
    update: { sns: { ...source.sns, disconnectedAtMs: nowMs } },
    problem:
      `Somebody ended the subscription of the SNS topic ${envelope.TopicArn}: ` +
      "its alarms no longer arrive. Subscribe it again in the SNS console.",
  };
}

function pending(
  { TopicArn, Token }: SnsConfirmation,
  { source }: SourceRequest,
): SourceReading {
  return {
    kind: "handled",
    message: "The subscription waits for an admin's approval.",
    update: {
      sns: { ...source.sns, pendingTopicArn: TopicArn, pendingToken: Token },
    },
    problem:
      `The SNS topic ${TopicArn} wants to post here. Approve it on the source's page within two days.`,
  };
}

async function confirmed(
  { TopicArn, Token }: SnsConfirmation,
  subscriptions: SnsSubscriptions,
): Promise<SourceReading> {
  const answer = await subscriptions.confirm(TopicArn, Token);
  switch (answer.kind) {
    case "unavailable":
      return { kind: "unavailable", message: answer.message };
    case "refused":
      return {
        kind: "handled",
        message: answer.message,
        update: {},
        problem: answer.message,
      };
    case "confirmed":
      return {
        kind: "handled",
        message: "The subscription is confirmed.",
        update: {
          sns: {
            subscriptionArn: answer.subscriptionArn,
            pendingTopicArn: null,
            pendingToken: null,
            disconnectedAtMs: null,
          },
        },
        problem: null,
      };
  }
}
