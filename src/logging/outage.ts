/** Keeps an outage of the database from filling the log: what fails because of it fails many times a second. */
import type { LogRecord } from "@logtape/logtape";

const QUIET_MS = 60_000;

/**
 * Promises the record, or null for one that is to be left out. Of those with an `error` that says that the database is
 * away, each message is let through once a minute, with how many were left out since as `repeated`.
 */
export function createOutageFilter(): (record: LogRecord) => LogRecord | null {
  const known = new Map<string, { atMs: number; repeated: number }>();
  return (record) => {
    const { properties, category, rawMessage, timestamp } = record;
    const { error } = properties;
    const isOutage = error instanceof Error &&
      error.name === "StoreUnavailableError";
    if (!isOutage) return record;
    const key = `${category.join(".")} ${String(rawMessage)}`;
    const last = known.get(key);
    if (last && timestamp - last.atMs < QUIET_MS) {
      last.repeated++;
      return null;
    }
    known.set(key, { atMs: timestamp, repeated: 0 });
    if (!last || last.repeated === 0) return record;
    return {
      ...record,
      properties: { ...properties, repeated: last.repeated },
    };
  };
}
