import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { calendarOf, FROM_MS, read, times, timesOf, TO_MS } from "./ical.ts";

const SAMPLES = new URL("../samples/ical/", import.meta.url);
const DAY_MS = 86_400_000;

function sample(name: string): string {
  return Deno.readTextFileSync(new URL(name, SAMPLES));
}

Deno.test("a week from nine to nine stays so when the clocks change, in the zone that it names", async () => {
  const shown = await timesOf([
    "DTSTART;TZID=Europe/London:20260316T090000",
    "DTEND;TZID=Europe/London:20260323T090000",
    "RRULE:FREQ=WEEKLY;COUNT=3",
  ]);
  assert.deepEqual(shown, [
    "2026-03-16T09:00/2026-03-23T09:00",
    "2026-03-23T09:00/2026-03-30T08:00",
    "2026-03-30T08:00/2026-04-06T08:00",
  ]);
});

Deno.test("a clock that changes by half an hour is followed", async () => {
  const shown = await timesOf([
    "DTSTART;TZID=Australia/Lord_Howe:20260330T090000",
    "DURATION:P1W",
    "RRULE:FREQ=WEEKLY;UNTIL=20260413T000000Z",
  ]);
  // From +11:00 to +10:30 on 5 April 2026.
  assert.deepEqual(shown, [
    "2026-03-29T22:00/2026-04-05T22:30",
    "2026-04-05T22:30/2026-04-12T22:30",
    "2026-04-12T22:30/2026-04-19T22:30",
  ]);
});

Deno.test("an exception, an extra date and an instance that was moved are each followed", async () => {
  const uid = "UID:weekly@example.com";
  const calendar = await read(calendarOf([
    [
      uid,
      "DTSTART;TZID=Europe/Berlin:20260302T090000",
      "DTEND;TZID=Europe/Berlin:20260302T170000",
      "RRULE:FREQ=DAILY;COUNT=5",
      "EXDATE;TZID=Europe/Berlin:20260303T090000",
      // The same, as a program in UTC writes it.
      "EXDATE:20260305T080000Z",
      "RDATE;TZID=Europe/Berlin:20260310T120000",
      "SUMMARY:Maya",
    ],
    [
      uid,
      "RECURRENCE-ID;TZID=Europe/Berlin:20260304T090000",
      "DTSTART;TZID=Europe/Berlin:20260304T110000",
      "DTEND;TZID=Europe/Berlin:20260304T190000",
      "SUMMARY:Frank",
    ],
  ]));
  assert.ok(calendar.ok);
  assert.deepEqual(calendar.remarks, []);
  assert.deepEqual(
    calendar.events.map((event) => [event.summary, times(event)]),
    [
      ["Maya", "2026-03-02T08:00/2026-03-02T16:00"],
      ["Frank", "2026-03-04T10:00/2026-03-04T18:00"],
      ["Maya", "2026-03-06T08:00/2026-03-06T16:00"],
      ["Maya", "2026-03-10T11:00/2026-03-10T19:00"],
    ],
  );
});

Deno.test("an instance that was cancelled leaves a gap, a cancelled event is not there", async () => {
  const calendar = await read(calendarOf([
    [
      "UID:a",
      "DTSTART:20260302T090000Z",
      "DURATION:PT1H",
      "RRULE:FREQ=DAILY;COUNT=2",
    ],
    [
      "UID:a",
      "RECURRENCE-ID:20260303T090000Z",
      "DTSTART:20260303T090000Z",
      "DURATION:PT1H",
      "STATUS:CANCELLED",
    ],
    ["UID:b", "DTSTART:20260302T090000Z", "DURATION:PT1H", "STATUS:CANCELLED"],
  ]));
  assert.ok(calendar.ok);
  assert.deepEqual(calendar.events.map(times), [
    "2026-03-02T09:00/2026-03-02T10:00",
  ]);
});

Deno.test("whole days and floating times are in the zone of the schedule", async () => {
  const timeZone = "America/New_York";
  assert.deepEqual(
    await timesOf(["DTSTART;VALUE=DATE:20260308"], { timeZone }),
    // A day of 23 hours.
    ["2026-03-08T05:00/2026-03-09T04:00"],
  );
  assert.deepEqual(
    await timesOf(
      ["DTSTART;VALUE=DATE:20260306", "DTEND;VALUE=DATE:20260309"],
      { timeZone },
    ),
    ["2026-03-06T05:00/2026-03-09T04:00"],
  );
  assert.deepEqual(
    await timesOf(["DTSTART:20260701T090000", "DTEND:20260701T170000"], {
      timeZone,
    }),
    ["2026-07-01T13:00/2026-07-01T21:00"],
  );
});

Deno.test("days are counted on the clock and hours exactly", async () => {
  const starts = "DTSTART;TZID=Europe/London:20260328T090000";
  assert.deepEqual(await timesOf([starts, "DURATION:P1D"]), [
    "2026-03-28T09:00/2026-03-29T08:00",
  ]);
  assert.deepEqual(await timesOf([starts, "DURATION:PT24H"]), [
    "2026-03-28T09:00/2026-03-29T09:00",
  ]);
});

Deno.test("a zone that only its VTIMEZONE describes is read from it", async () => {
  const calendar = sample("tzid-with-vtimezone.ics")
    .replaceAll("Europe/Berlin", "W. Europe Standard Time")
    .replace("SUMMARY", "RRULE:FREQ=WEEKLY;COUNT=5\r\nSUMMARY");
  const shown = await read(calendar);
  assert.ok(shown.ok);
  assert.deepEqual(shown.remarks, []);
  assert.deepEqual(shown.events.map(times).slice(3), [
    "2026-03-23T08:00/2026-03-30T07:00",
    "2026-03-30T07:00/2026-04-06T07:00",
  ]);
});

Deno.test("a zone that nobody knows is read in the schedule's, and told of", async () => {
  const shown = await read(
    calendarOf([["DTSTART;TZID=Moon/Base:20260302T090000", "DURATION:PT1H"]]),
    { timeZone: "Europe/Berlin" },
  );
  assert.ok(shown.ok);
  assert.deepEqual(shown.events.map(times), [
    "2026-03-02T08:00/2026-03-02T09:00",
  ]);
  assert.match(shown.remarks.join(), /“Moon\/Base” is not known/);
});

Deno.test("the sample of a feed is read, and an empty one", async () => {
  const shown = await read(sample("feed-utc-across-dst.ics"));
  assert.ok(shown.ok);
  assert.deepEqual(
    shown.events.map((event) => [event.summary, times(event)]),
    [
      [
        "On call: Frank (Platform, primary)",
        "2026-03-27T17:00/2026-03-30T07:00",
      ],
      [
        "On call: Ida (Platform, primary, override)",
        "2026-03-30T07:00/2026-04-03T16:00",
      ],
    ],
  );
  assert.deepEqual(await read(sample("empty-feed.ics")), {
    ok: true,
    events: [],
    remarks: [],
  });
});

Deno.test("an event that cannot be read costs the others nothing", async () => {
  const good = ["DTSTART:20260302T090000Z", "DURATION:PT1H"];
  const shown = await read(calendarOf([
    good,
    ["DTSTART:yesterday", "DURATION:PT1H"],
    ["SUMMARY:no start"],
    ["DTSTART:20260302T090000Z"],
    [...good, "RRULE:FREQ=DAILY;BYHOUR=25"],
    [...good, "RRULE:FREQ=SECONDLY"],
    [...good, "RRULE:FREQ=DAILY;BYMINUTE=1,2,3,4,5,6"],
    ["DTSTART:20200302T090000Z", "DTEND:20300302T090000Z"],
    [...good, "RRULE:nonsense"],
  ]));
  assert.ok(shown.ok);
  assert.deepEqual(shown.events.map(times), [
    "2026-03-02T09:00/2026-03-02T10:00",
  ]);
  assert.equal(
    shown.remarks.reduce((sum, one) => sum + Number(one.split(" ")[0]), 0),
    8,
    shown.remarks.join("\n"),
  );
});

Deno.test("a rule that never ends is followed within the range only", async () => {
  const lines = ["DTSTART:19900302T090000Z", "DURATION:PT1H"];
  assert.equal(
    (await timesOf([...lines, "RRULE:FREQ=DAILY"])).length,
    365,
  );
  assert.equal(
    (await timesOf([...lines, "RRULE:FREQ=DAILY;COUNT=1000000"])).length,
    365,
  );
  const hourly = await read(calendarOf(
    Array.from({ length: 3 }, () => [...lines, "RRULE:FREQ=HOURLY"]),
  ));
  assert.ok(hourly.ok);
  assert.equal(hourly.events.length, 10_000);
  assert.match(hourly.remarks.join(), /Cut at 10,000 occurrences/);
});

Deno.test("rules that never match, or walk through all time, come to an end", async () => {
  const rules = [
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=99",
    "FREQ=MONTHLY;INTERVAL=100000000",
    "FREQ=DAILY;INTERVAL=2000000000",
    "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=1",
    "FREQ=HOURLY;BYHOUR=1;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30;COUNT=9",
  ];
  for (const year of ["0001", "1970", "2026"]) {
    const shown = await read(calendarOf(
      Array.from({ length: 20 }, () => rules).flat().map((rule) => [
        `DTSTART:${year}0105T090000Z`,
        "DURATION:PT1H",
        `RRULE:${rule}`,
      ]),
    ));
    assert.ok(shown.ok);
    assert.ok(shown.events.length < 100, `${shown.events.length}`);
  }
});

Deno.test("a zone whose rules would walk through the seconds of centuries is not followed", async () => {
  const zone = (rule: string) => [
    "BEGIN:VTIMEZONE",
    "TZID:Custom",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    `RRULE:${rule}`,
    "END:STANDARD",
    "END:VTIMEZONE",
  ];
  for (const rule of ["FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"]) {
    const shown = await timesOf([
      "DTSTART;TZID=Custom:20260302T090000",
      "DURATION:PT1H",
    ], { before: zone(rule) });
    assert.deepEqual(shown, ["2026-03-02T09:00/2026-03-02T10:00"]);
  }
});

Deno.test("what is no calendar, is damaged or too large is refused with a sentence", async () => {
  const refused = async (text: string, words: RegExp) => {
    const shown = await read(text);
    assert.ok(!shown.ok, text.slice(0, 100));
    assert.match(shown.message, words);
  };
  await refused("", /does not begin with BEGIN:VCALENDAR/);
  await refused("<!doctype html>", /does not begin with BEGIN:VCALENDAR/);
  await refused("BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", /damaged/);
  await refused("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", /damaged/);
  const large = "X".repeat(10 * 1024 * 1024);
  await refused(
    `BEGIN:VCALENDAR\r\nX-A:${large}\r\nEND:VCALENDAR`,
    /larger than 2 MB/,
  );
  await refused(
    `BEGIN:VCALENDAR\r\n${
      "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(10_001)
    }END:VCALENDAR\r\n`,
    /10,000 events/,
  );
});

Deno.test("an event that does not end, or is too long to be parsed at once, costs the others nothing", async () => {
  const good = calendarOf([["DTSTART:20260302T090000Z", "DURATION:PT1H"]]);
  const shown = await read(good.replace(
    "BEGIN:VEVENT",
    [
      "BEGIN:VEVENT",
      "SUMMARY:cut off",
      "BEGIN:VEVENT",
      "DTSTART:20260302T090000Z",
      // Each parameter costs the parser as much as all of those before it.
      `SUMMARY${";A=b".repeat(100_000)}:x`,
      "END:VEVENT",
      "BEGIN:VEVENT",
    ].join("\r\n"),
  ));
  assert.ok(shown.ok);
  assert.equal(shown.events.length, 1);
  assert.deepEqual(shown.remarks, [
    "1 event is left out, because it does not end.",
    "1 event is left out, because its text is longer than 64 KiB.",
  ]);
});

Deno.test("a calendar that was cut off on its way is refused, however much of it came", async () => {
  const whole = calendarOf([
    ["DTSTART:20260302T090000Z", "DURATION:PT1H"],
    ["DTSTART:20260303T090000Z", "DURATION:PT1H"],
  ]);
  for (const [end] of whole.matchAll(/(?:BEGIN|END):\w+/g)) {
    const at = whole.lastIndexOf(end);
    const shown = await read(whole.slice(0, at));
    assert.ok(!shown.ok, end);
  }
  assert.ok((await read(whole.trimEnd())).ok);
});

Deno.test("what looks like an edge in a title, or stands after another kind of line's end, is none", async () => {
  const shown = await read(calendarOf([[
    "DTSTART:20260302T090000Z",
    "DURATION:PT1H",
    "SUMMARY:a\u2028END:VEVENT",
    " \r\n END:VCALENDAR",
  ]]));
  assert.ok(shown.ok);
  assert.equal(shown.events.length, 1);
  assert.match(shown.events[0]?.summary ?? "", /END:VCALENDAR$/);
});

Deno.test("while a long calendar is read, other work has its turn again and again", async () => {
  const events = Array.from({ length: 2_000 }, (_, n) => [
    "DTSTART;TZID=Europe/London:20260302T090000",
    "DURATION:PT1H",
    `SUMMARY:${n}`,
  ]);
  const rules = Array.from({ length: 50 }, (_, n) => [
    "DTSTART:20260302T090000Z",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY",
    `SUMMARY:${n}`,
  ]);
  let turns = 0;
  const timer = setInterval(() => turns++);
  const shown = await read(calendarOf([...events, ...rules]));
  clearInterval(timer);
  assert.ok(shown.ok);
  assert.ok(shown.events.length === 10_000, `${shown.events.length}`);
  assert.ok(turns > 50, `${turns}`);
});

Deno.test("nesting without end does not overflow the stack", async () => {
  const deep = 30_000;
  const shown = await read(
    "BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n".repeat(deep) +
      "END:X\r\n".repeat(deep) + "END:VCALENDAR\r\n",
  );
  assert.ok(typeof shown.ok === "boolean");
});

Deno.test("several calendars in one file are read as one", async () => {
  const one = calendarOf([["DTSTART:20260302T090000Z", "DURATION:PT1H"]]);
  const shown = await read(one + one.replace("0302", "0402"));
  assert.ok(shown.ok);
  assert.equal(shown.events.length, 2);
});

Deno.test("attendees are known by their address, but for those who declined", async () => {
  const shown = await read(calendarOf([[
    "DTSTART:20260302T090000Z",
    "DURATION:PT1H",
    "ORGANIZER:mailto:boss@example.com",
    "ATTENDEE;CN=Maya:MAILTO:maya@example.com",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:no@example.com",
    "ATTENDEE;EMAIL=ida@example.com:urn:uuid:1",
  ]]));
  assert.ok(shown.ok);
  assert.deepEqual(shown.events[0]?.emails, [
    "maya@example.com",
    "ida@example.com",
  ]);
});

Deno.test("a daily rule on any clock gives what adding days on that clock gives", async () => {
  const zone = fc.constantFrom(
    "Europe/London",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
  );
  await fc.assert(fc.asyncProperty(
    zone,
    fc.integer({ min: 0, max: 364 }),
    fc.integer({ min: 0, max: 1_439 }),
    fc.integer({ min: 1, max: 9 }),
    async (timeZone, day, minute, interval) => {
      const first = new Temporal.PlainDateTime(2026, 1, 1)
        .add({ days: day, minutes: minute });
      const digits = String(first).replace(/[-:]/g, "").padEnd(15, "0");
      const shown = await timesOf([
        `DTSTART;TZID=${timeZone}:${digits}`,
        "DURATION:PT8H",
        `RRULE:FREQ=DAILY;INTERVAL=${interval}`,
      ]);
      const wanted = [];
      for (let step = 0; step < 400; step++) {
        const at = first.add({ days: step * interval })
          .toZonedDateTime(timeZone).epochMilliseconds;
        if (at + DAY_MS / 3 > FROM_MS && at < TO_MS) {
          wanted.push(new Date(at).toISOString().slice(0, 16));
        }
      }
      assert.deepEqual(shown.map((one) => one.split("/")[0]), wanted);
    },
  ));
});
