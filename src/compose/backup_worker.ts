/**
 * The thread on which the nightly backup is made: copying a file holds the thread up for as long as it takes, and pages
 * must not wait for that. It makes one backup, says how it went, and is ended.
 */
import { rotate, takeBackup } from "../backup/take_backup.ts";
import { dumpOf, placeOf } from "./backups.ts";
import type { BackupAnswer, BackupOrder } from "./nightly.ts";

// The library's types are those of a page, not of a worker.
const port = globalThis as unknown as {
  onmessage: (event: MessageEvent<BackupOrder>) => void;
  postMessage(answer: BackupAnswer): void;
};

port.onmessage = ({ data }) => {
  make(data).then(
    (made) => port.postMessage({ made }),
    (error) =>
      port.postMessage({
        error: error instanceof Error ? error.message : String(error),
      }),
  );
};

async function make(
  { backup, database, s3, version, keyCheck, nowMs }: BackupOrder,
) {
  const startedMs = performance.now();
  const clock = () => Math.round(nowMs + performance.now() - startedMs);
  const place = await placeOf(backup.to, { s3, database });
  const dump = await dumpOf(database);
  const made = await takeBackup({ dump, place, version, keyCheck, clock });
  await rotate(place, backup, clock());
  return {
    location: `${made.place}/${made.name}`,
    sizeBytes: made.sizeBytes,
    beganAtMs: made.beganAtMs,
  };
}
