/** Codes that are on their way to contact methods, at most one for each. Only hashes are here. */
import type { PendingVerification } from "../domain/responders/verification.ts";

export interface VerificationRepository {
  /** Of these contact methods, those whose code can still be typed at `nowMs`. */
  listPending(
    contactMethodIds: number[],
    nowMs: number,
  ): Promise<PendingVerification[]>;
  /** The last code that was sent, good or not; null once it was used or taken back. */
  find(contactMethodId: number): Promise<PendingVerification | null>;
  /** Takes the place of an earlier code, whose tries are forgotten with it. */
  put(verification: Omit<PendingVerification, "tries">): Promise<void>;
  /**
   * Counts one try before anything is compared, and tells the row with it; null when there is no code, it has expired,
   * or all tries were taken. One conditional update: however many ask at once, no more tries are given than there are.
   */
  takeTry(
    contactMethodId: number,
    nowMs: number,
  ): Promise<PendingVerification | null>;
  /** Ends it; false when there is none. With a salt: only where it is still that one. */
  delete(contactMethodId: number, salt?: string): Promise<boolean>;
  /** Forgets codes that have expired at the instant. */
  prune(nowMs: number): Promise<number>;
}
