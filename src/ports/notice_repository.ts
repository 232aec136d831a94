/** The second outbox: messages to people that are not about an incident. */
import type {
  HandoffNotice,
  NewNotice,
  Notice,
} from "../domain/notices/notice.ts";
import type { ChannelKind } from "../domain/responders/people.ts";

export interface NoticeClaim {
  channel: ChannelKind;
  owner: string;
  nowMs: number;
  leaseUntilMs: number;
  limit: number;
  /** True: only those that were never tried. */
  firstAttemptsOnly: boolean;
}

export interface NoticeRepository {
  find(id: number): Promise<Notice | null>;
  /** Newest first. */
  listByResponder(responderId: number, limit: number): Promise<Notice[]>;
  /** Writes those whose dedup key is not there yet, also where another process writes them now; tells how many. */
  insert(notices: NewNotice[]): Promise<number>;
  /**
   * Claims notices that are due and not expired, or whose lease has run out, for one sender: state `sending`, attempt +
   * 1, the lease set. Never the same row for two callers. A row whose lease had run out comes with `maybeSentTwice`. The
   * longest due first.
   */
  claim(claim: NoticeClaim): Promise<Notice[]>;
  /** Writes the outcome of an attempt; false when the row is no longer held by this owner at this attempt. */
  settle(
    notice: Notice,
    held: { owner: string; attempt: number },
  ): Promise<boolean>;
  /** Writes a row that is not being sent, where it still is in the state and attempt that were read. */
  save(
    notice: Notice,
    read: Pick<Notice, "state" | "attempt">,
  ): Promise<boolean>;
  findByProviderMessageIds(ids: string[]): Promise<Notice[]>;
  /**
   * Notices of handoffs that were sent and are not expired, nor withdrawn: those that expire soonest first, and after
   * the given one.
   */
  toldHandoffs(
    nowMs: number,
    page: {
      after: Pick<Notice, "id" | "expiresAtMs"> | null;
      limit: number;
    },
  ): Promise<HandoffNotice[]>;
  /** Marks what was told as not true any more, so that it may be told again; false where somebody has done so. */
  withdraw(
    notice: Pick<Notice, "id" | "dedupKey">,
    nowMs: number,
  ): Promise<boolean>;
  /** Cancels, with a sentence, at most `limit` that are due and were worth something only until now; tells how many. */
  cancelExpired(nowMs: number, limit: number): Promise<number>;
  /** Ends the leases of a process that sends no more, so that another takes over at once; tells how many. */
  releaseLeases(owner: string, nowMs: number): Promise<number>;
  /** The earliest instant at which a notice wants to be claimed: due, or its lease over; null: nothing to come. */
  nextDueAtMs(): Promise<number | null>;
  /** Deletes those made before the instant that nobody is going to send; tells how many. */
  prune(beforeMs: number): Promise<number>;
}
