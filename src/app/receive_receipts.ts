/** Takes in what a provider says became of the messages it accepted. */
import { getLogger } from "@logtape/logtape";
import { applyReceipt, type Settlement } from "../domain/delivery.ts";
import type { Notification } from "../domain/notification.ts";
import type { Receipt } from "../ports/channel.ts";
import type { Engine } from "./engine.ts";
import { settleBundle } from "./settle_bundle.ts";
import { writeSettlement } from "./settle_notification.ts";

const log = getLogger(["pagerpal", "receipts"]);

export interface ReceiptSummary {
  /** Receipts that changed a notification. */
  updated: number;
  /** Receipts for messages that are not ours, or no longer. */
  unknown: number;
}

/**
 * Promises a batch of receipts applied: those of single messages in one transaction, a bundle's to all of its messages.
 * Repeated, late and unknown ones change nothing, so a batch that failed half-way may come again; a page that could not be
 * delivered moves on to the next contact method.
 */
export async function receiveReceipts(
  engine: Engine,
  receipts: readonly Receipt[],
): Promise<ReceiptSummary> {
  const nowMs = engine.clock();
  const ids = [...new Set(receipts.map((one) => one.providerMessageId))];
  const bundles = bundlesOf(
    await engine.store.notifications.findByProviderMessageIds(ids),
  );
  const single = receipts.filter((one) => !bundles.has(one.providerMessageId));
  const summary = single.length === 0
    ? { updated: 0, unknown: 0 }
    : await receiveSingle(engine, single, nowMs);
  for (const receipt of receipts) {
    const rows = bundles.get(receipt.providerMessageId);
    if (!rows) continue;
    if (await receiveForBundle(engine, { rows, receipt, nowMs }) > 0) {
      summary.updated++;
    }
    // A later receipt of the batch finds the rows as this one has left them.
    for (const [index, row] of rows.entries()) {
      const settled = applyReceipt(row, receipt, nowMs)?.notification;
      if (settled) rows[index] = settled;
    }
  }
  if (summary.unknown > 0) {
    log.warn("{unknown} delivery receipts named no message of ours", {
      ...summary,
    });
  }
  if (summary.updated > 0) engine.kick();
  return summary;
}

/** Promises the rows of each bundle by both of its message's ids. */
function bundlesOf(
  rows: readonly Notification[],
): Map<string, Notification[]> {
  const bundles = new Map<number, Notification[]>();
  for (const row of rows) {
    if (row.bundle === null) continue;
    const known = bundles.get(row.bundle.id);
    if (known) known.push(row);
    else bundles.set(row.bundle.id, [row]);
  }
  return new Map(
    [...bundles.values()].flatMap((some) =>
      some.flatMap((row) => [
        [row.idempotencyKey, some] as const,
        ...(row.providerMessageId
          ? [[row.providerMessageId, some] as const]
          : []),
      ])
    ),
  );
}

async function receiveForBundle(
  engine: Engine,
  { rows, receipt, nowMs }: {
    rows: readonly Notification[];
    receipt: Receipt;
    nowMs: number;
  },
): Promise<number> {
  let updated = 0;
  const alike = Map.groupBy(rows, (row) => `${row.state} ${row.attempt}`);
  for (const some of alike.values()) {
    const [first] = some;
    const settlements = some
      .map((row) => applyReceipt(row, receipt, nowMs))
      .filter((each): each is Settlement => each !== null);
    if (!first || settlements.length === 0) continue;
    const { state, attempt } = first;
    const read = { state, attempt };
    updated += await settleBundle({ engine, nowMs, read }, settlements);
    if (settlements[0]?.moveOn) {
      await engine.store.notifications.endWindow(first);
    }
  }
  return updated;
}

async function receiveSingle(
  engine: Engine,
  receipts: readonly Receipt[],
  nowMs: number,
): Promise<ReceiptSummary> {
  return await engine.store.transaction(async (tx) => {
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
      if (settlement.moveOn) await tx.notifications.endWindow(row);
      counted.updated++;
      known.set(row.idempotencyKey, settlement.notification);
      if (row.providerMessageId) {
        known.set(row.providerMessageId, settlement.notification);
      }
    }
    return counted;
  });
}
