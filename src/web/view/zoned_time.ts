/** Instants as a viewer reads them: in their own zone, short where the day is plain, exact on demand. */

/** One instant for the template `parts/time`: `text` is shown, `exact` explains it, `iso` is for machines. */
export interface ShownTime {
  iso: string;
  text: string;
  /** With day, seconds and zone, as "Mon 23 Nov 2026, 02:14:03 GMT+1". */
  exact: string;
}

export interface Viewpoint {
  nowMs: number;
  /** IANA name. */
  timeZone: string;
}

const DAY_MS = 24 * 60 * 60_000;

/** Promises the hour and minute, as "02:14"; on another day than today also which ("Tue 09:00", "19 Nov 09:00"). */
export function shortTime(atMs: number, view: Viewpoint): string {
  const day = dayWords(atMs, view);
  const time = format("minute", view.timeZone, atMs);
  return day === "" ? time : `${day} ${time}`;
}

/** Promises the time of day with seconds, as "02:14:03"; on another day than today also which. */
export function secondsTime(atMs: number, view: Viewpoint): string {
  const day = dayWords(atMs, view);
  const time = format("second", view.timeZone, atMs);
  return day === "" ? time : `${day} ${time}`;
}

/** Promises day and time with the zone named, as "Mon 23 Nov 2026, 02:14:03 GMT+1". */
export function exactTime(atMs: number, timeZone: string): string {
  return format("exact", timeZone, atMs).replace(",", "");
}

/** Promises the day and month, as "19 Nov", with the year where it is not this one. */
export function dayOnly(atMs: number, view: Viewpoint): string {
  const sameYear = format("year", view.timeZone, atMs) ===
    format("year", view.timeZone, view.nowMs);
  return format(sameYear ? "day" : "dayAndYear", view.timeZone, atMs);
}

/** Promises the zone as people know it, as "Lagos, UTC+1" for `Africa/Lagos` at this instant. */
export function zoneWords({ nowMs, timeZone }: Viewpoint): string {
  const offset = format("offset", timeZone, nowMs)
    .replace(/^.*GMT$/, "UTC+0").replace(/^.*GMT/, "UTC");
  const city = timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? timeZone;
  return city === "UTC" ? "UTC" : `${city}, ${offset}`;
}

/** Promises the instant with the words given for it, or with `shortTime`. */
export function shownTime(
  atMs: number,
  view: Viewpoint,
  text = shortTime(atMs, view),
): ShownTime {
  const exact = exactTime(atMs, view.timeZone);
  return { iso: new Date(atMs).toISOString(), text, exact };
}

/** Promises the midnight that began the viewer's day, epoch milliseconds. */
export function startOfDayMs({ nowMs, timeZone }: Viewpoint): number {
  return Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).startOfDay().epochMilliseconds;
}

function dayWords(atMs: number, view: Viewpoint): string {
  const { nowMs, timeZone } = view;
  const day = format("dayAndYear", timeZone, atMs);
  if (day === format("dayAndYear", timeZone, nowMs)) return "";
  // Less than a week ahead or behind, the name of the day says which.
  return Math.abs(atMs - nowMs) < 6 * DAY_MS
    ? format("weekday", timeZone, atMs)
    : dayOnly(atMs, view);
}

const STYLES = {
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  weekday: { weekday: "short" },
  day: { day: "numeric", month: "short" },
  dayAndYear: { day: "numeric", month: "short", year: "numeric" },
  year: { year: "numeric" },
  offset: { timeZoneName: "shortOffset" },
  exact: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

// Making a format costs a hundred times what using one does. As many as there are zones and styles.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  style: keyof typeof STYLES,
  timeZone: string,
  atMs: number,
): string {
  const key = `${style} ${timeZone}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone, ...STYLES[style] });
    formats.set(key, made);
  }
  return made.format(atMs);
}
