/** Two weeks of a schedule as a picture: a lane for each person, and one for the times in which nobody is on call. */
import type { Shift } from "../../domain/schedule.ts";
import { counted } from "./plural.ts";
import type { Viewpoint } from "./zoned_time.ts";

/** How wide one day is drawn, whatever its length: days with a change of the clock are as wide as others. */
const DAY_WIDTH = 100;

export interface Bar {
  x: number;
  width: number;
  overridden: boolean;
}

export interface Lane {
  name: string;
  /** "3 shifts" or "2 gaps". */
  count: string;
  gap: boolean;
  bars: Bar[];
}

export interface Day {
  /** "Mo". */
  weekday: string;
  /** "23". */
  date: string;
  today: boolean;
  weekend: boolean;
}

export interface LanePicture {
  width: number;
  days: Day[];
  /** Where each day begins. */
  grid: number[];
  /** The gaps first, then people in the order of their first shift. */
  lanes: Lane[];
  nowX: number;
}

/** Promises the midnights of the viewer's zone from the present day on, `days` + 1 of them, epoch milliseconds. */
export function midnights(view: Viewpoint, days: number): number[] {
  const first = Temporal.Instant.fromEpochMilliseconds(view.nowMs)
    .toZonedDateTimeISO(view.timeZone).startOfDay();
  return Array.from(
    { length: days + 1 },
    (_, day) => first.add({ days: day }).startOfDay().epochMilliseconds,
  );
}

/** Promises the picture of shifts that tile the days; `edges` are the midnights around them. */
export function shiftLanes(
  shifts: readonly Shift[],
  { edges, names, view }: {
    edges: readonly number[];
    names: ReadonlyMap<number, string>;
    view: Viewpoint;
  },
): LanePicture {
  const people = [...new Set(shifts.flatMap((shift) => shift.responderIds))];
  const laneOf = (name: string, own: Shift[], gap: boolean): Lane => ({
    name,
    gap,
    count: counted(own.length, gap ? "gap" : "shift"),
    bars: own.map((shift) => barOf(shift, edges)),
  });
  const gaps = shifts.filter((shift) => shift.responderIds.length === 0);
  return {
    width: (edges.length - 1) * DAY_WIDTH,
    days: edges.slice(0, -1).map((edge) => dayOf(edge, view)),
    grid: edges.slice(1, -1).map((_, day) => (day + 1) * DAY_WIDTH),
    lanes: [
      ...gaps.length > 0 ? [laneOf("Nobody", gaps, true)] : [],
      ...people.map((id) =>
        laneOf(
          names.get(id) ?? "Somebody who is gone",
          shifts.filter((shift) => shift.responderIds.includes(id)),
          false,
        )
      ),
    ],
    nowX: xOf(view.nowMs, edges),
  };
}

function barOf(
  { startsAtMs, endsAtMs, overridden }: Shift,
  edges: readonly number[],
): Bar {
  const x = xOf(startsAtMs, edges);
  return { x, width: round(xOf(endsAtMs, edges) - x), overridden };
}

function xOf(atMs: number, edges: readonly number[]): number {
  const after = edges.findIndex((edge) => edge > atMs);
  if (after === -1) return (edges.length - 1) * DAY_WIDTH;
  if (after === 0) return 0;
  const [start = 0, end = 0] = edges.slice(after - 1, after + 1);
  return round((after - 1 + (atMs - start) / (end - start)) * DAY_WIDTH);
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}

function dayOf(edgeMs: number, { nowMs, timeZone }: Viewpoint): Day {
  const date = Temporal.Instant.fromEpochMilliseconds(edgeMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
  return {
    weekday: ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][date.dayOfWeek - 1] ??
      "",
    date: String(date.day),
    today: date.equals(today),
    weekend: date.dayOfWeek > 5,
  };
}
