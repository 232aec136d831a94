/** What tells from the database alone whether paging works. Every question is a stretch of an index, and bounded. */
import type { ChannelKind } from "../domain/responders/people.ts";

/**
 * - `waiting`: due later;
 * - `due`: to be sent now;
 * - `sending`: in a sender's hands;
 * - `lease_expired`: its sender died or stood still.
 */
export const QUEUE_STATES = [
  "waiting",
  "due",
  "sending",
  "lease_expired",
] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

export interface QueueDepth {
  channel: ChannelKind;
  state: QueueState;
  count: number;
}

/** Counts go no further than this for each channel, so that a flood costs a count no more than a crowd. */
export const MOST_COUNTED = 10_000;

export interface VitalsRepository {
  /**
   * The earliest instant at which a page was first due that is wanted and that no provider has taken yet, retries and
   * bundling included; null: none is overdue at all.
   */
  oldestUndeliveredAtMs(nowMs: number): Promise<number | null>;
  /** Messages that are to be sent; what is not listed is 0. */
  queue(nowMs: number): Promise<QueueDepth[]>;
  /** Open incidents for which everything was tried, up to MOST_COUNTED. */
  exhausted(): Promise<number>;
  /** When the first page of each of these incidents was taken by a provider, by incident id; at most 500 ids. */
  firstPagedAtMs(incidentIds: readonly number[]): Promise<Map<number, number>>;
}
