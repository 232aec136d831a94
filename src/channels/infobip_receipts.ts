/** Reads Infobip's delivery reports: SMS v3 and v2, and WhatsApp. */
import { z } from "zod";
import type { Receipt } from "../ports/channel.ts";
import {
  failureWords,
  GROUP,
  type InfobipStatus,
  infobipStatus,
  STATUS,
} from "./infobip_status.ts";

export type ReadReceipts =
  | {
    ok: true;
    receipts: Receipt[];
    /** Reports that say nothing of a delivery, as "seen", or that cannot be read. */
    ignored: number;
  }
  | { ok: false; message: string };

/** The largest batch that an account can be set to (`maxBucketSize`). */
const MOST_REPORTS = 2_000;

const body = z.object({ results: z.array(z.unknown()) });

const report = z.object({
  messageId: z.string().min(1).max(200),
  status: infobipStatus,
  error: z.object({ name: z.string().max(100) }).nullish().catch(null),
});

/**
 * Promises the receipts in a parsed JSON body, in its order; a report that cannot be read is counted and does not spoil
 * its batch. Refuses, with a sentence for the sender, what is no list of reports.
 */
export function readInfobipReceipts(parsed: unknown): ReadReceipts {
  const read = body.safeParse(parsed);
  if (!read.success) {
    return { ok: false, message: "`results` must be a list of reports." };
  }
  const { results } = read.data;
  if (results.length > MOST_REPORTS) {
    return {
      ok: false,
      message:
        `\`results\` holds ${results.length} reports; at most ${MOST_REPORTS} are allowed.`,
    };
  }
  const receipts = results.map(readReport).filter((each) => each !== null);
  return { ok: true, receipts, ignored: results.length - receipts.length };
}

function readReport(item: unknown): Receipt | null {
  // "Seen" reports of WhatsApp come to the same address and have no status. Seen is not acknowledged.
  const read = report.safeParse(item);
  if (!read.success) return null;
  const { messageId, status, error } = read.data;
  const state = stateOf(status);
  return {
    providerMessageId: messageId,
    state,
    error: state === "failed" ? failureWords(status, error?.name ?? null) : "",
  };
}

function stateOf({ groupId, id }: InfobipStatus): Receipt["state"] {
  switch (groupId) {
    case GROUP.delivered:
      return id === STATUS.deliveredToOperator ? "accepted" : "delivered";
    case GROUP.undeliverable:
      return "failed";
    case GROUP.expired:
      // The operator never reported: it may have arrived.
      return id === STATUS.noReport ? "accepted" : "failed";
    case GROUP.rejected:
      // A repetition was turned away; the first one is on its way.
      return id === STATUS.duplicateMessageId ? "accepted" : "failed";
    default:
      return "accepted";
  }
}
