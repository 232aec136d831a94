/** What a rotation does, in a sentence. */
import type {
  PeriodUnit,
  Rotation,
} from "../../../domain/schedules/rotation.ts";
import {
  minutesOf,
  type WeeklyWindow,
} from "../../../domain/time/weekly_windows.ts";
import { hoursLines } from "../business_hours.ts";
import { dutyPreset } from "./duty_hours.ts";
import { listed, spelled } from "../plural.ts";
import { strongNames, type Words } from "../words.ts";

export const DAY_NAMES = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

/**
 * Promises the sentence, as "Maya, Idris and Jonas take turns of one week; handoff Mondays at 09:00 (Europe/London)", with
 * when it is on duty and from when to when it lasts, where that is not always.
 */
export function rotationWords(
  rotation: Rotation,
  { names, timeZone }: {
    names: ReadonlyMap<number, string>;
    timeZone: string;
  },
): Words {
  const { responderIds, period } = rotation;
  const people = responderIds.map((id) =>
    names.get(id) ?? "somebody who is gone"
  );
  const zone = `(${timeZone})`;
  const turns = new Set(responderIds).size === 1
    ? [` has every turn ${zone}`]
    : [
      ` take turns of ${lengthWords(period)}; ${
        handoffWords(rotation)
      } ${zone}`,
    ];
  return [
    ...strongNames(people, 6),
    ...turns,
    `.${dutyWords(rotation)}${lifeWords(rotation)}`,
  ];
}

/** Promises "one week" or "12 hours". */
export function lengthWords(
  { unit, count }: { unit: PeriodUnit; count: number },
): string {
  return `${spelled(count)} ${count === 1 ? unit.slice(0, -1) : unit}`;
}

/** Promises a window of the week, as "Friday 18:00 to Monday 08:00". */
export function windowWords(
  { fromDay, fromTime, toDay, toTime }: WeeklyWindow,
): string {
  const day = (number: number) => DAY_NAMES[number - 1] ?? "";
  const end = fromDay === toDay && fromTime < toTime
    ? toTime
    : `${day(toDay)} ${toTime}`;
  return `${day(fromDay)} ${fromTime} to ${end}`;
}

function handoffWords({ period: { unit }, handoff }: Rotation): string {
  const { time, weekday, dayOfMonth } = handoff;
  switch (unit) {
    case "hours":
      return `counted from ${time}`;
    case "days":
      return `handoff at ${time}`;
    case "weeks":
      return `handoff ${DAY_NAMES[weekday - 1] ?? ""}s at ${time}`;
    case "months":
      return dayOfMonth > 28
        ? `handoff on day ${dayOfMonth} of the month, or its last, at ${time}`
        : `handoff on day ${dayOfMonth} of the month at ${time}`;
  }
}

function dutyWords({ restrictions, turnCounts }: Rotation): string {
  if (restrictions.length === 0) return "";
  const preset = dutyPreset(restrictions);
  const when = preset === "own"
    ? `: ${listed(spansOf(restrictions), 4)}`
    : preset === "office"
    ? " on weekdays from 09:00 to 17:00"
    : " at nights and weekends";
  const counts = turnCounts === "on_duty_time"
    ? " Only time on duty counts as a turn."
    : "";
  return ` On duty${when}.${counts}`;
}

/** Days with the same hours together, as "every day 22:00 to 07:00"; longer windows one by one. */
function spansOf(windows: readonly WeeklyWindow[]): string[] {
  const [short, long] = [true, false].map((isShort) =>
    windows.filter((one) => minutesOf(one).length <= 1_440 === isShort)
  );
  return [
    ...hoursLines(short ?? []).map(({ days, from, to }) =>
      `${daysWords(days)} ${from} to ${to}`
    ),
    ...(long ?? []).map(windowWords),
  ];
}

function daysWords(days: readonly number[]): string {
  if (days.length === 7) return "every day";
  if (days.join() === "1,2,3,4,5") return "weekdays";
  return listed(days.map((day) => DAY_NAMES[day - 1] ?? ""), 7);
}

function lifeWords({ startsAt, endsAt }: Rotation): string {
  return endsAt === null
    ? ` From ${wallWords(startsAt)} on.`
    : ` From ${wallWords(startsAt)} to ${wallWords(endsAt)}.`;
}

function wallWords(text: string): string {
  const wall = Temporal.PlainDateTime.from(text);
  const day = wall.toLocaleString("en-GB", { day: "numeric", month: "short" });
  const time = wall.toPlainTime().toString({ smallestUnit: "minute" });
  return `${day} ${wall.year}, ${time}`;
}
