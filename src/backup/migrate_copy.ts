/** Brings a database that was restored, and that nobody works on yet, up to date. */
import {
  DatabaseNewerError,
  migrate,
  MigrationChangedError,
  MigrationFailedError,
  type MigrationTarget,
} from "../store/migrate.ts";
import { openStore } from "../store/open.ts";
import { BackupError } from "./backup_error.ts";
import type { Source } from "./restore.ts";

/**
 * Promises the names of the migrations that were applied, and an entry in the audit log that tells of the restoration.
 * Throws BackupError where the database is not one that this program can bring up to date.
 */
export async function migrateCopy(
  target: MigrationTarget,
  source: Source,
  nowMs: number,
): Promise<string[]> {
  try {
    const applied = await migrate(target, nowMs);
    await note(target, { source, nowMs });
    return applied;
  } catch (error) {
    const known = error instanceof DatabaseNewerError ||
      error instanceof MigrationChangedError ||
      error instanceof MigrationFailedError;
    throw known ? new BackupError(error.message, { cause: error }) : error;
  }
}

async function note(
  { url }: MigrationTarget,
  { source, nowMs }: { source: Source; nowMs: number },
): Promise<void> {
  const store = await openStore({ url, poolSize: 1 });
  try {
    await store.auditLog.add({
      atMs: nowMs,
      actor: "system",
      accountId: null,
      action: "database.restore",
      objectKind: "database",
      objectId: 0,
      detail: JSON.stringify({
        from: source.name,
        backed_up_at: source.manifest?.began_at ?? null,
      }),
    });
  } finally {
    await store.close();
  }
}
