/** An admin's word that an SNS topic may post to a source. */
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { type Change, recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";
import type { sourceResource } from "./source_fields.ts";
import { NEW_SOURCE } from "../../domain/intake/alert_source.ts";

/** Confirms the subscription to `sns.pendingTopicArn` with its token. Never throws for what the other side does. */
export type ConfirmSnsSubscription = (
  source: AlertSource,
) => Promise<
  { ok: true; subscriptionArn: string | null } | { ok: false; message: string }
>;

export interface ApprovalDeps {
  store: Store;
  clock: Clock;
  confirmSnsSubscription: ConfirmSnsSubscription;
}

/**
 * Promises the source with the waiting topic confirmed and pinned: from now on it takes messages of this topic only.
 * Throws a refusal when no topic waits, or when AWS does not confirm.
 */
export async function approveSnsSubscription(
  deps: ApprovalDeps,
  { id, by, show }: {
    id: number;
    by: Change["by"];
    /** The source as the audit log shows it. */
    show: ReturnType<typeof sourceResource>["show"];
  },
): Promise<AlertSource> {
  const source = await deps.store.sources.find(id);
  if (!source) throw notFound("alert source", id);
  const topicArn = source.sns.pendingTopicArn;
  if (topicArn === null || source.sns.pendingToken === null) {
    throw new RefusedError(
      "conflict",
      "no_pending_subscription",
      "No SNS subscription waits for approval. Create the subscription in AWS first.",
    );
  }
  const confirmed = await deps.confirmSnsSubscription(source);
  if (!confirmed.ok) {
    const code = "subscription_not_confirmed";
    throw new RefusedError("conflict", code, confirmed.message);
  }
  const { subscriptionArn } = confirmed;
  const nowMs = deps.clock();
  return await deps.store.transaction(async (tx) => {
    const before = await tx.sources.find(id);
    const after = before && await tx.sources.update(id, {
      settings: { ...before.settings, snsTopicArn: topicArn },
      sns: { ...NEW_SOURCE.sns, subscriptionArn },
    }, nowMs);
    if (!before || !after) throw notFound("alert source", id);
    await recordChange(tx, {
      by,
      action: "alert_source.approve_sns_subscription",
      objectId: id,
      before: show(before),
      after: show(after),
    }, nowMs);
    return after;
  });
}
