/** What it means that a check could not be made to its end, and how to mend it. */
import { unavailableWords } from "../../src/app/database_health.ts";
import { BackupError } from "../../src/backup/backup_error.ts";
import {
  StoreUnavailableError,
  type UnavailableReason,
} from "../../src/ports/store.ts";
import {
  DatabaseNewerError,
  MigrationChangedError,
} from "../../src/store/migrate.ts";
import { fail, type Line } from "./check.ts";

/** Promises a failure in words, of whatever a check has thrown. */
export function failureOf(error: unknown): Line {
  if (error instanceof StoreUnavailableError) {
    return fail(unavailableWords(error.reason), REMEDIES[error.reason]);
  }
  if (error instanceof DatabaseNewerError) {
    return fail(error.message, "Run the version that migrated it.");
  }
  if (error instanceof MigrationChangedError) {
    return fail(error.message, "Check a released version out as it is.");
  }
  if (error instanceof BackupError) {
    return fail(error.message, "Look at BACKUP_TO and at who may read it.");
  }
  const words = error instanceof Error ? error.message : String(error);
  return fail(
    `The check itself failed: ${words}`,
    "Please report it, with this line.",
  );
}

const REMEDIES: Record<UnavailableReason, string> = {
  unreachable:
    "Look at DATABASE_URL (host, port, login, path), at the network, and whether the database runs.",
  read_only:
    "Name the primary and not a standby in DATABASE_URL, and look at default_transaction_read_only and at how the file's disk is mounted.",
  full: "Make room on the database's disk.",
  locked:
    "End the backup or shell that keeps a transaction open on the database.",
  overloaded: "Look at the load of the database and at long transactions.",
  broken:
    "Look at the database's own log, and restore the last backup if it is damaged.",
  schema: "Back the database up, then run: deno task migrate",
  closed: "Run the doctor again.",
};
