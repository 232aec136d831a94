/** Lengths of time in words. A number and its unit never part at a line's end (U+00A0 between them). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Promises a length as a person would say it: two units at most, the second one only where it matters ("0.4 s", "40 s",
 * "2 min 12 s", "26 min", "3 h 5 min", "14 h", "2 d 4 h", "12 d"). Negative lengths count as none.
 */
export function duration(ms: number): string {
  if (ms < SECOND) return unit((Math.max(0, ms) / SECOND).toFixed(1), "s");
  if (ms < MINUTE) return unit(Math.floor(ms / SECOND), "s");
  if (ms < 10 * MINUTE) return two(ms, [MINUTE, "min"], [SECOND, "s"]);
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), "min");
  if (ms < 10 * HOUR) return two(ms, [HOUR, "h"], [MINUTE, "min"]);
  if (ms < DAY) return unit(Math.floor(ms / HOUR), "h");
  if (ms < 10 * DAY) return two(ms, [DAY, "d"], [HOUR, "h"]);
  return unit(Math.floor(ms / DAY), "d");
}

/** Promises a length in its largest unit only ("12 s", "2 min", "3 h", "2 d"), for lists; below a second it is "0 s". */
export function briefly(ms: number): string {
  if (ms < MINUTE) return unit(Math.floor(Math.max(0, ms) / SECOND), "s");
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), "min");
  if (ms < 2 * DAY) return unit(Math.floor(ms / HOUR), "h");
  return unit(Math.floor(ms / DAY), "d");
}

/** Promises what is left of a length as a clock shows it: "3:48", "1:02:03", and from a day on "2 d 4 h". */
export function countdown(ms: number): string {
  const left = Math.max(0, ms);
  if (left >= DAY) return duration(left);
  const seconds = pad(Math.floor(left / SECOND) % 60);
  const minutes = Math.floor(left / MINUTE) % 60;
  const hours = Math.floor(left / HOUR);
  return hours > 0
    ? `${hours}:${pad(minutes)}:${seconds}`
    : `${minutes}:${seconds}`;
}

type Unit = readonly [ms: number, name: string];

function two(ms: number, [large, name]: Unit, [small, rest]: Unit): string {
  const some = Math.floor(ms % large / small);
  const whole = unit(Math.floor(ms / large), name);
  return some === 0 ? whole : `${whole} ${unit(some, rest)}`;
}

function unit(number: number | string, name: string): string {
  return `${number}\u00A0${name}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
