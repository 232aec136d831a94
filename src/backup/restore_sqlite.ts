/** A SQLite file that is replaced by a backup of it. */
import { pathToFileURL } from "node:url";
import { dirname } from "node:path";
import { stamp } from "../domain/system/backup.ts";
import { StoreUnavailableError } from "../ports/store.ts";
import {
  type HeldFile,
  holdFile,
  inspectFile,
} from "../store/libsql/libsql_copy.ts";
import { BackupError, backupError } from "./backup_error.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { migrateCopy } from "./migrate_copy.ts";
import { isThere, removeFile, syncFile } from "./private_file.ts";
import { refuseNewer, refuseOtherRows, type RestoreTarget } from "./restore.ts";

/** What SQLite keeps beside a file while it is in use, and after a crash. */
const BESIDE = ["-wal", "-shm", "-journal"];

/** Promises the target. The backup is made ready beside the file, and takes its name when it is. */
export function sqliteTarget(
  database: string,
  clock: () => number,
): RestoreTarget {
  return {
    kind: "sqlite",
    draft: `${database}.restoring`,
    async prepareDraft() {
      await Deno.mkdir(dirname(database), { recursive: true });
      await removeWhole(`${database}.restoring`);
    },
    removeDraft: () => removeWhole(`${database}.restoring`),
    async refuseRunning() {
      (await hold(database))?.[Symbol.dispose]();
    },
    async replace(draft, source) {
      const { schemaVersion, rows } = await inspectFile(draft);
      if (schemaVersion === null) {
        throw new BackupError("The file is a database, but not PagerPal's.");
      }
      refuseNewer(schemaVersion, source);
      refuseOtherRows(rows, source.manifest);
      const url = pathToFileURL(draft).href;
      const migrated = await migrateCopy({ url }, source, clock());
      await refuseUnfinished(draft);
      await syncFile(draft);
      await giveToOwner(draft, database);
      const kept = await swap(draft, database, clock());
      return { rows, migrated, kept };
    },
  };
}

/** Null where there is nothing to hold: no file, or one that is no database any more. */
async function hold(database: string): Promise<HeldFile | null> {
  if (!await isThere(database)) return null;
  // SQLite deletes what lies beside a file that it does not know.
  if (await kindOfFile(database) !== "sqlite") return null;
  try {
    const held = holdFile(database);
    if (held) return held;
  } catch (error) {
    const isBroken = error instanceof StoreUnavailableError &&
      error.reason === "broken";
    if (isBroken) return null;
    throw backupError(`${database} cannot be opened`, error);
  }
  throw new BackupError(
    `PagerPal or another program has ${database} open: stop it first.`,
  );
}

/** Promises the path at which the former file is kept, with what was beside it; null where there was none. */
async function swap(
  draft: string,
  database: string,
  nowMs: number,
): Promise<string | null> {
  // Until the new file has the name, nobody can open the former one.
  using held = await hold(database);
  const kept = `${database}.before-restore-${stamp(nowMs)}`;
  const moved: string[] = [];
  try {
    held?.settle();
    if (held) await removeBeside(database);
    for (const end of ["", ...BESIDE]) {
      if (!await isThere(database + end)) continue;
      await Deno.rename(database + end, kept + end);
      moved.push(end);
    }
    await Deno.rename(draft, database);
  } catch (error) {
    for (const end of moved) await Deno.rename(kept + end, database + end);
    throw error;
  }
  return moved.includes("") ? kept : null;
}

/** Only the file itself takes the place of the former one, and not a log beside it. */
async function refuseUnfinished(draft: string): Promise<void> {
  const log = await Deno.stat(`${draft}-wal`).catch(() => null);
  if (log === null || log.size === 0) return;
  throw new BackupError(`${draft} could not be finished.`);
}

async function removeWhole(path: string): Promise<void> {
  await removeFile(path);
  await removeBeside(path);
}

/** Promises that nothing of what SQLite keeps beside the file is there. */
async function removeBeside(path: string): Promise<void> {
  for (const end of BESIDE) await removeFile(path + end);
}

/** Who restores may be root, and who runs PagerPal is not: the file is to be theirs as the former one was. */
async function giveToOwner(draft: string, database: string): Promise<void> {
  const like = await isThere(database) ? database : dirname(database);
  const { uid, gid, mode, isFile } = await Deno.stat(like);
  if (isFile && mode !== null) await Deno.chmod(draft, mode & 0o777);
  const own = await Deno.stat(draft);
  if (uid === null || (uid === own.uid && gid === own.gid)) return;
  try {
    await Deno.chown(draft, uid, gid);
  } catch (error) {
    throw backupError(`${database} would not belong to its owner`, error);
  }
}
