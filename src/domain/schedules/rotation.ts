/** A rotation: who takes turns, for how long, and when one hands over to the next. */
import type { WeeklyWindow } from "../time/weekly_windows.ts";

export const PERIOD_UNITS = ["hours", "days", "weeks", "months"] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** What the turns go by: every period, or only those in which the layer is on duty at all. */
export const TURN_COUNTS = ["calendar_time", "on_duty_time"] as const;

export interface Rotation {
  /** In the order of their turns; the same person may come more than once. */
  responderIds: number[];
  /** How long a turn is. */
  period: { unit: PeriodUnit; count: number };
  handoff: {
    /** `HH:MM`. Periods of hours are counted from it. */
    time: string;
    /** Of periods in weeks; ISO 8601, 1 is Monday. */
    weekday: number;
    /** Of periods in months, 1 to 31; the last day where a month is shorter. */
    dayOfMonth: number;
  };
  /**
   * Wall clock, `2026-11-23T09:00`: when the first member's turn begins. The turn counts as having begun at the last
   * handoff before, so that a start between two handoffs makes the first turn shorter.
   */
  startsAt: string;
  /** Wall clock; null: goes on for ever. */
  endsAt: string | null;
  /** On duty only inside these; empty: always. */
  restrictions: WeeklyWindow[];
  /**
   * `on_duty_time`: a period without any duty is nobody's turn. With daily turns and duty on weekdays the one after
   * Friday's member then has Monday, and nobody's turn passes on a Sunday.
   */
  turnCounts: (typeof TURN_COUNTS)[number];
}

export const ROTATION_LIMITS = {
  responders: 100,
  restrictions: 50,
  count: { hours: 8_760, days: 366, weeks: 52, months: 24 },
} as const;
