/** From the text of a calendar that is kept elsewhere to who is on call when. */
import { matchEvents, type NamedPerson } from "../domain/calendar.ts";
import type { Responder } from "../domain/people.ts";
import type {
  CalendarOrigin,
  CalendarReading,
  Validators,
} from "../ports/calendar_repositories.ts";
import type { FetchCalendar } from "../ports/calendar_source.ts";
import type { Repositories } from "../ports/store.ts";
import { readIcal } from "./read_ical.ts";
import { invalid } from "./refused_error.ts";
import type { Seal } from "./seal.ts";
import { sha256Hex } from "./secrets.ts";

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

/** Promises what the text says; throws nothing, but tells why it is no calendar. */
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
): Promise<
  { ok: true; reading: CalendarReading } | {
    ok: false;
    message: string;
  }
> {
  // Whole days, so that a calendar that stays the same is the same all day.
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const range = {
    fromMs: today - BACK_DAYS * DAY_MS,
    toMs: today + AHEAD_DAYS * DAY_MS,
  };
  const read = await readIcal(text, { timeZone, ...range });
  if (!read.ok) return read;
  const people = await everybody(store);
  const { windows, unknown } = matchEvents(read.events, { people, named });
  const missed = unknown.reduce((sum, { events }) => sum + events, 0);
  const reading: CalendarReading = {
    content: text,
    validators,
    readAtMs: nowMs,
    dueAtMs: nowMs + (origin === "url" ? URL_EVERY_MS : DAY_MS),
    report: {
      events: read.events.length,
      matched: read.events.length - missed,
      unknown,
      remarks: read.remarks,
    },
    windows,
    windowsHash: sha256Hex(JSON.stringify(windows)),
  };
  return { ok: true, reading };
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
