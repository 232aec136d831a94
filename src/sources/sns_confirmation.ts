/** Confirms a subscription with SNS. */
import type {
  SnsSubscriptions,
  SubscriptionAnswer,
} from "../ports/sns_subscriptions.ts";
import { type Fetch, fetchText } from "./aws_fetch.ts";
import { confirmationUrl, topicOf } from "./sns_topic.ts";

/** Promises subscriptions that are confirmed through `fetch`. */
export function createSnsSubscriptions(fetch: Fetch): SnsSubscriptions {
  return { confirm: (topicArn, token) => confirm(fetch, topicArn, token) };
}

async function confirm(
  fetch: Fetch,
  topicArn: string,
  token: string,
): Promise<SubscriptionAnswer> {
  const topic = topicOf(topicArn);
  if (topic === null) {
    return { kind: "refused", message: "This is not the ARN of an SNS topic." };
  }
  const answer = await fetchText(fetch, confirmationUrl(topic, token));
  if (!answer.ok) {
    const message = `SNS could not be asked to confirm: ${answer.message}.`;
    return { kind: "unavailable", message };
  }
  if (answer.status === 429 || answer.status >= 500) {
    const message = `SNS could not confirm now: it answered ${answer.status}.`;
    return { kind: "unavailable", message };
  }
  const subscriptionArn = answer.status === 200
    ? subscriptionArnIn(answer.text, topicArn)
    : null;
  return subscriptionArn === null
    ? {
      kind: "refused",
      message:
        `SNS did not confirm the subscription (it answered ${answer.status}). ` +
        "A confirmation is good for about two days: request it again in the SNS console.",
    }
    : { kind: "confirmed", subscriptionArn };
}

// One element of a few hundred bytes of XML, whose text must be of one shape: nothing for a parser to be fooled by.
function subscriptionArnIn(xml: string, topicArn: string): string | null {
  const [, arn] =
    /<SubscriptionArn>\s*([A-Za-z0-9:._-]{1,512})\s*<\/SubscriptionArn>/
      .exec(xml) ?? [];
  return arn?.startsWith(`${topicArn}:`) ? arn : null;
}
