/** How alerts come in, with somebody who counts them; and the answer to Amazon that a topic is wanted. */
import type { AppDeps } from "../api/deps.ts";
import type { Engine } from "../app/engine.ts";
import type { IntakeQueue } from "../app/intake/intake_queue.ts";
import { createSnsSubscriptions } from "../sources/formats.ts";
import type { Outside } from "./outside.ts";

/** Promises the same queue; the observer hears what becomes of alerts. */
export function observed(
  queue: IntakeQueue,
  { observer, clock }: Pick<Engine, "observer" | "clock">,
): IntakeQueue {
  return {
    ...queue,
    async ingest({ origin, arrival }) {
      const receivedAtMs = clock();
      const result = await queue.ingest({ origin, arrival });
      const results = result.repeatedMessage
        ? arrival.alerts.map(() => ({ outcome: "repeated", incidentId: null }))
        : result.results;
      const { kind } = origin.source;
      observer.admitted({ kind, receivedAtMs, results });
      return result;
    },
  };
}

/** Promises what confirms the subscription that waits on a source. */
export function confirmSns(
  fetch: Outside["fetch"],
): AppDeps["confirmSnsSubscription"] {
  const subscriptions = createSnsSubscriptions(fetch);
  return async ({ sns: { pendingTopicArn, pendingToken } }) => {
    if (pendingTopicArn === null || pendingToken === null) {
      return { ok: false, message: "No topic waits for approval." };
    }
    const answer = await subscriptions.confirm(pendingTopicArn, pendingToken);
    return answer.kind === "confirmed"
      ? { ok: true, subscriptionArn: answer.subscriptionArn }
      : { ok: false, message: answer.message };
  };
}
