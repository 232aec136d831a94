/** The text of an iCalendar cut where its components begin and end (RFC 5545, section 3.6), so that each is read alone. */

export const LINE_END = "\r\n";

/** Each as it stands in the text, from its BEGIN to its END. */
export interface IcalPieces {
  events: string[];
  zones: string[];
  /** Events that begin and do not end. */
  broken: number;
  /** Whether every calendar that begins also ends: one that was cut off on its way is not whole. */
  whole: boolean;
}

// A line that is folded goes on with a blank, so that no text of an event looks like one of these.
const EDGE =
  /(?:^|\n)(BEGIN|END):(VCALENDAR|VEVENT|VTIMEZONE)[ \t]*\r?(?=\n|$)/gi;

/** Promises the pieces, in time that grows with the length of the text and no faster. */
export function splitIcal(text: string): IcalPieces {
  const pieces: IcalPieces = { events: [], zones: [], broken: 0, whole: false };
  let open: { name: string; at: number } | null = null;
  let calendars = 0;
  const close = () => {
    if (open?.name === "VEVENT") pieces.broken++;
    open = null;
  };
  for (const edge of text.matchAll(EDGE)) {
    const begins = edge[1]?.toUpperCase() === "BEGIN";
    const name = edge[2]?.toUpperCase() ?? "";
    if (name === "VCALENDAR") {
      close();
      calendars += begins ? 1 : -1;
      pieces.whole = !begins && calendars === 0;
    } else if (begins) {
      close();
      open = { name, at: edge.index };
    } else if (open?.name === name) {
      const list = name === "VEVENT" ? pieces.events : pieces.zones;
      list.push(text.slice(open.at, edge.index + edge[0].length).trim());
      open = null;
    }
  }
  return pieces;
}

/** Promises the pieces in their order, as many together as have at most so many characters with a line end after each. */
export function* groupsOf(
  pieces: readonly string[],
  most: number,
): Generator<string[]> {
  let group: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    const more = piece.length + LINE_END.length;
    if (group.length > 0 && length + more > most) {
      yield group;
      group = [];
      length = 0;
    }
    group.push(piece);
    length += more;
  }
  if (group.length > 0) yield group;
}
