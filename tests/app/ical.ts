/** Calendars for tests, from few words. */
import {
  type ReadCalendar,
  readIcal,
} from "../../src/app/calendars/read_ical.ts";
import type { CalendarEvent } from "../../src/domain/calendars/calendar.ts";

export const FROM_MS = Date.UTC(2026, 0, 1);
export const TO_MS = Date.UTC(2027, 0, 1);

/** Promises a calendar of these events, each a list of its lines. */
export function calendarOf(
  events: readonly (readonly string[])[],
  before: readonly string[] = [],
): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Test//EN",
    ...before,
    ...events.flatMap((lines, index) => [
      "BEGIN:VEVENT",
      ...(lines.some((line) => line.startsWith("UID"))
        ? []
        : [`UID:event-${index}`]),
      "DTSTAMP:20260101T000000Z",
      ...lines,
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

export function read(
  text: string,
  { timeZone = "UTC", fromMs = FROM_MS, toMs = TO_MS }: {
    timeZone?: string;
    fromMs?: number;
    toMs?: number;
  } = {},
): Promise<ReadCalendar> {
  return readIcal(text, { timeZone, fromMs, toMs });
}

/** Promises the occurrences of one event, each as `from/to` in UTC, to the minute. */
export async function timesOf(
  lines: readonly string[],
  more: Parameters<typeof read>[1] & { before?: readonly string[] } = {},
): Promise<string[]> {
  const calendar = await read(calendarOf([lines], more.before), more);
  if (!calendar.ok) throw new Error(calendar.message);
  return calendar.events.map(times);
}

export function times({ startsAtMs, endsAtMs }: CalendarEvent): string {
  return [startsAtMs, endsAtMs].map((ms) =>
    new Date(ms).toISOString().slice(0, 16)
  ).join("/");
}
