/** iCalendar as calendar programs take it (RFC 5545, RFC 7986; X-PUBLISHED-TTL of MS-OXCICAL). */
import ICAL from "ical.js";

export interface IcalEvent {
  /** The same for the same shift at every look. */
  uid: string;
  startsAtMs: number;
  /** Half open. */
  endsAtMs: number;
  summary: string;
  url: string;
}

export interface IcalCalendar {
  name: string;
  events: readonly IcalEvent[];
  /** When what it says became what it is. */
  changedAtMs: number;
}

/** How often a program is asked to look again; some do, Google comes a few times a day at its own will. */
const LOOK_EVERY = "PT1H";

// RFC 5545, section 3.1: 75 octets. The library counts the first line of a folded one right, and of the others all but
// the blank that they begin with.
ICAL.foldLength = 74;

/**
 * Promises the calendar as text: lines of at most 75 octets, ended by CRLF, instants in UTC, every event free time for
 * others to book. Text from outside cannot leave its property.
 */
export function writeIcal({ name, events, changedAtMs }: IcalCalendar): string {
  const calendar = new ICAL.Component("vcalendar");
  calendar.addPropertyWithValue("version", "2.0");
  calendar.addPropertyWithValue("prodid", "-//PagerPal//On call//EN");
  calendar.addPropertyWithValue("calscale", "GREGORIAN");
  calendar.addPropertyWithValue("method", "PUBLISH");
  calendar.addPropertyWithValue("name", escaped(name));
  calendar.addPropertyWithValue("x-wr-calname", escaped(name));
  const refresh = new ICAL.Property("refresh-interval");
  // RFC 7986, section 5.7: VALUE=DURATION must be written.
  refresh.resetType("duration");
  refresh.setValue(ICAL.Duration.fromString(LOOK_EVERY));
  calendar.addProperty(refresh);
  calendar.addPropertyWithValue("x-published-ttl", LOOK_EVERY);
  for (const event of events) {
    calendar.addSubcomponent(eventOf(event, changedAtMs));
  }
  return `${calendar.toString()}\r\n`;
}

function eventOf(
  { uid, startsAtMs, endsAtMs, summary, url }: IcalEvent,
  changedAtMs: number,
): ICAL.Component {
  const event = new ICAL.Component("vevent");
  event.addPropertyWithValue("uid", uid);
  event.addPropertyWithValue("dtstamp", utc(changedAtMs));
  event.addPropertyWithValue("last-modified", utc(changedAtMs));
  event.addPropertyWithValue("dtstart", utc(startsAtMs));
  event.addPropertyWithValue("dtend", utc(endsAtMs));
  event.addPropertyWithValue("summary", plain(summary));
  event.addPropertyWithValue("url", url);
  event.addPropertyWithValue("categories", "On call");
  event.addPropertyWithValue("status", "CONFIRMED");
  // A shift is no reason to be thought busy.
  event.addPropertyWithValue("transp", "TRANSPARENT");
  return event;
}

function utc(ms: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(ms), true);
}

/** One line of well-formed text. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim().toWellFormed();
}

/** RFC 5545, section 3.3.11. The library knows of the properties of that RFC alone that they are text. */
function escaped(text: string): string {
  return plain(text).replaceAll(/[\\;,]/g, "\\$&");
}
