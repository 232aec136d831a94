/** The hours of the week in which a layer is on duty, as a choice of a few that are often wanted. */
import type { WeeklyWindow } from "../../../domain/time/weekly_windows.ts";

export const DUTY_PRESETS = ["always", "office", "rest", "own"] as const;
export type DutyPreset = (typeof DUTY_PRESETS)[number];

const WORKDAYS = [1, 2, 3, 4, 5];

/** Weekdays from 09:00 to 17:00. */
const OFFICE: readonly WeeklyWindow[] = WORKDAYS.map((day) => ({
  fromDay: day,
  fromTime: "09:00",
  toDay: day,
  toTime: "17:00",
}));

/** What is left of the week: each night, and Friday evening to Monday morning. */
const REST: readonly WeeklyWindow[] = WORKDAYS.map((day) => ({
  fromDay: day,
  fromTime: "17:00",
  toDay: day === 5 ? 1 : day + 1,
  toTime: "09:00",
}));

const WINDOWS: Record<Exclude<DutyPreset, "own">, readonly WeeklyWindow[]> = {
  always: [],
  office: OFFICE,
  rest: REST,
};

/** Promises the windows that a choice stands for. */
export function dutyWindows(
  preset: Exclude<DutyPreset, "own">,
): readonly WeeklyWindow[] {
  return WINDOWS[preset];
}

/** Promises the choice that stands for these windows, in whatever order; `own` where none does. */
export function dutyPreset(windows: readonly WeeklyWindow[]): DutyPreset {
  const wanted = written(windows);
  for (const preset of ["always", "office", "rest"] as const) {
    if (written(WINDOWS[preset]) === wanted) return preset;
  }
  return "own";
}

function written(windows: readonly WeeklyWindow[]): string {
  return windows.map(({ fromDay, fromTime, toDay, toTime }) =>
    `${fromDay} ${fromTime} ${toDay} ${toTime}`
  ).sort().join();
}
