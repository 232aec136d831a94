/** What a backup is made with: something that writes all of a database into a file, and can read it back. */
import type { BackupKind } from "../domain/system/backup.ts";

/** What was written. */
export interface DumpContent {
  /** The newest migration. */
  schemaVersion: number;
  /** Rows of each table. */
  rows: Record<string, number>;
}

export interface Dump {
  kind: BackupKind;
  /** Promises that a backup can be made, as far as that is soon told. Throws BackupError. */
  check(): Promise<void>;
  /**
   * Promises all of the database as it was at one moment after the call, in the file, which is there and empty; read back
   * and found whole. Throws BackupError.
   */
  write(path: string): Promise<DumpContent>;
}
