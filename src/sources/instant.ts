/** When an episode began, from the many ways in which senders write it. */
import { cleanLine } from "../domain/text.ts";

/** `ms` is null where nothing usable is said; `problem` says in words what is wrong, null when nothing is. */
export interface ReadInstant {
  ms: number | null;
  problem: string | null;
}

const NONE: ReadInstant = { ms: null, problem: null };
const DAY_MS = 86_400_000;
// Go's zero time, 0001-01-01T00:00:00Z, which Grafana and Alertmanager send for "none"; in any offset.
const GO_ZERO_MS = -62_135_596_800_000;

/**
 * Promises epoch milliseconds for RFC 3339 text with any offset (`Z`, `+01:00`, CloudWatch's `+0000`) and up to
 * nanoseconds, cut to milliseconds. Nothing, year 1 and the epoch itself mean "none". Other times before 1970, and
 * times more than a day after `nowMs`, are problems: a start far ahead would make every later firing look stale.
 */
export function readInstant(value: unknown, nowMs: number): ReadInstant {
  if (value === undefined || value === null || value === "") return NONE;
  return inRange(epochMs(value), value, nowMs);
}

/** As readInstant, and also takes epoch seconds or milliseconds (from 100,000,000,000 up), as number or digits. */
export function readInstantOrEpoch(value: unknown, nowMs: number): ReadInstant {
  const digits = typeof value === "string" && /^\d{1,16}(\.\d{1,9})?$/.test(
    value.trim(),
  );
  if (typeof value !== "number" && !digits) return readInstant(value, nowMs);
  const count = Number(value);
  return inRange(Math.trunc(count < 1e11 ? count * 1000 : count), value, nowMs);
}

function inRange(
  ms: number | null,
  value: unknown,
  nowMs: number,
): ReadInstant {
  if (ms === 0 || (ms !== null && Math.abs(ms - GO_ZERO_MS) <= DAY_MS)) {
    return NONE;
  }
  if (ms !== null && ms > 0 && ms <= nowMs + DAY_MS) {
    return { ms, problem: null };
  }
  const shown = typeof value === "object" ? typeof value : String(value);
  const why = ms === null
    ? "is not a time as 2026-03-02T08:14:20Z"
    : ms < 0
    ? "is before 1970"
    : "is more than a day in the future";
  return { ms: null, problem: `“${cleanLine(shown, 40)}” ${why}` };
}

function epochMs(value: unknown): number | null {
  if (typeof value !== "string" || value.length > 64) return null;
  try {
    return Temporal.Instant.from(value.trim()).epochMilliseconds;
  } catch {
    return null;
  }
}
