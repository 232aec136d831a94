/** From the text of a calendar that is kept elsewhere to who is on call when. */
import {
  type CalendarEvent,
  type MatchedEvents,
  matchEvents,
  type NamedPerson,
} from "../../domain/calendars/calendar.ts";
import type { Responder } from "../../domain/responders/people.ts";
import type {
  CalendarOrigin,
  CalendarReading,
  CalendarReport,
  Validators,
} from "../../ports/calendar_repositories.ts";
import type { FetchCalendar } from "../../ports/calendar_source.ts";
import type { Repositories } from "../../ports/store.ts";
import { invalid } from "../refused_error.ts";
import type { Seal } from "../seal.ts";
import { sha256Hex } from "../secrets.ts";

export interface CalendarTools {
  fetchCalendar: FetchCalendar;
  /** Closes the addresses of calendars. */
  seal: Seal;
}

/** Where a calendar comes from, as it was given. */
export type GivenCalendar =
  | { kind: "url"; url: string }
  | { kind: "file"; name: string; text: string };

export const UNKNOWN: Validators = { etag: null, lastModified: null };

const DAY_MS = 86_400_000;
const BACK_DAYS = 30;
/** Further than any plan is looked at. */
const AHEAD_DAYS = 400;
const URL_EVERY_MS = 15 * 60_000;
const PAGE_SIZE = 200;
const MOST_PAGES = 50;

export type Understood =
  | { ok: true; reading: CalendarReading }
  /** A sentence for whoever gave the calendar. */
  | { ok: false; message: string };

/**
 * Promises what the text says; throws nothing, but tells why it is no calendar. Long for a long text, though other work
 * has its turn in between: never to be waited for in a transaction.
 */
export async function understand(
  store: Pick<Repositories, "responders">,
  { text, timeZone, named, validators, origin, nowMs }: {
    text: string;
    timeZone: string;
    named: readonly NamedPerson[];
    validators: Validators;
    origin: CalendarOrigin["kind"];
    nowMs: number;
  },
): Promise<Understood> {
  // Whole days, so that a calendar that stays the same is the same all day.
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const range = {
    fromMs: today - BACK_DAYS * DAY_MS,
    toMs: today + AHEAD_DAYS * DAY_MS,
  };
  // Its libraries are loaded by the first calendar, and not by every start.
  const { readIcal } = await import("./read_ical.ts");
  const read = await readIcal(text, { timeZone, ...range });
  if (!read.ok) return read;
  const people = await everybody(store);
  const found = matchEvents(read.events, { people, named });
  const { windows } = found;
  const reading: CalendarReading = {
    content: text,
    validators,
    readAtMs: nowMs,
    dueAtMs: nowMs + (origin === "url" ? URL_EVERY_MS : DAY_MS),
    report: reportOf(read, found),
    windows,
    windowsHash: sha256Hex(JSON.stringify(windows)),
  };
  return { ok: true, reading };
}

function reportOf(
  { events, remarks }: { events: readonly CalendarEvent[]; remarks: string[] },
  { names, unknown, counts, cutAtMs }: MatchedEvents,
): CalendarReport {
  const day = cutAtMs === null
    ? ""
    : new Date(cutAtMs).toISOString().slice(0, 10);
  return {
    events: events.length,
    matched: counts.matched,
    ignored: counts.ignored,
    names: names.first,
    moreNames: names.more,
    unknown: unknown.first,
    moreUnknown: unknown.more,
    remarks: cutAtMs === null ? remarks : [
      ...remarks,
      `Cut at 10,000 shifts: what begins after ${day} is not read.`,
    ],
  };
}

/** Promises the text of the calendar and where it comes from; throws a refusal that names the field. */
export async function obtain(
  { fetchCalendar, seal }: CalendarTools,
  given: GivenCalendar,
): Promise<{ text: string; validators: Validators; origin: CalendarOrigin }> {
  if (given.kind === "file") {
    const origin = { kind: "file", shown: given.name } as const;
    return { text: given.text, validators: UNKNOWN, origin };
  }
  const url = calendarUrl(given.url);
  const answer = await fetchCalendar(url, UNKNOWN);
  if (answer.kind === "failed") throw invalid("url", answer.message);
  if (answer.kind === "unchanged") {
    throw invalid("url", "The calendar's server gave no calendar.");
  }
  const origin = {
    kind: "url",
    sealedUrl: await seal.close(url),
    shown: new URL(url).host,
  } as const;
  return { text: answer.text, validators: answer.validators, origin };
}

/** `webcal` is https by another name. */
function calendarUrl(text: string): string {
  const url = URL.parse(text.trim().replace(/^webcals?:/i, "https:"));
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw invalid("url", "An address that begins with https:// or webcal://.");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid("url", "An address without a user name or password.");
  }
  url.hash = "";
  return url.href;
}

async function everybody(
  { responders }: Pick<Repositories, "responders">,
): Promise<Responder[]> {
  const all: Responder[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const some = await responders.list({}, { page, pageSize: PAGE_SIZE });
    all.push(...some.items);
    if (page >= some.totalPages) break;
  }
  return all;
}
