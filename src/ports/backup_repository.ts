/** What is known of backups: when the last one was made, and which node makes the next. */

/** A backup that was made. */
export interface BackupRecord {
  /** A path or `s3://bucket/prefix/name`. */
  location: string;
  sizeBytes: number;
  beganAtMs: number;
  endedAtMs: number;
}

/** The right to make the backup of one night, while the lease lasts. */
export interface BackupClaim {
  id: number;
  attempt: number;
}

/** How the newest backups went. */
export interface BackupState {
  /** The newest that was made; null: none is known of. */
  done: BackupRecord | null;
  /** The newest that failed; null: none has since. */
  failed: { endedAtMs: number; error: string } | null;
}

export interface BackupRepository {
  /**
   * Promises the claim for one node at most: of a slot that nobody has had yet, whose node is lost, or that may be tried
   * again; null otherwise.
   */
  claim(
    slotAtMs: number,
    by: { node: string; nowMs: number; leaseMs: number },
  ): Promise<BackupClaim | null>;
  /** Promises that the claim lasts until then; false: another node has it now. */
  extend(claim: BackupClaim, untilMs: number): Promise<boolean>;
  /** Promises that the slot is done with; false: another node has the claim now. */
  finish(claim: BackupClaim, made: BackupRecord): Promise<boolean>;
  /** Promises that the slot may be claimed again from `retryAtMs` on, unless another node has it now. */
  fail(
    claim: BackupClaim,
    how: { endedAtMs: number; retryAtMs: number; error: string },
  ): Promise<void>;
  /** Keeps a backup that somebody has asked for. */
  record(made: BackupRecord & { node: string }): Promise<void>;
  state(): Promise<BackupState>;
  prune(beforeMs: number): Promise<number>;
}
