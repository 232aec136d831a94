/** Two weeks of a schedule in one line: where shifts begin and end, and where nobody is on call. */
import {
  type SchedulePlan,
  shifts,
} from "../../../domain/schedules/schedule.ts";
import { type CalendarDay, rangeOf, round, xOf } from "./calendar_days.ts";

/** Places in per cent of the width. */
export interface DutyStrip {
  shifts: { x: number; width: number; gap: boolean; odd: boolean }[];
  weekends: { x: number; width: number }[];
}

/** More shifts than these are not told apart in a line: only gaps are drawn then. */
const MOST = 120;

/** Promises the line; its words stand beside it, so it needs none of its own. */
export function stripOf(
  plan: SchedulePlan,
  days: readonly CalendarDay[],
): DutyStrip {
  const { fromMs, toMs } = rangeOf(days);
  const tiles = shifts(plan, fromMs, toMs);
  const isGap = ({ responderIds }: { responderIds: number[] }) =>
    responderIds.length === 0;
  const drawn = tiles.length <= MOST ? tiles : [
    { startsAtMs: fromMs, endsAtMs: toMs, responderIds: [0] },
    ...tiles.filter(isGap).slice(0, MOST),
  ];
  const width = round(100 / days.length);
  return {
    shifts: drawn.map((tile, index) => {
      const x = xOf(tile.startsAtMs, days);
      return {
        x,
        width: round(xOf(tile.endsAtMs, days) - x),
        gap: isGap(tile),
        odd: index % 2 === 1,
      };
    }),
    weekends: days.flatMap(({ date }, index) =>
      date.dayOfWeek > 5 ? [{ x: round(index * 100 / days.length), width }] : []
    ),
  };
}
