import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import nodeIcal from "npm:node-ical@0.27.2";
import {
  type IcalEvent,
  writeIcal,
} from "../../src/app/calendars/write_ical.ts";

const START_MS = Date.UTC(2026, 2, 1);
const CHANGED_MS = Date.UTC(2026, 1, 3, 4, 5, 6);

function event(changes: Partial<IcalEvent> = {}): IcalEvent {
  return {
    uid: "shift-1@pager.example.com",
    startsAtMs: START_MS,
    endsAtMs: START_MS + 3_600_000,
    summary: "Maya on call",
    url: "https://pager.example.com/schedules/1",
    ...changes,
  };
}

function written(events: readonly IcalEvent[], name = "On call"): string {
  return writeIcal({ name, events, changedAtMs: CHANGED_MS });
}

/** The lines as RFC 5545, section 3.1 has them, whole again. */
function unfolded(text: string): string[] {
  return text.replaceAll("\r\n ", "").split("\r\n");
}

/** Section 3.3.11, read back. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([\\;,nN])/g, (_, c) => /n/i.test(c) ? "\n" : c);
}

const piece = fc.oneof(
  fc.constantFrom(
    "\r\n",
    "\n",
    ";",
    ",",
    "\\",
    "\\n",
    ":",
    '"',
    "BEGIN:VEVENT",
  ),
  fc.constantFrom(
    "👩‍🚒",
    "é",
    "日本",
    "\u2028",
    "\u0000",
    "\u202e",
    " ",
    "\ud800",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const hostile = fc.array(piece, { maxLength: 12 }).map((all) => all.join(""));
const someEvent = fc.record({
  startsAtMs: fc.integer({ min: 0, max: 2_000_000 }).map((n) =>
    START_MS + n * 1_000
  ),
  seconds: fc.integer({ min: 1, max: 1_000_000 }),
  summary: hostile,
});

Deno.test("whatever the names hold, each line keeps the rules of iCalendar and nothing leaves its property", () => {
  fc.assert(fc.property(
    fc.array(someEvent, { maxLength: 8 }),
    hostile,
    (some, name) => {
      const events = some.map(({ startsAtMs, seconds, summary }, index) =>
        event({
          uid: `shift-${index}@x`,
          startsAtMs,
          endsAtMs: startsAtMs + seconds * 1_000,
          summary,
        })
      );
      const text = written(events, name);
      assert.ok(text.endsWith("END:VCALENDAR\r\n"));
      assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\p{Cc}]/u);
      const octets = text.split("\r\n").map((line) =>
        new TextEncoder().encode(line).length
      );
      assert.ok(Math.max(...octets) <= 75, `${Math.max(...octets)} octets`);
      // A character that a fold has cut would not survive this.
      assert.equal(text.isWellFormed(), true);
      const lines = unfolded(text);
      assert.equal(lines.length, 8 + 2 + 12 * events.length + 1);
      const plain = (value: string) =>
        value.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim().toWellFormed();
      const shown = lines.filter((line) => line.startsWith("SUMMARY:"))
        .map((line) => unescaped(line.slice("SUMMARY:".length)));
      assert.deepEqual(shown, events.map(({ summary }) => plain(summary)));
      const named = lines.filter((line) => /^(X-WR-CAL)?NAME:/.test(line))
        .map((line) => unescaped(line.slice(line.indexOf(":") + 1)));
      assert.deepEqual(named, [plain(name), plain(name)]);
    },
  ));
});

Deno.test("another program reads the same events at the same instants", () => {
  fc.assert(fc.property(fc.array(someEvent, { maxLength: 8 }), (some) => {
    const events = some.map(({ startsAtMs, seconds, summary }, index) =>
      event({
        uid: `shift-${index}@x`,
        startsAtMs,
        endsAtMs: startsAtMs + seconds * 1_000,
        summary,
      })
    );
    const read = Object.values(nodeIcal.sync.parseICS(written(events)))
      .flatMap((one) => one?.type === "VEVENT" ? [one] : []);
    assert.deepEqual(
      read.map(({ uid, start, end }) => [uid, Number(start), Number(end)]),
      events.map((one) => [one.uid, one.startsAtMs, one.endsAtMs]),
    );
  }));
});

Deno.test("a calendar says when to look again, and that shifts make nobody busy", () => {
  const lines = unfolded(written([event()]));
  for (
    const line of [
      "VERSION:2.0",
      "METHOD:PUBLISH",
      "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
      "X-PUBLISHED-TTL:PT1H",
      "DTSTAMP:20260203T040506Z",
      "DTSTART:20260301T000000Z",
      "DTEND:20260301T010000Z",
      "TRANSP:TRANSPARENT",
    ]
  ) assert.ok(lines.includes(line), line);
  assert.doesNotMatch(lines.join("\n"), /VALARM|RRULE|TZID/);
});

Deno.test("a calendar without events is one all the same", () => {
  const text = written([]);
  assert.match(text, /^BEGIN:VCALENDAR\r\n/);
  const read = Object.values(nodeIcal.sync.parseICS(text));
  assert.ok(
    !read.some((one) => typeof one === "object" && one?.type === "VEVENT"),
  );
});
