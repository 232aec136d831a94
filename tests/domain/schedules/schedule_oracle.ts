/**
 * Who has the turn, told in another way than the product does: from what the wall clock has shown so far and will show
 * yet, minute by minute of the week and period after period from the start, without looking an instant up for any
 * wall-clock time.
 */
import type { Rotation } from "../../../src/domain/schedules/rotation.ts";
import type { WeeklyWindow } from "../../../src/domain/time/weekly_windows.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEK_MINUTES = 10_080;

/** A wall-clock time as the milliseconds that it would be in UTC. */
type Wall = number;

/** Promises the one member who is on duty at the instant, or null. */
export function memberAt(
  rotation: Rotation,
  timeZone: string,
  atMs: number,
): number | null {
  const reached = reachedAt(atMs, timeZone);
  const { startsAt, endsAt, responderIds } = rotation;
  const start = wallOf(startsAt);
  if (!reached(start)) return null;
  if (endsAt !== null && passedForGood(wallOf(endsAt), { atMs, timeZone })) {
    return null;
  }
  if (!isOnDuty(rotation.restrictions, { atMs, timeZone })) return null;
  let number = 0;
  const handoffs = handoffsFrom(rotation, start);
  let period = handoffs.next().value ?? start;
  for (;;) {
    const next = handoffs.next().value ?? Infinity;
    if (!reached(next)) break;
    if (counts(rotation, period, next)) number++;
    period = next;
  }
  return responderIds[number % responderIds.length] ?? null;
}

/** Whether the wall clock has shown the time, or gone past it, by the instant. */
export function reachedAt(
  atMs: number,
  timeZone: string,
): (wall: Wall) => boolean {
  const shown = readingAt(atMs, timeZone);
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  const before: Wall[] = [];
  // The clock itself may have changed at this very instant.
  for (
    let change = zoned.add({ milliseconds: 1 })
      .getTimeZoneTransition("previous");
    change && change.epochMilliseconds > atMs - 3 * DAY_MS;
    change = change.getTimeZoneTransition("previous")
  ) before.push(readingAt(change.epochMilliseconds - 1, timeZone));
  return (wall) => wall <= shown || before.some((reading) => wall <= reading);
}

/** Whether the wall clock shows the time or a later one, and will not go back to it. */
function passedForGood(
  wall: Wall,
  { atMs, timeZone }: { atMs: number; timeZone: string },
): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  const after: Wall[] = [];
  for (
    let change = zoned.getTimeZoneTransition("next");
    change && change.epochMilliseconds < atMs + 3 * DAY_MS;
    change = change.getTimeZoneTransition("next")
  ) after.push(readingAt(change.epochMilliseconds, timeZone));
  return readingAt(atMs, timeZone) >= wall &&
    after.every((reading) => reading > wall);
}

function isOnDuty(
  windows: readonly WeeklyWindow[],
  { atMs, timeZone }: { atMs: number; timeZone: string },
): boolean {
  if (windows.length === 0) return true;
  const reached = reachedAt(atMs, timeZone);
  const today = Math.floor(readingAt(atMs, timeZone) / DAY_MS);
  for (let day = today - 10; day <= today + 3; day++) {
    for (const window of windows) {
      if (weekdayOf(day) !== window.fromDay) continue;
      const opens = day * DAY_MS + minutesOf(window.fromTime) * MINUTE_MS;
      let length = (window.toDay - window.fromDay) * 1_440 +
        minutesOf(window.toTime) - minutesOf(window.fromTime);
      if (length <= 0) length += WEEK_MINUTES;
      const closes = opens + length * MINUTE_MS;
      const open = reached(opens) && !passedForGood(closes, { atMs, timeZone });
      if (open) return true;
    }
  }
  return false;
}

/** The handoffs on the wall clock, from the one at or before the start. */
function* handoffsFrom(rotation: Rotation, start: Wall): Generator<Wall> {
  const { period: { unit, count }, handoff } = rotation;
  const time = minutesOf(handoff.time) * MINUTE_MS;
  const day = Math.floor(start / DAY_MS);
  if (unit === "months") {
    const first = new Date(start);
    let month = first.getUTCFullYear() * 12 + first.getUTCMonth();
    const at = (months: number) => {
      const [year, within] = [Math.floor(months / 12), months % 12];
      const last = new Date(Date.UTC(year, within + 1, 0)).getUTCDate();
      return Date.UTC(year, within, Math.min(last, handoff.dayOfMonth)) + time;
    };
    if (at(month) > start) month--;
    for (;; month += count) yield at(month);
  }
  let first = day * DAY_MS + time;
  const step = {
    hours: 3_600_000,
    days: DAY_MS,
    weeks: 7 * DAY_MS,
  }[unit];
  while (
    first > start ||
    (unit === "weeks" && weekdayOf(first / DAY_MS) !== handoff.weekday)
  ) first -= DAY_MS;
  if (unit === "hours") {
    while (first + count * step <= start) first += count * step;
  }
  for (;; first += count * step) yield first;
}

/** Whether a period is somebody's turn. All times of the tests are at whole or half hours, so each half hour is asked. */
function counts(
  { turnCounts, restrictions }: Rotation,
  from: Wall,
  to: Wall,
): boolean {
  if (turnCounts === "calendar_time" || restrictions.length === 0) return true;
  for (let wall = from; wall < to; wall += 30 * MINUTE_MS) {
    const minute = (weekdayOf(Math.floor(wall / DAY_MS)) - 1) * 1_440 +
      wall % DAY_MS / MINUTE_MS;
    const inside = restrictions.some((window) => {
      const opens = (window.fromDay - 1) * 1_440 + minutesOf(window.fromTime);
      const closes = (window.toDay - 1) * 1_440 + minutesOf(window.toTime);
      return closes > opens
        ? opens <= minute && minute < closes
        : opens <= minute || minute < closes;
    });
    if (inside) return true;
  }
  return false;
}

function readingAt(atMs: number, timeZone: string): Wall {
  const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  return atMs + offsetNanoseconds / 1_000_000;
}

function wallOf(text: string): Wall {
  return Date.parse(`${text}Z`);
}

/** ISO weekday of a day counted from 1 January 1970, a Thursday. */
function weekdayOf(day: number): number {
  return ((Math.floor(day) + 3) % 7 + 7) % 7 + 1;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
