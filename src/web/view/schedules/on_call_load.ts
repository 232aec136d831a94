/** The burden of a month as sentences, bars and rows. */
import type { OnCallReport } from "../../../app/schedules/on_call_report.ts";
import {
  hoursOf,
  type PersonLoad,
} from "../../../domain/schedules/on_call_load.ts";
import { counted, digits } from "../plural.ts";
import type { Words } from "../words.ts";

export interface LoadRow {
  responderId: number;
  name: string;
  hours: string;
  /** "24 h more than the mean". */
  distance: string;
  /** "Payments primary 96 h, Search 12 h". */
  schedules: string;
  pages: string;
  nights: string;
  weekendDays: string;
  /** Length of the bar, percent of the longest. */
  width: number;
}

/** Promises the rows, and where the mean stands on their bars, percent. */
export function loadRows(
  { people, mean }: Pick<OnCallReport, "people" | "mean">,
): { rows: LoadRow[]; meanAt: number } {
  const most = Math.max(1, ...people.map(({ onCallMs }) => onCallMs));
  const percent = (ms: number) => Math.round(ms / most * 1_000) / 10;
  return {
    rows: people.map((load) => ({
      responderId: load.responderId,
      name: load.name,
      hours: hoursText(load.onCallMs),
      distance: distanceText(load.onCallMs, mean.onCallMs),
      schedules: schedulesText(load),
      pages: digits(load.pages),
      nights: digits(load.nights),
      weekendDays: digits(load.weekendDays),
      width: percent(load.onCallMs),
    })),
    meanAt: percent(mean.onCallMs),
  };
}

const MOST_SCHEDULES = 4;

function schedulesText({ bySchedule }: PersonLoad): string {
  const shown = bySchedule.slice(0, MOST_SCHEDULES)
    .map(({ name, onCallMs }) => `${name} ${hoursText(onCallMs)}`)
    .join(", ");
  const more = bySchedule.length - MOST_SCHEDULES;
  return more > 0 ? `${shown} and ${digits(more)} more` : shown;
}

/** Promises who carries most, and the mean. */
export function loadSentence(
  { people, mean, isPlan }: Pick<OnCallReport, "people" | "mean" | "isPlan">,
): Words {
  const [most] = people;
  if (!most) return ["Nobody was on call and nobody was paged."];
  const share = isPlan ? "is planned to carry most" : "carried most";
  return [
    { strong: most.name },
    ` ${share}, ${hoursText(most.onCallMs)}, ${
      distanceText(most.onCallMs, mean.onCallMs)
    }.`,
    ...isPlan ? [] : [` ${interrupted(people)}`],
  ];
}

/** Promises what the bars show, for those who do not see them. */
export function barsText({ rows }: { rows: readonly LoadRow[] }): string {
  return `Hours on call: ${
    rows.map(({ name, hours }) => `${name} ${hours}`).join(", ")
  }.`;
}

function interrupted(people: readonly PersonLoad[]): string {
  const sum = (of: (load: PersonLoad) => number) =>
    people.reduce((total, load) => total + of(load), 0);
  const nights = sum((load) => load.nights);
  const days = sum((load) => load.weekendDays);
  if (nights + days === 0) {
    return "No page broke into a night or a weekend day.";
  }
  const both = `${counted(nights, "night")} and ${
    counted(days, "weekend day")
  }`;
  return `Pages broke into ${both}.`;
}

/** Promises "24 h more than the mean". */
export function distanceText(ms: number, meanMs: number): string {
  const hours = hoursOf(ms - meanMs);
  if (hours === 0) return "as much as the mean";
  const side = hours > 0 ? "more" : "less";
  return `${digits(Math.abs(hours))}\u00A0h ${side} than the mean`;
}

function hoursText(ms: number): string {
  return `${digits(hoursOf(ms))}\u00A0h`;
}
