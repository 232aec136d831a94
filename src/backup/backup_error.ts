/** Why a copy of the data could not be made or put back, in a sentence for the person who asked for it. */
import { StoreUnavailableError } from "../ports/store.ts";

/** Nothing has changed: neither the database nor a backup that was there. `message` holds no secret. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** Promises the error itself where it is of a kind that was foreseen, and else one that says what was being done. */
export function backupError(doing: string, cause: unknown): BackupError {
  if (cause instanceof BackupError) return cause;
  return new BackupError(`${doing}: ${reasonOf(cause)}`, { cause });
}

function reasonOf(cause: unknown): string {
  if (isFull(cause)) return "the disk is full.";
  if (cause instanceof Deno.errors.NotFound) return "it is not there.";
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "the file system does not allow it.";
  }
  if (cause instanceof Deno.errors.NotCapable) {
    // Deno's own sentence names the flag that is missing.
    return `PagerPal may not do that. ${cause.message}.`;
  }
  if (cause instanceof StoreUnavailableError && cause.reason === "broken") {
    return `the file is damaged (${cause.message})`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** Deno has no error of its own for a full disk, a quota or the limit of a file's size; SQLite has one. */
function isFull(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const code = Reflect.get(cause, "code");
  return code === "SQLITE_FULL" || code === "ENOSPC" || code === "EFBIG" ||
    code === "EDQUOT" || Reflect.get(cause, "reason") === "full";
}
