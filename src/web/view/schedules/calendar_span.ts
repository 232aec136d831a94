/** Which days a calendar shows: two weeks from a day on, or a month in whole weeks. Its links say so in the address. */
import { type CalendarDay, daysFrom, WEEK_DAYS } from "./calendar_days.ts";
import type { Viewpoint } from "../zoned_time.ts";

export const SPAN_KINDS = ["two-weeks", "month"] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export interface CalendarSpan {
  kind: SpanKind;
  days: CalendarDay[];
  /** Of a month view: days of other months are drawn back. */
  month: Temporal.PlainYearMonth | null;
  /** "November 2026", or "23 Nov to 6 Dec 2026". */
  title: string;
  /** What `from` is asked for; null: the present. */
  from: Temporal.PlainDate | null;
  previous: Temporal.PlainDate;
  next: Temporal.PlainDate;
}

const DATE = /^(19[7-9]\d|[2-9]\d{3})-\d\d-\d\d$/;
const LATEST = Temporal.PlainDate.from("9990-01-01");
const FORTNIGHT = 2 * WEEK_DAYS;

/** Promises the span that a query asks for; the present one where it asks for none, or for no day that there is. */
export function spanOf(
  query: { view?: string | undefined; from?: string | undefined },
  view: Viewpoint,
): CalendarSpan {
  const from = dateOf(query.from);
  const day = from ?? today(view);
  return query.view === "month"
    ? monthOf(day, { from, timeZone: view.timeZone })
    : fortnightOf(day, { from, timeZone: view.timeZone });
}

/** Promises the viewer's date now. */
export function today({ nowMs, timeZone }: Viewpoint): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDate();
}

/** Promises the query of a span, as "?view=month&from=2026-12-01"; empty for what is shown anyway. */
export function spanQuery(
  { kind, from, layers }: {
    kind: SpanKind;
    from: Temporal.PlainDate | null;
    layers: boolean;
  },
): string {
  const query = new URLSearchParams();
  if (kind !== "two-weeks") query.set("view", kind);
  if (from) query.set("from", from.toString());
  if (!layers) query.set("layers", "hidden");
  return query.size === 0 ? "" : `?${query.toString()}`;
}

function fortnightOf(
  day: Temporal.PlainDate,
  { from, timeZone }: { from: Temporal.PlainDate | null; timeZone: string },
): CalendarSpan {
  const last = day.add({ days: FORTNIGHT - 1 });
  return {
    kind: "two-weeks",
    days: daysFrom(day, { count: FORTNIGHT, timeZone }),
    month: null,
    title: `${dayWords(day, day.year !== last.year)} to ${
      dayWords(last, true)
    }`,
    from,
    previous: day.subtract({ days: FORTNIGHT }),
    next: day.add({ days: FORTNIGHT }),
  };
}

function monthOf(
  day: Temporal.PlainDate,
  { from, timeZone }: { from: Temporal.PlainDate | null; timeZone: string },
): CalendarSpan {
  const month = day.toPlainYearMonth();
  const begins = day.with({ day: 1 });
  const first = begins.subtract({ days: begins.dayOfWeek - 1 });
  const shown = begins.dayOfWeek - 1 + month.daysInMonth;
  const count = Math.ceil(shown / WEEK_DAYS) * WEEK_DAYS;
  return {
    kind: "month",
    days: daysFrom(first, { count, timeZone }),
    month,
    title: begins.toLocaleString("en-GB", { month: "long", year: "numeric" }),
    from,
    previous: begins.subtract({ months: 1 }),
    next: begins.add({ months: 1 }),
  };
}

function dateOf(text: string | undefined): Temporal.PlainDate | null {
  if (text === undefined || !DATE.test(text)) return null;
  try {
    const date = Temporal.PlainDate.from(text, { overflow: "reject" });
    return Temporal.PlainDate.compare(date, LATEST) < 0 ? date : null;
  } catch {
    return null;
  }
}

function dayWords(date: Temporal.PlainDate, year: boolean): string {
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    ...year ? { year: "numeric" } : {},
  });
}
