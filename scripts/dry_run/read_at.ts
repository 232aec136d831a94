/** The time and the zone of a dry run, as they are typed. */
import { instant, timeZone as zone } from "../../src/app/fields.ts";
import { instantOfWallClock } from "../../src/domain/time/wall_clock.ts";
import { CommandError } from "../command.ts";

/** Promises the zone that was typed, or this machine's. Throws a CommandError for one that is not known. */
export function readZone(text: string | undefined): string {
  if (text === undefined) return Temporal.Now.timeZoneId();
  if (zone.safeParse(text).success) return text;
  throw new CommandError(
    `--time-zone holds "${text}"; it must be an IANA time zone, as Europe/London.`,
    2,
  );
}

/** Promises the instant that was typed, epoch milliseconds, or now. Throws a CommandError for what is no time. */
export function readAt(
  text: string | undefined,
  { timeZone, nowMs }: { timeZone: string; nowMs: number },
): number {
  if (text === undefined) return nowMs;
  const read = instant.safeParse(text);
  if (read.success) return read.data;
  const wall = instantOfWallClock(text, { timeZone, edge: "start" });
  if (wall) return wall.atMs;
  throw new CommandError(
    `--at holds "${text}"; it must be a wall-clock time, as "2026-11-28 03:00", or an instant, as 2026-11-28T03:00:00Z.`,
    2,
  );
}
