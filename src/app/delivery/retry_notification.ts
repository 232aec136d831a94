/** A person asks for a message to be sent again. */
import { retryByHand } from "../../domain/delivery/retry_by_hand.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import type { Actor } from "../../domain/incidents/timeline.ts";
import type { Engine } from "../engine.ts";

export type RetryResult =
  | { ok: true; notification: Notification }
  | { ok: false; status: 404 | 409; code: string; message: string };

/** Promises the notification queued again and due now, or a refusal with nothing written. */
export async function retryNotification(
  engine: Engine,
  { notificationId, actor }: { notificationId: number; actor: Actor },
): Promise<RetryResult> {
  if (!engine.sendingEnabled) {
    const message =
      "Cannot retry: sending is switched off (NOTIFICATION_SENDING_ENABLED).";
    return { ok: false, status: 409, code: "sending_disabled", message };
  }
  const nowMs = engine.clock();
  const result = await engine.store.transaction(
    async (tx): Promise<RetryResult> => {
      const row = await tx.notifications.find(notificationId);
      const incident = row && await tx.incidents.lock(row.incidentId);
      if (!row || !incident) return noSuchNotification(notificationId);
      const idempotencyKey = engine.newId();
      const decided = retryByHand(row, incident.status, {
        nowMs,
        idempotencyKey,
      });
      if (!decided.ok) return { ...decided, status: 409 };
      const { notification } = decided;
      if (!await tx.notifications.save(notification, row)) {
        const message = `Notification ${row.id} changed meanwhile. Look again.`;
        return {
          ok: false,
          status: 409,
          code: "notification_changed",
          message,
        };
      }
      const detail = { notificationId, channel: row.channel };
      await tx.timeline.add(row.incidentId, [
        { kind: "page_requeued", atMs: nowMs, actor, detail },
      ]);
      return { ok: true, notification };
    },
  );
  if (result.ok) engine.kick();
  return result;
}

function noSuchNotification(id: number): RetryResult {
  const message = `There is no notification ${id}.`;
  return { ok: false, status: 404, code: "notification_not_found", message };
}
