/** How the burden of a month is shared: hours on call, pages, and the nights and weekend days that pages broke into. */
import type { Shift } from "./schedule.ts";
import { wallTimeOf } from "../time/wall_clock.ts";
import type { Stretch } from "../time/weekly_windows.ts";

const HOUR_MS = 3_600_000;

/** A night begins and ends at these hours of the wall clock. */
export const NIGHT = { fromHour: 22, toHour: 7 } as const;

/** Pages are told apart no finer than this: every zone's offset is a multiple of it, so no night is cut wrongly. */
export const SLOT_MS = 15 * 60_000;

/** Pages that somebody was sent within one slot of time. */
export interface PagedSlot {
  responderId: number;
  /** When the slot begins. */
  atMs: number;
  pages: number;
}

export interface LoadInput {
  schedules: readonly {
    id: number;
    name: string;
    shifts: readonly Shift[];
  }[];
  /** Those who are on call or were paged; ids that are not in it are people who are gone. */
  people: ReadonlyMap<number, { name: string; timeZone: string }>;
  slots: readonly PagedSlot[];
  /** Distinct incidents that each responder was paged about. */
  incidents: ReadonlyMap<number, number>;
}

export interface PersonLoad {
  responderId: number;
  name: string;
  timeZone: string;
  /** Time on call; two schedules at once count once. */
  onCallMs: number;
  /** Each schedule for itself, the longest first. */
  bySchedule: { id: number; name: string; onCallMs: number }[];
  pages: number;
  incidents: number;
  /** Nights of the person's own zone with at least one page. */
  nights: number;
  /** Saturdays and Sundays of the person's own zone with at least one page. */
  weekendDays: number;
}

export interface OnCallLoad {
  /** The most hours first. */
  people: PersonLoad[];
  /** Over everybody in `people`; zero where there is nobody. */
  mean: Pick<
    PersonLoad,
    "onCallMs" | "pages" | "nights" | "weekendDays"
  >;
}

/** Promises the load of everybody who was on call or paged. */
export function onCallLoad(input: LoadInput): OnCallLoad {
  const stretches = stretchesByPerson(input.schedules);
  const slots = Map.groupBy(input.slots, (slot) => slot.responderId);
  const ids = new Set([...stretches.keys(), ...slots.keys()]);
  const people = [...ids].flatMap((responderId): PersonLoad[] => {
    const person = input.people.get(responderId);
    if (!person) return [];
    const own = stretches.get(responderId) ?? [];
    return [{
      responderId,
      ...person,
      onCallMs: covered(own),
      bySchedule: perSchedule(own, input.schedules),
      incidents: input.incidents.get(responderId) ?? 0,
      ...interruptions(slots.get(responderId) ?? [], person.timeZone),
    }];
  }).sort((a, b) =>
    b.onCallMs - a.onCallMs || b.pages - a.pages ||
    a.responderId - b.responderId
  );
  const mean = (of: (load: PersonLoad) => number) =>
    people.length === 0
      ? 0
      : people.reduce((sum, load) => sum + of(load), 0) / people.length;
  return {
    people,
    mean: {
      onCallMs: mean((load) => load.onCallMs),
      pages: mean((load) => load.pages),
      nights: mean((load) => load.nights),
      weekendDays: mean((load) => load.weekendDays),
    },
  };
}

/** Promises the night that the instant lies in, by the date of its evening; null by day. */
export function nightOf(atMs: number, timeZone: string): string | null {
  const wall = wallTimeOf(atMs, timeZone);
  if (wall.hour >= NIGHT.fromHour) return wall.toPlainDate().toString();
  if (wall.hour >= NIGHT.toHour) return null;
  return wall.toPlainDate().subtract({ days: 1 }).toString();
}

/** Promises the Saturday or Sunday that the instant lies in; null on other days. */
export function weekendDayOf(atMs: number, timeZone: string): string | null {
  const date = wallTimeOf(atMs, timeZone).toPlainDate();
  return date.dayOfWeek > 5 ? date.toString() : null;
}

interface OwnStretch extends Stretch {
  scheduleId: number;
}

function stretchesByPerson(
  schedules: LoadInput["schedules"],
): Map<number, OwnStretch[]> {
  const byPerson = new Map<number, OwnStretch[]>();
  for (const { id: scheduleId, shifts } of schedules) {
    for (const { responderIds, startsAtMs, endsAtMs } of shifts) {
      for (const id of responderIds) {
        const own = byPerson.get(id) ?? [];
        byPerson.set(id, own);
        own.push({ scheduleId, startsAtMs, endsAtMs });
      }
    }
  }
  return byPerson;
}

function covered(stretches: readonly Stretch[]): number {
  let total = 0;
  let untilMs = -Infinity;
  const byStart = stretches.toSorted((a, b) => a.startsAtMs - b.startsAtMs);
  for (const { startsAtMs, endsAtMs } of byStart) {
    total += Math.max(0, endsAtMs - Math.max(startsAtMs, untilMs));
    untilMs = Math.max(untilMs, endsAtMs);
  }
  return total;
}

function perSchedule(
  stretches: readonly OwnStretch[],
  schedules: LoadInput["schedules"],
): PersonLoad["bySchedule"] {
  const names = new Map(schedules.map(({ id, name }) => [id, name]));
  return [...Map.groupBy(stretches, (stretch) => stretch.scheduleId)]
    .map(([id, own]) => ({
      id,
      name: names.get(id) ?? "",
      onCallMs: covered(own),
    }))
    .sort((a, b) => b.onCallMs - a.onCallMs || a.id - b.id);
}

function interruptions(
  slots: readonly PagedSlot[],
  timeZone: string,
): Pick<PersonLoad, "pages" | "nights" | "weekendDays"> {
  const nights = new Set<string>();
  const weekendDays = new Set<string>();
  let pages = 0;
  for (const slot of slots) {
    pages += slot.pages;
    const night = nightOf(slot.atMs, timeZone);
    if (night !== null) nights.add(night);
    const day = weekendDayOf(slot.atMs, timeZone);
    if (day !== null) weekendDays.add(day);
  }
  return { pages, nights: nights.size, weekendDays: weekendDays.size };
}

/** A month of a calendar as the zone has it, half open. */
export interface Month {
  /** `2026-11`. */
  text: string;
  fromMs: number;
  toMs: number;
}

/** Promises the month of a text as `2026-11`; null for any other text and for years outside 2000 to 9998. */
export function monthOf(text: string, timeZone: string): Month | null {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return null;
  const month = Temporal.PlainYearMonth.from(text);
  if (month.year < 2000 || month.year > 9998) return null;
  const midnight = (of: Temporal.PlainYearMonth) =>
    of.toPlainDate({ day: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
  return {
    text,
    fromMs: midnight(month),
    toMs: midnight(month.add({ months: 1 })),
  };
}

/** Promises the month that the instant lies in. */
export function monthAt(atMs: number, timeZone: string): string {
  return wallTimeOf(atMs, timeZone).toPlainDate().toPlainYearMonth()
    .toString();
}

/** Promises the months before and after. */
export function monthsBeside(text: string): { before: string; after: string } {
  const month = Temporal.PlainYearMonth.from(text);
  return {
    before: month.subtract({ months: 1 }).toString(),
    after: month.add({ months: 1 }).toString(),
  };
}

/** Promises hours to one decimal. */
export function hoursOf(ms: number): number {
  return Math.round(ms / HOUR_MS * 10) / 10;
}
