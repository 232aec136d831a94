/** What PagerPal says to Amazon SNS: that it wants a topic's messages. */

/**
 * - `confirmed`: `subscriptionArn` names the subscription from now on;
 * - `unavailable`: SNS could not be asked, asking again may work;
 * - `refused`: SNS said no, most likely because the token is older than two days.
 */
export type SubscriptionAnswer =
  | { kind: "confirmed"; subscriptionArn: string }
  | { kind: "unavailable" | "refused"; message: string };

export interface SnsSubscriptions {
  /**
   * Promises an answer and never throws. The request goes to the region's own SNS endpoint, made from the topic's ARN;
   * `token` is the one of a confirmation whose signature was verified. Messages hold no token.
   */
  confirm(topicArn: string, token: string): Promise<SubscriptionAnswer>;
}
