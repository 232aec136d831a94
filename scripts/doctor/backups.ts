/** When was the database backed up last? */
import { BackupError } from "../../src/backup/backup_error.ts";
import { placeOf } from "../../src/compose/backups.ts";
import type { Config } from "../../src/config.ts";
import { backupInstant } from "../../src/domain/system/backup.ts";
import { duration } from "../../src/web/view/duration.ts";
import { type Check, type Line, ok, skipped, warn } from "./check.ts";

export const backup: Check = {
  name: "backup",
  title: "Backup",
  settings: ["BACKUP_TO", "DATABASE_URL"],
  limitMs: 20_000,
  async run({ config, clock }) {
    if (config.database.kind === "libsql-remote") {
      return [skipped("A libSQL server keeps its backups itself.")];
    }
    const { name, newestMs } = await newestBackup(config);
    return [backupLine({ name, newestMs, nowMs: clock() })];
  },
};

/** Promises where backups go and when the newest that is whole was begun; null where there is none. Throws BackupError. */
export async function newestBackup(
  config: Config,
): Promise<{ name: string; newestMs: number | null }> {
  const place = await placeOf(config.backup.to, config);
  const names = await place.list().catch(unlessNeverMade);
  const instants = names.flatMap((name) => backupInstant(name) ?? []);
  const newestMs = instants.length === 0 ? null : Math.max(...instants);
  return { name: place.name, newestMs };
}

/** The first backup makes the folder. */
function unlessNeverMade(error: unknown): string[] {
  const { cause } = error instanceof BackupError ? error : {};
  if (cause instanceof Deno.errors.NotFound) return [];
  throw error;
}

/** A night, and some hours for one that is late. */
const OLD_MS = 30 * 60 * 60_000;

/** Promises what the age of the newest backup means. */
export function backupLine({ name, newestMs, nowMs }: {
  name: string;
  newestMs: number | null;
  nowMs: number;
}): Line {
  if (newestMs === null) {
    return warn(
      `There is no backup in ${name}.`,
      "Make one, deno task backup, and one each night: set BACKUP_NIGHTLY_AT. Unless backups are made otherwise.",
    );
  }
  const age = duration(nowMs - newestMs);
  return nowMs - newestMs > OLD_MS
    ? warn(
      `The last backup in ${name} is ${age} old.`,
      "Set BACKUP_NIGHTLY_AT, or look at the log of what is to make them.",
    )
    : ok(`The last backup in ${name} is ${age} old.`);
}
