/** The nightly backup: made by one of the nodes, and tried again until it succeeds. */
import { nightlySlot } from "../../domain/system/backup.ts";
import type {
  BackupClaim,
  BackupRecord,
} from "../../ports/backup_repository.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";

export interface NightlyBackupOptions {
  store: Pick<Store, "backups" | "auditLog" | "transaction">;
  clock: Clock;
  /** This process. */
  node: string;
  /** Minutes since midnight, UTC. */
  atMinute: number;
  /** Makes a backup and deletes those that are too many; throws what went wrong, and at once when it is told to stop. */
  take(stopping: AbortSignal): Promise<Omit<BackupRecord, "endedAtMs">>;
  /** Aborted when the process ends. */
  stopping: AbortSignal;
}

/** The lease is renewed at every run of the job, once a minute. */
const LEASE_MS = 5 * 60_000;
const RETRY_MS = 30 * 60_000;
/** A job does not last longer than this; the backup goes on without it. */
const PATIENCE_MS = 20_000;
const LONGEST_ERROR = 1_000;

interface Running {
  claim: BackupClaim;
  done: Promise<string>;
}

/**
 * Promises the work of a job that runs every minute: it begins the backup of the night when it is due and nobody has it,
 * and tells in words how that stands. Throws while the last try has failed.
 */
export function createNightlyBackup(
  options: NightlyBackupOptions,
): () => Promise<string> {
  const { store: { backups }, clock, node, atMinute, stopping } = options;
  let running: Running | null = null;

  async function begin(): Promise<Running | null> {
    const nowMs = clock();
    const slotAtMs = nightlySlot(nowMs, atMinute);
    const by = { node, nowMs, leaseMs: LEASE_MS };
    const claim = stopping.aborted ? null : await backups.claim(slotAtMs, by);
    if (claim === null) return null;
    const done = takeAndRecord(options, claim).finally(() => running = null);
    // Whoever looks at it later finds what was thrown; until then nobody may.
    done.catch(() => {});
    return { claim, done };
  }

  return async () => {
    if (running) await backups.extend(running.claim, clock() + LEASE_MS);
    else running = await begin();
    if (running) return await inPatience(running.done);
    const { failed, done } = await backups.state();
    if (failed) throw new Error(`The last try failed: ${failed.error}`);
    return done ? `The newest is ${done.location}` : "Another node is at it";
  };
}

async function takeAndRecord(
  { store, clock, take, stopping }: NightlyBackupOptions,
  claim: BackupClaim,
): Promise<string> {
  try {
    const made = { ...await take(stopping), endedAtMs: clock() };
    const isOurs = await store.transaction(async (tx) => {
      await tx.auditLog.add(auditEntry(made, "nightly"));
      return await tx.backups.finish(claim, made);
    });
    return `Made ${made.location}${
      isOurs ? "" : "; another node has made one too"
    }`;
  } catch (error) {
    const endedAtMs = clock();
    await store.backups.fail(claim, {
      endedAtMs,
      // A process that ends leaves it to another at once.
      retryAtMs: endedAtMs + (stopping.aborted ? 0 : RETRY_MS),
      error: (error instanceof Error ? error.message : String(error))
        .slice(0, LONGEST_ERROR),
    });
    throw error;
  }
}

/** Promises the entry of the audit log: all of the data was copied, and where to. */
export function auditEntry(
  { location, sizeBytes, endedAtMs }: BackupRecord,
  how: "nightly" | "command",
) {
  return {
    atMs: endedAtMs,
    actor: "system",
    accountId: null,
    action: "database.backup",
    objectKind: "database",
    objectId: 0,
    detail: JSON.stringify({ to: location, size_bytes: sizeBytes, how }),
  };
}

async function inPatience(done: Promise<string>): Promise<string> {
  const patience = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => patience.resolve("Backing up, and still at it"),
    PATIENCE_MS,
  );
  return await Promise.race([done, patience.promise])
    .finally(() => clearTimeout(timer));
}
