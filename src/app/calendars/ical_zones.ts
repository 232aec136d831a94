/** The time zones that a calendar names, and the instants that its wall-clock times stand for. */
import ICAL from "ical.js";

/** A time as it stands in a calendar: what a clock shows, and which clock it is. */
export interface WallTime {
  at: Temporal.PlainDateTime;
  /** A day without a time. */
  allDay: boolean;
  zone: Zone;
}

/** Promises the instant, epoch milliseconds, at which a clock of the zone shows this. */
export type Zone = (at: Temporal.PlainDateTime) => number;

const MOST_OBSERVANCES = 100;
// What every program writes. Other rules make the library walk through the seconds of centuries.
const YEARLY_RULE =
  /^FREQ=YEARLY(?:;(?:BYMONTH=\d{1,2}|BYDAY=[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU)|INTERVAL=1|UNTIL=[\dTZ]+|WKST=[A-Z]{2}))*$/;

export class Zones {
  readonly #own: Zone;
  readonly #known = new Map<string, Zone>();
  readonly #described: Map<string, ICAL.Component>;
  /** Names of zones that nobody knows; times in them were read in the schedule's own. */
  readonly unknown = new Set<string>();

  /** `timeZone` is for all-day and floating times, and for zones that are not known. */
  constructor(timeZone: string, described: readonly ICAL.Component[]) {
    this.#own = ianaZone(timeZone);
    this.#described = new Map(
      described.map((zone) => [
        String(zone.getFirstPropertyValue("tzid") ?? ""),
        zone,
      ]),
    );
  }

  /** Promises the time of a property; throws for a date that there is not. */
  wallTime(time: ICAL.Time, property: ICAL.Property): WallTime {
    const { year, month, day, hour, minute, second, isDate } = time;
    const at = Temporal.PlainDateTime.from(
      // RFC 5545, section 3.3.12: second 60 is read as 59.
      { year, month, day, hour, minute, second: Math.min(second, 59) },
      { overflow: "reject" },
    );
    return { at, allDay: isDate, zone: this.#zoneOf(time, property) };
  }

  #zoneOf(time: ICAL.Time, property: ICAL.Property): Zone {
    if (time.isDate) return this.#own;
    if (time.zone === ICAL.Timezone.utcTimezone) return utc;
    const name = property.getFirstParameter("tzid");
    return name ? this.#named(name) : this.#own;
  }

  /**
   * A name of the IANA database means its zone, whatever a VTIMEZONE beside it says: those are cut short by many
   * programs. Others (as "W. Europe Standard Time") are read from their VTIMEZONE.
   */
  #named(name: string): Zone {
    const before = this.#known.get(name);
    if (before) return before;
    const described = this.#described.get(name);
    const zone = tryIana(name) ?? (described ? tryDescribed(described) : null);
    if (!zone) this.unknown.add(name.slice(0, 100));
    this.#known.set(name, zone ?? this.#own);
    return zone ?? this.#own;
  }
}

function utc(at: Temporal.PlainDateTime): number {
  return at.toZonedDateTime("UTC").epochMilliseconds;
}

/** RFC 5545, section 3.3.5: a time that the clock skips or shows twice is read as Temporal's `compatible` does. */
function ianaZone(timeZone: string): Zone {
  return (at) => at.toZonedDateTime(timeZone).epochMilliseconds;
}

function tryIana(name: string): Zone | null {
  // Some programs put a path before it: "/freeassociation.sourceforge.net/Europe/London".
  const bare = /[A-Za-z_+-]+(?:\/[A-Za-z0-9_+-]+){1,2}$/.exec(name)?.[0] ??
    name;
  for (const candidate of [name, bare, bare.replace(/^[^/]+\//, "")]) {
    if (!/^[A-Za-z]/.test(candidate)) continue;
    try {
      Temporal.PlainDateTime.from("2026-01-01").toZonedDateTime(candidate);
      return ianaZone(candidate);
    } catch {
      continue;
    }
  }
  return null;
}

function tryDescribed(component: ICAL.Component): Zone | null {
  const observances = component.getAllSubcomponents();
  const plain = observances.length > 0 &&
    observances.length <= MOST_OBSERVANCES && observances.every(isPlain);
  if (!plain) return null;
  try {
    const zone = new ICAL.Timezone(component);
    const zoned = (at: Temporal.PlainDateTime) => {
      const { year, month, day, hour, minute, second } = at;
      const data = { year, month, day, hour, minute, second, isDate: false };
      return utc(at) - zone.utcOffset(new ICAL.Time(data, zone)) * 1_000;
    };
    return Number.isFinite(zoned(Temporal.PlainDateTime.from("2026-01-01")))
      ? zoned
      : null;
  } catch {
    return null;
  }
}

/** Whether the library can be let loose on it. */
function isPlain(observance: ICAL.Component): boolean {
  const starts = observance.getFirstPropertyValue("dtstart");
  return starts instanceof ICAL.Time && starts.year >= 1600 &&
    observance.getAllProperties("rrule").every((rule) =>
      YEARLY_RULE.test(String(rule.getFirstValue()))
    );
}
