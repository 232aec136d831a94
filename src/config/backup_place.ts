/** Reads where backups go: a folder, or a bucket as `s3://bucket/prefix`. */

/** `path` is relative to the working directory, or absolute; `prefix` has no slash at either end and may be empty. */
export type BackupPlace =
  | { kind: "folder"; path: string }
  | { kind: "s3"; bucket: string; prefix: string };

/** What the errors say is allowed. */
export const BACKUP_PLACE_FORMS =
  "a folder, or s3://bucket or s3://bucket/prefix";

// Amazon S3 User Guide, "General purpose bucket naming rules".
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Promises the place that the text names, or null when it is none. */
export function readBackupPlace(text: string): BackupPlace | null {
  if (/\p{Cc}/u.test(text) || text === "") return null;
  const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text) ?? [];
  if (scheme === undefined) return { kind: "folder", path: text };
  if (scheme.toLowerCase() !== "s3://") return null;
  const [bucket = "", ...folders] = text.slice(scheme.length).split("/");
  if (!BUCKET.test(bucket)) return null;
  return { kind: "s3", bucket, prefix: folders.filter(Boolean).join("/") };
}
