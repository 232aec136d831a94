/** The engine's use cases, bound to one engine, as the edge calls them. */
import type { Actor, TimelineEntry } from "../../domain/incidents/timeline.ts";
import type { Receipt } from "../../ports/channel.ts";
import {
  act,
  type Action,
  type ActionResult,
  actOnMany,
  addNote,
} from "./act.ts";
import type { Engine } from "../engine.ts";
import {
  type ReceiptSummary,
  receiveReceipts,
} from "../delivery/receive_receipts.ts";
import {
  retryNotification,
  type RetryResult,
} from "../delivery/retry_notification.ts";

export interface Actions {
  act(incidentId: number, action: Action): Promise<ActionResult>;
  actOnMany(incidentIds: readonly number[], action: Action): Promise<void>;
  addNote(
    incidentId: number,
    note: { text: string; actor: Actor },
  ): Promise<TimelineEntry | null>;
  retryNotification(id: number, actor: Actor): Promise<RetryResult>;
  receiveReceipts(receipts: Receipt[]): Promise<ReceiptSummary>;
  /** Tells the workers that something is due now; to be called after the commit. */
  wake(): void;
}

/** Promises the use cases over this engine; what each does is said where it is written. */
export function createActions(engine: Engine): Actions {
  return {
    act: (incidentId, action) => act(engine, { incidentId, action }),
    actOnMany: (incidentIds, action) =>
      actOnMany(engine, { incidentIds, action }),
    addNote: (incidentId, note) => addNote(engine, { incidentId, ...note }),
    retryNotification: (notificationId, actor) =>
      retryNotification(engine, { notificationId, actor }),
    receiveReceipts: (receipts) => receiveReceipts(engine, receipts),
    wake: () => engine.kick(),
  };
}
