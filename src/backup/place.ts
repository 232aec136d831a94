/** Where backups are kept: a folder, or a bucket. */

export interface Place {
  /** For people and for the log: a path, or `s3://bucket/prefix`. No secret is in it. */
  readonly name: string;
  /** Promises that the place can be reached and takes files, as far as that can be told before. Throws BackupError. */
  check(): Promise<void>;
  /** The folder for drafts, which is there after `check`. */
  readonly drafts: string;
  /** Promises the draft kept under the name, whole and on disk, and the draft gone. Throws BackupError. */
  keep(draft: string, name: string): Promise<void>;
  /** Promises the names of all that is kept here, of any kind. Throws BackupError. */
  list(): Promise<string[]>;
  /** Promises the text of a small file; null where there is none. Throws BackupError. */
  read(name: string): Promise<string | null>;
  /** Promises a copy of the file at the path, which is made anew. Throws BackupError. */
  fetch(name: string, path: string): Promise<void>;
  /** Promises that there is no file of the name. Throws BackupError. */
  remove(name: string): Promise<void>;
}

/** No manifest is longer than this, bytes: a foreign file of the name is not read to its end. */
export const LONGEST_TEXT = 1_000_000;
