/** The text of an iCalendar, parsed in pieces that take a few milliseconds each. */
import ICAL from "ical.js";
import {
  CALENDAR_TOO_LONG,
  isTooLong,
} from "../../domain/calendars/calendar_limit.ts";
import { type IcalPieces, splitIcal } from "./split_ical.ts";

/** Characters that are parsed at once; a longer event or zone is left out. */
export const LONGEST_PIECE = 64 * 1024;

const MOST_EVENTS = 10_000;

/** Promises the pieces of a calendar, each to be parsed by itself; a sentence for whoever gave it where it is none. */
export function piecesOf(text: string): IcalPieces | string {
  const bare = text.replace(/^\uFEFF?\s*/, "");
  if (!/^BEGIN:VCALENDAR\s/i.test(bare)) {
    return "This is not an iCalendar file: it does not begin with BEGIN:VCALENDAR.";
  }
  if (text.includes("\0")) {
    return "This is not an iCalendar file: it holds a NUL character.";
  }
  if (isTooLong(text)) return CALENDAR_TOO_LONG;
  const pieces = splitIcal(bare);
  if (!pieces.whole || (pieces.events.length === 0 && !isSound(bare))) {
    return "The calendar is damaged: a line of it is not iCalendar, or it ends too early.";
  }
  return pieces.events.length + pieces.broken > MOST_EVENTS
    ? "The calendar has more than 10,000 events. Export a shorter time of it."
    : pieces;
}

/** Tells a calendar without events from one that is broken, as far as it can be parsed at once. */
function isSound(text: string): boolean {
  return text.length > LONGEST_PIECE || tryParse(text) !== null;
}

/** Promises the components of that name in pieces of a calendar; null where a line is not iCalendar or there is too much. */
export function componentsIn(
  body: string,
  name: "vevent" | "vtimezone",
): ICAL.Component[] | null {
  if (body.length > LONGEST_PIECE) return null;
  return tryParse(`BEGIN:VCALENDAR\r\n${body}\r\nEND:VCALENDAR\r\n`)
    ?.getAllSubcomponents(name) ?? null;
}

function tryParse(text: string): ICAL.Component | null {
  try {
    const parsed: unknown = ICAL.parse(text);
    return Array.isArray(parsed) ? new ICAL.Component(parsed) : null;
  } catch {
    return null;
  }
}
