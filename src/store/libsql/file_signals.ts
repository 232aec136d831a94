/**
 * Signals among the processes on one SQLite file. Nothing is told: each looks every now and then at the file's data
 * version, which differs once another connection has committed (sqlite.org/pragma.html, data_version). That is a look at
 * shared memory, some twenty microseconds.
 */
import type { Signals } from "../../ports/signals.ts";

const EVERY_MS = 100;

/** Promises signals from a version that differs after somebody else has committed. */
export function fileSignals(dataVersion: () => Promise<number>): Signals {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function watch(known: number | null, heard: () => void): Promise<void> {
    const found = await dataVersion().catch(() => null);
    if (closed) return;
    if (found !== null && known !== null && found !== known) heard();
    timer = setTimeout(() => void watch(found ?? known, heard), EVERY_MS);
  }

  return {
    tell() {},
    listen: (heard) => void watch(null, heard),
    isHearing: () => !closed,
    close() {
      closed = true;
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}
