/**
 * Times as a schedule's own wall clock shows them, and the instants they stand for. Twice a year a wall clock leaves an
 * hour out or shows one twice; the rules here make shifts overlap then rather than leave a gap.
 */

/** Where a window begins or where it ends. */
export type Edge = "start" | "end";

export interface WallInstant {
  /** Epoch milliseconds. */
  atMs: number;
  /** `skipped`: the clock never showed this time; `ambiguous`: it showed it twice. */
  kind: "plain" | "skipped" | "ambiguous";
}

const WALL_CLOCK = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;
// Year 9999 is as far as ISO 8601 writes four digits.
const LATEST_MS = Date.UTC(9999, 11, 31);

/**
 * Promises the instant of a wall-clock time (`2026-11-23T09:00`, as HTML's datetime-local writes it) in an IANA zone:
 * of a time that comes twice the first for a start and the second for an end; for one that is skipped the first instant
 * after the gap. null for a text that is no such time between 1970 and 9999.
 */
export function instantOfWallClock(
  text: string,
  { timeZone, edge }: { timeZone: string; edge: Edge },
): WallInstant | null {
  const wall = parse(text);
  if (wall === null) return null;
  const found = instantOf(wall, { timeZone, edge });
  return found.atMs >= 0 && found.atMs <= LATEST_MS ? found : null;
}

/** Promises the instant of a wall-clock time in an IANA zone, by the same rules; wherever in time it lies. */
export function instantOf(
  wall: Temporal.PlainDateTime,
  { timeZone, edge }: { timeZone: string; edge: Edge },
): WallInstant {
  const first = wall.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  const second = wall.toZonedDateTime(timeZone, { disambiguation: "later" });
  return choose(first, second, { wall, edge });
}

/** Promises the wall-clock time of a text that was checked before; throws RangeError for any other. */
export function parseWallClock(text: string): Temporal.PlainDateTime {
  const wall = parse(text);
  if (wall === null) throw new RangeError(`No wall-clock time: ${text}`);
  return wall;
}

/** Promises what the zone's wall clock shows at the instant. */
export function wallTimeOf(
  atMs: number,
  timeZone: string,
): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone).toPlainDateTime();
}

/** Promises the wall-clock time of the instant in the zone, to the minute where it is a whole one, else to the second. */
export function wallClockOf(atMs: number, timeZone: string): string {
  const wall = wallTimeOf(atMs, timeZone);
  const whole = wall.second === 0 && wall.millisecond === 0;
  return wall.toString({ smallestUnit: whole ? "minute" : "second" });
}

function choose(
  first: Temporal.ZonedDateTime,
  second: Temporal.ZonedDateTime,
  { wall, edge }: { wall: Temporal.PlainDateTime; edge: Edge },
): WallInstant {
  if (first.epochMilliseconds === second.epochMilliseconds) {
    return { atMs: first.epochMilliseconds, kind: "plain" };
  }
  if (first.toPlainDateTime().equals(wall)) {
    const { epochMilliseconds: atMs } = edge === "start" ? first : second;
    return { atMs, kind: "ambiguous" };
  }
  // In a gap "earlier" lies before it by the gap's length, so the next change of the clock is the gap itself.
  const gap = first.getTimeZoneTransition("next");
  return { atMs: (gap ?? second).epochMilliseconds, kind: "skipped" };
}

function parse(text: string): Temporal.PlainDateTime | null {
  if (!WALL_CLOCK.test(text)) return null;
  try {
    return Temporal.PlainDateTime.from(text.replace(" ", "T"), {
      overflow: "reject",
    });
  } catch {
    return null;
  }
}
