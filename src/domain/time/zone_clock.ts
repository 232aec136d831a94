/**
 * A zone's wall clock for those who ask it thousands of times: the zone's rules are looked up once for each stretch
 * between two changes of the clock, and all else is sums.
 */
import { DAY_MS, type Reading } from "./reading.ts";
import type { Edge } from "./wall_clock.ts";

export interface ZoneClock {
  /** Promises what the clock shows at the instant. */
  readingAt(atMs: number): Reading;
  /**
   * Promises the instant at which the clock shows this: where it does twice, the first for a start and the second for
   * an end; where the clock skips it, the first instant after the gap.
   */
  atMsOf(reading: Reading, edge: Edge): number;
}

/** From a change of the clock up to the next one. */
interface Steady {
  startsAtMs: number;
  endsAtMs: number;
  offsetMs: number;
}

/** Farther from UTC no clock is set. */
const MOST_OFFSET_MS = DAY_MS;

/** Zones, and stretches of each, that are remembered: more than one organisation asks for, and less than a megabyte. */
const MOST_ZONES = 50;
const MOST_STRETCHES = 100;

/** The rules of a zone are the same for as long as a process lives, so whoever asks next need not look them up again. */
const clocks = new Map<string, ZoneClock>();

/** Promises the clock of an IANA zone. It remembers what it has looked up, and is itself remembered. */
export function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known) return known;
  if (clocks.size >= MOST_ZONES) clocks.clear();
  const clock = newClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

function newClock(timeZone: string): ZoneClock {
  const steadyAt = rememberedSteady(timeZone);
  return {
    readingAt: (atMs) => atMs + steadyAt(atMs).offsetMs,
    atMsOf: (reading, edge) => {
      const likely = steadyAt(reading);
      const atMs = reading - likely.offsetMs;
      const farFromChange = likely.startsAtMs + 2 * MOST_OFFSET_MS <= atMs &&
        atMs < likely.endsAtMs - 2 * MOST_OFFSET_MS;
      return farFromChange ? atMs : nearChange(reading, edge, steadyAt);
    },
  };
}

function nearChange(
  reading: Reading,
  edge: Edge,
  steadyAt: (atMs: number) => Steady,
): number {
  const toMs = reading + MOST_OFFSET_MS;
  let found: number | null = null;
  let steady = steadyAt(reading - MOST_OFFSET_MS);
  let afterGapMs = steady.startsAtMs;
  for (;;) {
    const atMs = reading - steady.offsetMs;
    if (atMs >= steady.endsAtMs) afterGapMs = steady.endsAtMs;
    else if (atMs >= steady.startsAtMs) {
      if (edge === "start") return atMs;
      found = atMs;
    }
    if (steady.endsAtMs > toMs) return found ?? afterGapMs;
    steady = steadyAt(steady.endsAtMs);
  }
}

function rememberedSteady(timeZone: string): (atMs: number) => Steady {
  const known: Steady[] = [];
  let last: Steady | null = null;
  return (atMs) => {
    if (last && covers(last, atMs)) return last;
    last = known.find((one) => covers(one, atMs)) ?? null;
    if (last) return last;
    last = lookUp(timeZone, atMs);
    if (known.length >= MOST_STRETCHES) known.length = 0;
    known.push(last);
    return last;
  };
}

function covers({ startsAtMs, endsAtMs }: Steady, atMs: number): boolean {
  return startsAtMs <= atMs && atMs < endsAtMs;
}

function lookUp(timeZone: string, atMs: number): Steady {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  // A change at the very instant counts as one before it, and "previous" leaves it out.
  const before = zoned.add({ milliseconds: 1 })
    .getTimeZoneTransition("previous");
  const after = zoned.getTimeZoneTransition("next");
  return {
    startsAtMs: before?.epochMilliseconds ?? -Infinity,
    endsAtMs: after?.epochMilliseconds ?? Infinity,
    offsetMs: zoned.offsetNanoseconds / 1_000_000,
  };
}
