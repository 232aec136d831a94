/** Backups as the rules see them: what they are called, and which of them go when there are too many. */

/** The two kinds of database that are backed up; each backup is of one and is restored to the same. */
export type BackupKind = "sqlite" | "postgres";

/** What is to be kept. The newest backup is kept whatever these say. */
export interface Retention {
  /** The most backups; null: as many as there are. */
  keep: number | null;
  /** Backups older than so many days go; null: they stay. */
  keepDays: number | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const ENDINGS: Record<BackupKind, string> = {
  sqlite: ".db",
  postgres: ".pgdump",
};

const NAME =
  /^pagerpal-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.(?:db|pgdump)$/;

/** Promises the name of a backup that is begun now, as `pagerpal-20261128T031700Z.db`. */
export function backupName(kind: BackupKind, nowMs: number): string {
  return `pagerpal-${stamp(nowMs)}${ENDINGS[kind]}`;
}

/** Promises the instant in UTC to the second, as `20261128T031700Z`, which sorts as time goes. */
export function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}

/** Promises when the backup of this name was begun, epoch milliseconds; null for what is no name of a backup. */
export function backupInstant(name: string): number | null {
  const parts = NAME.exec(name)?.slice(1, 7).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Promises the last instant, up to now, at which it was so many minutes past midnight, UTC. */
export function nightlySlot(nowMs: number, atMinute: number): number {
  const offsetMs = atMinute * MINUTE_MS;
  return Math.floor((nowMs - offsetMs) / DAY_MS) * DAY_MS + offsetMs;
}

/** Promises those of the names that are to be deleted, the oldest first. Names of anything else are never among them. */
export function surplus(
  names: readonly string[],
  { keep, keepDays }: Retention,
  nowMs: number,
): string[] {
  const backups = names.flatMap((name) => {
    const atMs = backupInstant(name);
    return atMs === null ? [] : [{ name, atMs }];
  }).sort((a, b) => b.atMs - a.atMs);
  return backups.filter(({ atMs }, index) => {
    if (index === 0) return false;
    const tooMany = keep !== null && index >= keep;
    const tooOld = keepDays !== null && nowMs - atMs > keepDays * DAY_MS;
    return tooMany || tooOld;
  }).reverse().map(({ name }) => name);
}
