/** Takes in what a provider says became of the messages it accepted. */
import { getLogger } from "@logtape/logtape";
import { applyReceipt } from "../domain/delivery.ts";
import type { Receipt } from "../ports/channel.ts";
import type { Engine } from "./engine.ts";
import { writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "receipts"]);

export interface ReceiptSummary {
  /** Receipts that changed a notification. */
  updated: number;
  /** Receipts for messages that are not ours, or no longer. */
  unknown: number;
}

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
    const ids = [...new Set(receipts.map((one) => one.providerMessageId))];
    const known = new Map(
      (await tx.notifications.findByProviderMessageIds(ids)).flatMap((row) =>
        [
          [row.idempotencyKey, row],
          ...(row.providerMessageId
            ? [[row.providerMessageId, row] as const]
            : []),
        ] as const
      ),
    );
    const counted = { updated: 0, unknown: 0 };
    for (const receipt of receipts) {
      const row = known.get(receipt.providerMessageId);
      if (!row) {
        counted.unknown++;
        continue;
      }
      const settlement = applyReceipt(row, receipt, nowMs);
      if (!settlement) continue;
      const written = await writeSettlement(
        { engine, tx, nowMs },
        settlement,
        () => tx.notifications.save(settlement.notification, row),
      );
      if (!written) continue;
      counted.updated++;
      known.set(row.idempotencyKey, settlement.notification);
      if (row.providerMessageId) {
        known.set(row.providerMessageId, settlement.notification);
      }
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
