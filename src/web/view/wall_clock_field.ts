/** A date-time field in a zone that is not necessarily the viewer's. */
import {
  type Edge,
  instantOfWallClock,
  wallClockOf,
} from "../../domain/time/wall_clock.ts";

export interface WallClock {
  /** Epoch milliseconds. */
  atMs: number;
  /** What the clock does to this time, in words; empty where it does nothing. */
  remark: string;
}

/**
 * Promises the instant that was typed; null for what is no time. A field that still says what it said keeps its instant:
 * a time that comes twice, or one with milliseconds, is not moved by saving a form.
 */
export function readWallClock(
  text: string,
  { timeZone, edge, keptMs }: {
    timeZone: string;
    edge: Edge;
    keptMs?: number | undefined;
  },
): WallClock | null {
  if (keptMs !== undefined && text === wallClockOf(keptMs, timeZone)) {
    return { atMs: keptMs, remark: "" };
  }
  const instant = instantOfWallClock(text, { timeZone, edge });
  if (instant === null) return null;
  const { atMs, kind } = instant;
  const shown = text.replace("T", " ");
  switch (kind) {
    case "plain":
      return { atMs, remark: "" };
    case "skipped": {
      const moved = wallClockOf(atMs, timeZone).replace("T", " ");
      const remark =
        `The clocks skip ${shown} in ${timeZone}, so it is ${moved}.`;
      return { atMs, remark };
    }
    case "ambiguous": {
      const which = edge === "start" ? "first" : "second";
      const remark =
        `The clocks show ${shown} twice in ${timeZone}; the ${which} one counts, so that no gap opens.`;
      return { atMs, remark };
    }
  }
}
