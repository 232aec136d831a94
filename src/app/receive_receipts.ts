/** Takes in what a provider says became of the messages it accepted. */
import { getLogger } from "@logtape/logtape";
import { applyReceipt } from "../domain/delivery.ts";
import type { Notice } from "../domain/notice.ts";
import type { Notification } from "../domain/notification.ts";
import type { Receipt } from "../ports/channel.ts";
import type { Repositories } from "../ports/store.ts";
import type { Engine } from "./engine.ts";
import { type Settling, writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "receipts"]);

export interface ReceiptSummary {
  /** Receipts that changed a notification or a notice. */
  updated: number;
  /** Receipts for messages that are not ours, or no longer. */
  unknown: number;
}

type Row =
  | { of: "notification"; message: Notification }
  | { of: "notice"; message: Notice };

/**
 * Promises a batch of receipts applied in one transaction. Repeated, late and unknown ones change nothing; a page that
 * could not be delivered moves on to the next contact method.
 */
export async function receiveReceipts(
  engine: Engine,
  receipts: readonly Receipt[],
): Promise<ReceiptSummary> {
  const nowMs = engine.clock();
  const summary = await engine.store.transaction(async (tx) => {
    const known = await findRows(tx, receipts);
    const counted = { updated: 0, unknown: 0 };
    for (const receipt of receipts) {
      const row = known.get(receipt.providerMessageId);
      if (!row) {
        counted.unknown++;
        continue;
      }
      const after = await applyTo(row, receipt, { engine, tx, nowMs });
      if (!after) continue;
      counted.updated++;
      remember(known, after);
    }
    return counted;
  });
  if (summary.unknown > 0) {
    log.warn("{unknown} delivery receipts named no message of ours", {
      ...summary,
    });
  }
  if (summary.updated > 0) engine.kick();
  return summary;
}

/** Promises the messages by each id that a receipt may name them by. Notices are asked for only where pages are not all. */
async function findRows(
  tx: Repositories,
  receipts: readonly Receipt[],
): Promise<Map<string, Row>> {
  const ids = [...new Set(receipts.map((one) => one.providerMessageId))];
  const known = new Map<string, Row>();
  for (const message of await tx.notifications.findByProviderMessageIds(ids)) {
    remember(known, { of: "notification", message });
  }
  const rest = ids.filter((id) => !known.has(id));
  for (const message of await tx.notices.findByProviderMessageIds(rest)) {
    remember(known, { of: "notice", message });
  }
  return known;
}

function remember(known: Map<string, Row>, row: Row): void {
  const { idempotencyKey, providerMessageId } = row.message;
  known.set(idempotencyKey, row);
  if (providerMessageId !== null) known.set(providerMessageId, row);
}

/** Promises the message after the receipt; null when it changes nothing. A notice that failed is not sent elsewhere. */
async function applyTo(
  row: Row,
  receipt: Receipt,
  settling: Settling,
): Promise<Row | null> {
  const { tx, nowMs } = settling;
  if (row.of === "notice") {
    const after = applyReceipt(row.message, receipt, nowMs)?.notification;
    const written = after && await tx.notices.save(after, row.message);
    return written ? { of: "notice", message: after } : null;
  }
  const settlement = applyReceipt(row.message, receipt, nowMs);
  const message = settlement?.notification;
  const written = settlement && message && await writeSettlement(
    settling,
    settlement,
    () => tx.notifications.save(message, row.message),
  );
  return written ? { of: "notification", message } : null;
}
