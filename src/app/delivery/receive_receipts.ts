/** Takes in what a provider says became of the messages it accepted. */
import { getLogger } from "@logtape/logtape";
import { applyReceipt } from "../../domain/delivery/receipt.ts";
import type { Settlement } from "../../domain/delivery/settlement.ts";
import type { Notice } from "../../domain/notices/notice.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import type { Receipt } from "../../ports/channel.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { settleBundle } from "./settle_bundle.ts";
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
    const written = await settleBundle({ engine, nowMs, read }, settlements);
    updated += written.length;
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
  if (!written) return null;
  if (settlement.moveOn) await tx.notifications.endWindow(row.message);
  return { of: "notification", message };
}
