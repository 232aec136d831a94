/** The nightly backup as the settings want it, made on a thread of its own. */
import { createNightlyBackup } from "../app/backups/nightly_backup.ts";
import { keyCheck } from "../backup/manifest.ts";
import type { Config } from "../config.ts";
import type { BackupRecord } from "../ports/backup_repository.ts";
import type { Outside } from "./outside.ts";

/** What the thread is asked to do. */
export interface BackupOrder
  extends Pick<Config, "backup" | "database" | "s3"> {
  version: string;
  keyCheck: string;
  nowMs: number;
}

type Made = Omit<BackupRecord, "endedAtMs">;

/** How it went. */
export type BackupAnswer = { made: Made } | { error: string };

/** Promises the work of the job; null where nobody wants nightly backups. */
export function nightlyBackupOf(
  { config, store, clock, node, version }: Outside,
  stopping: AbortSignal,
): (() => Promise<string>) | null {
  const { backup, database, s3 } = config;
  const atMinute = backup.nightlyAtMinute;
  if (atMinute === null) return null;
  return createNightlyBackup({
    ...{ store, clock, node, atMinute, stopping },
    take: (signal) =>
      onThread({
        ...{ backup, database, s3, version },
        keyCheck: keyCheck(config.secretKey),
        nowMs: clock(),
      }, signal),
  });
}

/** Promises what the thread answers; it is gone afterwards, or as soon as the signal says so. */
async function onThread(
  order: BackupOrder,
  signal: AbortSignal,
): Promise<Made> {
  const { promise, resolve, reject } = Promise.withResolvers<BackupAnswer>();
  const worker = new Worker(import.meta.resolve("./backup_worker.ts"), {
    type: "module",
  });
  const stop = () => reject(new Error("PagerPal was stopped meanwhile."));
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  signal.addEventListener("abort", stop);
  try {
    worker.postMessage(order);
    const answer = await promise;
    if ("made" in answer) return answer.made;
    throw new Error(answer.error);
  } finally {
    signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}
