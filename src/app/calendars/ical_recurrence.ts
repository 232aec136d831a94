/** The instances of a recurring event (RFC 5545, sections 3.8.5 and 3.3.10), within bounds. */
import ICAL from "ical.js";
import { RRuleTemporal } from "rrule-temporal";
import type { WallTime, Zones } from "./ical_zones.ts";

/** Half open, epoch milliseconds. */
export interface Range {
  fromMs: number;
  toMs: number;
}

/** A rule that is not followed, with the reason as the end of a sentence. */
export class RuleRefused extends Error {
  override readonly name = "RuleRefused";
}

const FREQUENCIES = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
// Steps and candidates after which the library gives up a rule: more than fifty years of days, or two of hours.
const LIMITS = { maxIterations: 20_000, maxCandidateEvaluations: 20_000 };
const DAY_MS = 86_400_000;

/**
 * Promises the wall-clock starts of the event's instances that may touch the range, `reachMs` before it included, from
 * its rules and its further dates, without those that are excepted; throws RuleRefused for a rule that is not followed.
 */
export function startsOf(
  event: ICAL.Component,
  first: WallTime,
  { zones, range, reachMs }: { zones: Zones; range: Range; reachMs: number },
): Temporal.PlainDateTime[] {
  const rules = event.getAllProperties("rrule");
  const starts = new Map<string, Temporal.PlainDateTime>();
  const add = (at: Temporal.PlainDateTime) => starts.set(String(at), at);
  if (rules.length === 0) add(first.at);
  for (const rule of rules) {
    ruleStarts(rule, first, { range, reachMs }).forEach(add);
  }
  for (const date of datesOf(event, "rdate", zones)) {
    add(onClockOf(first, date));
  }
  for (const date of datesOf(event, "exdate", zones)) {
    const { at, allDay } = date;
    if (allDay && !first.allDay) {
      const day = String(at.toPlainDate());
      for (const [key, start] of starts) {
        if (String(start.toPlainDate()) === day) starts.delete(key);
      }
    } else starts.delete(String(onClockOf(first, date)));
  }
  return [...starts.values()];
}

/**
 * The clock of the rule runs in UTC, so that a day has 24 hours and no time is skipped: what a clock of the zone makes of
 * it is looked up afterwards, for each instance.
 */
function ruleStarts(
  property: ICAL.Property,
  first: WallTime,
  { range, reachMs }: { range: Range; reachMs: number },
): Temporal.PlainDateTime[] {
  const { rule, until } = checkedRule(property);
  const at = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO("UTC");
  try {
    const found = new RRuleTemporal({
      rruleString: `RRULE:${rule}`,
      dtstart: first.at.toZonedDateTime("UTC"),
      tzid: "UTC",
      cache: false,
      ...LIMITS,
    }).between(
      at(range.fromMs - reachMs - DAY_MS),
      at(range.toMs + DAY_MS),
      true,
    );
    return found.map((one) => one.toPlainDateTime())
      .filter((start) => until(start, first));
  } catch {
    throw new RuleRefused("it repeats in a way that cannot be worked out");
  }
}

/** The rule without its end, which is an instant and not a time on the rule's clock. */
function checkedRule(property: ICAL.Property) {
  let rule: ICAL.Recur;
  try {
    const value = property.getFirstValue();
    if (!(value instanceof ICAL.Recur)) throw new Error("not a rule");
    rule = value.clone();
  } catch {
    throw new RuleRefused("its rule is broken");
  }
  const minutes = rule.getComponent("BYMINUTE").length;
  if (
    !FREQUENCIES.includes(rule.freq) || minutes > 4 ||
    rule.getComponent("BYSECOND").length > 1
  ) {
    throw new RuleRefused("it repeats more often than every hour");
  }
  const end = rule.until;
  rule.until = null;
  return { rule: String(rule), until: end ? endOf(end) : () => true };
}

function endOf(end: ICAL.Time) {
  const { year, month, day, hour, minute, second, isDate } = end;
  const last = isDate
    ? new Temporal.PlainDateTime(year, month, day, 23, 59, 59)
    : new Temporal.PlainDateTime(year, month, day, hour, minute, second);
  const isUtc = end.zone === ICAL.Timezone.utcTimezone;
  return (start: Temporal.PlainDateTime, { zone, allDay }: WallTime) =>
    isUtc && !allDay
      ? zone(start) <= last.toZonedDateTime("UTC").epochMilliseconds
      : Temporal.PlainDateTime.compare(start, last) <= 0;
}

/** Promises the times of a property that may hold several; of a period its start. */
function datesOf(
  event: ICAL.Component,
  name: "rdate" | "exdate",
  zones: Zones,
): WallTime[] {
  return event.getAllProperties(name).flatMap((property) =>
    property.getValues().flatMap((value) => {
      const time = value instanceof ICAL.Period ? value.start : value;
      return time instanceof ICAL.Time ? [zones.wallTime(time, property)] : [];
    })
  );
}

/** The time of a date that may be written on another clock than that of the event. */
function onClockOf(
  first: WallTime,
  { at, zone }: WallTime,
): Temporal.PlainDateTime {
  return zone === first.zone ? at : moved(zone(at), first);
}

/** What the event's own clock shows at the instant. */
function moved(
  instantMs: number,
  { at, zone }: WallTime,
): Temporal.PlainDateTime {
  const utc = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO("UTC")
      .toPlainDateTime();
  // The difference between the zone's clock and UTC, at the event's start first, then where that leads to.
  let shown = utc(instantMs + offsetOf(at, zone));
  shown = utc(instantMs + offsetOf(shown, zone));
  return zone(shown) === instantMs
    ? shown
    : utc(instantMs + offsetOf(shown, zone));
}

function offsetOf(at: Temporal.PlainDateTime, zone: WallTime["zone"]): number {
  return at.toZonedDateTime("UTC").epochMilliseconds - zone(at);
}
