/** A calendar in iCalendar (RFC 5545), read into the occurrences of its events. Nothing that it links to is fetched. */
import ICAL from "ical.js";
import type { CalendarEvent } from "../../domain/calendars/calendar.ts";
import { type Range, RuleRefused, startsOf } from "./ical_recurrence.ts";
import { type WallTime, Zones } from "./ical_zones.ts";
import { componentsIn, LONGEST_PIECE, piecesOf } from "./parse_ical.ts";
import { groupsOf, type IcalPieces, LINE_END } from "./split_ical.ts";
import { Turns } from "./turns.ts";

const MOST_RECURRING = 500;
const MOST_OCCURRENCES = 10_000;
const MOST_REMARKS = 20;
const MOST_ATTENDEES = 50;
const MOST_ZONES = 50;
const OCCURRENCES_AT_ONCE = 50;
/** What a rule costs beside a single event, see `Turns`: up to fifty milliseconds. */
const RULE_UNITS = 100;
/** What parsing a group costs, likewise: up to ten milliseconds. */
const TEXT_UNITS = 100;
const DAY_MS = 86_400_000;
/** A longer event is no shift. */
const LONGEST_EVENT_MS = 400 * DAY_MS;

export type ReadCalendar =
  | {
    ok: true;
    /** By start. */
    events: CalendarEvent[];
    /** Sentences about what was left out. */
    remarks: string[];
  }
  /** A sentence for whoever gave the calendar. */
  | { ok: false; message: string };

/**
 * Promises the occurrences that overlap the range, at most 10,000. All-day and floating times are in `timeZone`. What
 * cannot be understood of one event is a remark and costs the others nothing; recurring events are worked out in the
 * range only, with limits on the work, which is done in slices.
 */
export async function readIcal(
  text: string,
  { timeZone, ...range }: Range & { timeZone: string },
): Promise<ReadCalendar> {
  const pieces = piecesOf(text);
  if (typeof pieces === "string") return { ok: false, message: pieces };
  const zones = new Zones(
    timeZone,
    pieces.zones.slice(0, MOST_ZONES)
      .flatMap((one) => componentsIn(one, "vtimezone") ?? []),
  );
  const reader = new Reader(zones, range);
  await reader.read(pieces);
  return { ok: true, ...reader.outcome() };
}

class Reader {
  readonly #zones: Zones;
  readonly #range: Range;
  readonly #events: CalendarEvent[] = [];
  readonly #remarks = new Map<string, number>();
  readonly #turns = new Turns();
  #rules = 0;

  constructor(zones: Zones, range: Range) {
    this.#zones = zones;
    this.#range = range;
  }

  async read({ events, broken }: IcalPieces): Promise<void> {
    this.#remark("left out, because it does not end", broken);
    const components = await this.#parsed(events);
    const replaced = await this.#replacements(components);
    for (const component of components) {
      if (this.#events.length >= 2 * MOST_OCCURRENCES) break;
      await this.#turns.take();
      if (component.hasProperty("rrule")) {
        if (++this.#rules > MOST_RECURRING) {
          this.#remark("left out, because there are more than 500 that repeat");
          continue;
        }
        await this.#turns.take(RULE_UNITS);
      }
      await this.#one(component, replaced);
    }
  }

  /** The library gives up a whole text for one bad line: then each event of the group is parsed alone. */
  async #parsed(events: readonly string[]): Promise<ICAL.Component[]> {
    const all: ICAL.Component[] = [];
    for (const group of groupsOf(events, LONGEST_PIECE)) {
      const together = componentsIn(group.join(LINE_END), "vevent");
      all.push(...together ?? group.flatMap((one) => this.#alone(one)));
      await this.#turns.take(TEXT_UNITS);
    }
    return all;
  }

  #alone(event: string): ICAL.Component[] {
    if (event.length > LONGEST_PIECE) {
      this.#remark("left out, because its text is longer than 64 KiB");
      return [];
    }
    const parsed = componentsIn(event, "vevent");
    if (!parsed) {
      this.#remark("left out, because a line of it is not iCalendar");
    }
    return parsed ?? [];
  }

  outcome(): { events: CalendarEvent[]; remarks: string[] } {
    const events = this.#events.sort((a, b) => a.startsAtMs - b.startsAtMs);
    const remarks = [...this.#remarks].slice(0, MOST_REMARKS).map((
      [words, count],
    ) => `${count} ${count === 1 ? "event is" : "events are"} ${words}.`);
    for (const name of [...this.#zones.unknown].slice(0, 5)) {
      remarks.push(
        `The time zone “${name}” is not known: its times are read in the zone of the schedule.`,
      );
    }
    const cut = events[MOST_OCCURRENCES];
    if (cut) {
      const day = new Date(cut.startsAtMs).toISOString().slice(0, 10);
      remarks.push(
        `Cut at 10,000 occurrences: what begins after ${day} is not read.`,
      );
    }
    return { events: events.slice(0, MOST_OCCURRENCES), remarks };
  }

  /** By UID, the instants of instances that an event of their own stands for (RFC 5545, section 3.8.4.4). */
  async #replacements(components: readonly ICAL.Component[]) {
    const replaced = new Map<string, Set<number>>();
    for (const component of components) {
      try {
        const id = this.#time(component, "recurrence-id");
        if (!id) continue;
        const uid = uidOf(component);
        const instants = replaced.get(uid) ?? new Set();
        replaced.set(uid, instants.add(id.zone(id.at)));
        await this.#turns.take();
      } catch {
        // It is told of where the event itself is read.
      }
    }
    return replaced;
  }

  async #one(
    component: ICAL.Component,
    replaced: ReadonlyMap<string, ReadonlySet<number>>,
  ): Promise<void> {
    try {
      const status = component.getFirstPropertyValue("status");
      if (String(status).toUpperCase() === "CANCELLED") return;
      const starts = this.#time(component, "dtstart");
      if (!starts) {
        return this.#remark("left out, because it has no start");
      }
      const end = this.#end(component, starts);
      const mine = component.hasProperty("recurrence-id")
        ? new Set<number>()
        : replaced.get(uidOf(component)) ?? new Set<number>();
      await this.#instances(component, { starts, end, replaced: mine });
    } catch (error) {
      this.#remark(
        error instanceof RuleRefused
          ? `left out, because ${error.message}`
          : "left out, because a time in it cannot be read",
      );
    }
  }

  async #instances(
    component: ICAL.Component,
    { starts, end, replaced }: {
      starts: WallTime;
      end: (at: Temporal.PlainDateTime) => number;
      replaced: ReadonlySet<number>;
    },
  ): Promise<void> {
    const { fromMs, toMs } = this.#range;
    const startMs = starts.zone(starts.at);
    const reachMs = end(starts.at) - startMs;
    if (reachMs <= 0) return this.#remark("left out, because it has no length");
    if (reachMs > LONGEST_EVENT_MS) {
      return this.#remark("left out, because it is longer than 400 days");
    }
    const repeats = !component.hasProperty("recurrence-id");
    const all = repeats
      ? startsOf(component, starts, {
        zones: this.#zones,
        range: this.#range,
        reachMs,
      })
      : [starts.at];
    const what = {
      summary: textOf(component, "summary"),
      emails: emailsOf(component),
    };
    for (const [index, at] of all.entries()) {
      if ((index + 1) % OCCURRENCES_AT_ONCE === 0) {
        await this.#turns.take(OCCURRENCES_AT_ONCE);
      }
      const startsAtMs = starts.zone(at);
      const endsAtMs = end(at);
      if (replaced.has(startsAtMs)) continue;
      if (endsAtMs <= fromMs || startsAtMs >= toMs) continue;
      if (endsAtMs <= startsAtMs) continue;
      this.#events.push({ startsAtMs, endsAtMs, ...what });
    }
  }

  /**
   * Promises what makes the end of an instance from its start. RFC 5545 counts the seconds from DTSTART to DTEND for all
   * instances; where both are times of one clock, the clock's hours are counted instead, as calendar programs do: a
   * week from nine to nine ends at nine when the clocks change.
   */
  #end(
    component: ICAL.Component,
    starts: WallTime,
  ): (at: Temporal.PlainDateTime) => number {
    const ends = this.#time(component, "dtend");
    if (ends && (ends.zone === starts.zone || ends.allDay)) {
      const length = starts.at.until(ends.at, { largestUnit: "days" });
      return (at) => starts.zone(at.add(length));
    }
    if (ends) {
      const lengthMs = ends.zone(ends.at) - starts.zone(starts.at);
      return (at) => starts.zone(at) + lengthMs;
    }
    const given = component.getFirstPropertyValue("duration");
    if (given instanceof ICAL.Duration) {
      const { weeks, days, hours, minutes, seconds, isNegative } = given;
      if (isNegative) return (at) => starts.zone(at);
      const exactMs = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
      // Section 3.3.6: days are those of the clock, hours are exact.
      return (at) => starts.zone(at.add({ weeks, days })) + exactMs;
    }
    return (at) => starts.zone(starts.allDay ? at.add({ days: 1 }) : at);
  }

  #time(component: ICAL.Component, name: string): WallTime | null {
    const property = component.getFirstProperty(name);
    if (!property) return null;
    const value = property.getFirstValue();
    if (!(value instanceof ICAL.Time)) throw new Error("not a time");
    return this.#zones.wallTime(value, property);
  }

  #remark(words: string, count = 1): void {
    if (count === 0) return;
    this.#remarks.set(words, (this.#remarks.get(words) ?? 0) + count);
  }
}

function uidOf(component: ICAL.Component): string {
  return textOf(component, "uid");
}

function textOf(component: ICAL.Component, name: string): string {
  const value = component.getFirstPropertyValue(name);
  return typeof value === "string" ? value.slice(0, 1_000) : "";
}

function emailsOf(component: ICAL.Component): string[] {
  return component.getAllProperties("attendee").slice(0, MOST_ATTENDEES)
    .filter((one) => one.getFirstParameter("partstat") !== "DECLINED")
    .flatMap((one) => {
      const address = one.getFirstParameter("email") ??
        String(one.getFirstValue());
      const email = address.replace(/^mailto:/i, "").trim();
      return email.includes("@") ? [email.slice(0, 254)] : [];
    });
}
