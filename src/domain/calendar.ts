/** Calendars that are kept elsewhere: which responder each of their events stands for. */
import type { CalendarWindow } from "./schedule.ts";
import type { Stretch } from "./weekly_windows.ts";

/** One occurrence of an event, as it was read. */
export interface CalendarEvent extends Stretch {
  summary: string;
  /** E-mail addresses of attendees who have not declined. */
  emails: readonly string[];
}

/** Somebody whom events may name. */
export interface Person {
  id: number;
  name: string;
  email: string;
}

/** An admin's word that events with this text stand for this responder. */
export interface NamedPerson {
  text: string;
  responderId: number;
}

/** A text of events that names nobody here; empty where the events have none. */
export interface UnknownName {
  text: string;
  events: number;
}

export interface MatchedEvents {
  /** By start, then end, then responder; none twice. */
  windows: CalendarWindow[];
  /** The most frequent first, at most 100. */
  unknown: UnknownName[];
}

const LONGEST_TEXT = 200;
const MOST_UNKNOWN = 100;
const SHORTEST_NAME = 2;

/**
 * Promises who the events put on call when. What an admin has said of the text counts first, then the e-mail addresses
 * of attendees, then the responders whose name or address stands in the text, as in "On Call - Maya Okafor"; a name
 * that two responders share names neither. Events that name nobody leave a gap and are listed.
 */
export function matchEvents(
  events: readonly CalendarEvent[],
  { people, named }: {
    people: readonly Person[];
    named: readonly NamedPerson[];
  },
): MatchedEvents {
  const whoIs = matcher(people, named);
  const windows = new Map<string, CalendarWindow>();
  const unknown = new Map<string, number>();
  for (const event of events) {
    const ids = whoIs(event);
    if (ids.length === 0) {
      const text = textOf(event);
      unknown.set(text, (unknown.get(text) ?? 0) + 1);
    }
    const { startsAtMs, endsAtMs } = event;
    for (const responderId of ids) {
      const window = { responderId, startsAtMs, endsAtMs };
      windows.set(Object.values(window).join(), window);
    }
  }
  return {
    windows: [...windows.values()].sort((a, b) =>
      a.startsAtMs - b.startsAtMs || a.endsAtMs - b.endsAtMs ||
      a.responderId - b.responderId
    ),
    unknown: [...unknown].map(([text, events]) => ({ text, events }))
      .sort((a, b) => b.events - a.events || (a.text < b.text ? -1 : 1))
      .slice(0, MOST_UNKNOWN),
  };
}

/** Promises the text that an event is listed under: its summary, else the first address in it, at most 200 characters. */
export function textOf(
  { summary, emails }: Pick<CalendarEvent, "summary" | "emails">,
): string {
  const bare = summary.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return (bare === "" ? emails[0] ?? "" : bare).slice(0, LONGEST_TEXT)
    .toWellFormed();
}

function matcher(
  people: readonly Person[],
  named: readonly NamedPerson[],
): (event: CalendarEvent) => number[] {
  const here = new Set(people.map(({ id }) => id));
  const said = new Map(
    named.filter(({ responderId }) => here.has(responderId))
      .map(({ text, responderId }) => [folded(text), responderId]),
  );
  const byEmail = new Map(people.map(({ id, email }) => [folded(email), id]));
  const names = wordsOf(people);
  const known = new Map<string, number[]>();
  return (event) => {
    const text = folded(textOf(event));
    const told = said.get(text);
    if (told !== undefined) return [told];
    const invited = event.emails.flatMap((email) =>
      byEmail.get(folded(email)) ?? []
    );
    if (invited.length > 0) return [...new Set(invited)];
    const before = known.get(text);
    if (before) return before;
    const found = namedIn(text, names);
    known.set(text, found);
    return found;
  };
}

/** What each responder is called, the longest first; `id` is null where two are called so. */
function wordsOf(
  people: readonly Person[],
): { word: string; id: number | null }[] {
  const words = new Map<string, number | null>();
  for (const { id, name, email } of people) {
    for (const word of [folded(name), folded(email)]) {
      if (word.length < SHORTEST_NAME) continue;
      const other = words.get(word);
      words.set(word, other === undefined || other === id ? id : null);
    }
  }
  return [...words].map(([word, id]) => ({ word, id }))
    .sort((a, b) => b.word.length - a.word.length);
}

/** A longer name takes its place in the text: "Maya Okafor" is not also "Maya". */
function namedIn(
  text: string,
  names: readonly { word: string; id: number | null }[],
): number[] {
  let rest = text;
  const ids = new Set<number>();
  for (const { word, id } of names) {
    for (
      let at = rest.indexOf(word);
      at >= 0;
      at = rest.indexOf(word, at + 1)
    ) {
      if (!standsAlone(rest, at, word.length)) continue;
      rest = rest.slice(0, at) + "\0".repeat(word.length) +
        rest.slice(at + word.length);
      if (id !== null) ids.add(id);
    }
  }
  return [...ids].sort((a, b) => a - b);
}

function standsAlone(text: string, at: number, length: number): boolean {
  const before = text.slice(Math.max(0, at - 1), at);
  const after = text.slice(at + length, at + length + 1);
  return !/[\p{L}\p{N}]/u.test(before + after);
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}
