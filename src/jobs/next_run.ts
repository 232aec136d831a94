/** When a job of the table runs next. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface Rhythm {
  /** Epoch milliseconds. */
  nextRunAtMs: number;
  everyMs: number;
}

/**
 * Promises the rhythm of a schedule of the two kinds that the table has: `* * * * *` (every minute) and `17 * * * *`
 * (every hour at that minute, UTC). Throws for another, which the table must not hold.
 */
export function rhythmOf(schedule: string, nowMs: number): Rhythm {
  const match = /^(\*|\d{1,2}) \* \* \* \*$/.exec(schedule);
  if (!match) throw new Error(`No rhythm is known for ${schedule}`);
  if (match[1] === "*") {
    const nextRunAtMs = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
    return { nextRunAtMs, everyMs: MINUTE_MS };
  }
  const atMs = Number(match[1]) * MINUTE_MS;
  const thisHour = Math.floor(nowMs / HOUR_MS) * HOUR_MS + atMs;
  const nextRunAtMs = thisHour > nowMs ? thisHour : thisHour + HOUR_MS;
  return { nextRunAtMs, everyMs: HOUR_MS };
}
