import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  type CalendarEvent,
  matchEvents,
  type NamedPerson,
  type Person,
} from "../../../src/domain/calendars/calendar.ts";

const HOUR_MS = 3_600_000;
const MAYA = person(1, "Maya Okafor");
const IDRIS = person(2, "Idris Ó Súilleabháin");
const PEOPLE = [MAYA, IDRIS];

function person(id: number, name: string): Person {
  return { id, name, email: `${name.split(" ")[0]}@Example.com` };
}

function event(
  summary: string,
  { emails = [], at = 0 }: { emails?: string[]; at?: number } = {},
): CalendarEvent {
  const startsAtMs = at * HOUR_MS;
  return { startsAtMs, endsAtMs: startsAtMs + HOUR_MS, summary, emails };
}

/** Whom one event with this title puts on call. */
function who(
  summary: string,
  { people = PEOPLE, named = [], emails = [] }: {
    people?: Person[];
    named?: NamedPerson[];
    emails?: string[];
  } = {},
): number[] {
  const { windows } = matchEvents([event(summary, { emails })], {
    people,
    named,
  });
  return windows.map(({ responderId }) => responderId);
}

Deno.test("a name or an address in the title names its person, whatever the case, the blanks and the words beside it", () => {
  for (
    const title of [
      "Maya Okafor",
      "on call: MAYA  okafor (primary)",
      "[Maya\u00A0Okafor]",
      "Ｍaya Okafor",
      "shift of maya@example.com, call first",
    ]
  ) assert.deepEqual(who(title), [1], title);
  assert.deepEqual(
    who("Idris O\u0301 Su\u0301illeabha\u0301in / MAYA OKAFOR"),
    [
      1,
      2,
    ],
  );
});

Deno.test("a part of a word, a part of a name and an empty title name nobody", () => {
  const people = [person(1, "Sam"), person(2, "Li"), person(3, "É")];
  for (
    const title of ["Samantha", "Elisam", "Sam1", "Lisbon", "", "é", "李Li明"]
  ) assert.deepEqual(who(title, { people }), [], title);
  assert.deepEqual(who("Maya", { people: [MAYA] }), []);
  assert.deepEqual(who("𠮷Sam", { people }), [], "a letter of two units");
});

Deno.test("a longer name takes its place from a shorter one, and leaves the rest of the title to it", () => {
  const people = [person(1, "Maya"), person(2, "Maya Okafor")];
  assert.deepEqual(who("Maya Okafor", { people }), [2]);
  assert.deepEqual(who("Maya and Maya Okafor", { people }), [1, 2]);
  assert.deepEqual(who("Maya Okaforova", { people }), [1]);
});

Deno.test("a name that two people have names neither, and an address still names one of them", () => {
  const people = [person(1, "Sam Jones"), {
    ...person(2, "Sam Jones"),
    email: "second@example.com",
  }];
  assert.deepEqual(who("Sam Jones", { people }), []);
  assert.deepEqual(who("Sam Jones, second@example.com", { people }), [2]);
});

Deno.test("an admin's word goes before an attendee's address, and an address before the title", () => {
  const emails = ["MAYA@example.com", "stranger@example.com"];
  const named = [{ text: "idris ó súilleabháin", responderId: 2 }];
  assert.deepEqual(who("Idris Ó Súilleabháin", { emails }), [1]);
  assert.deepEqual(who("Idris Ó Súilleabháin", { emails, named }), [2]);
  const strangers = ["stranger@example.com"];
  assert.deepEqual(who("Maya Okafor", { emails: strangers }), [1]);
});

Deno.test("an admin's word is about the whole title; of somebody who is gone it counts for nothing", () => {
  const named = [{ text: "Team lead", responderId: 1 }];
  assert.deepEqual(who("TEAM  lead", { named }), [1]);
  assert.deepEqual(who("Team lead of the week", { named }), []);
  const gone = [{ text: "Maya Okafor", responderId: 99 }];
  assert.deepEqual(who("Maya Okafor", { named: gone }), [1]);
});

Deno.test("what stands for nobody on purpose puts nobody on call and is not asked about again", () => {
  const found = matchEvents(
    [event("Bank holiday"), event("Maya Okafor"), event("Robin")],
    { people: PEOPLE, named: [{ text: "bank holiday", responderId: null }] },
  );
  assert.deepEqual(found.counts, { matched: 1, ignored: 1, unknown: 1 });
  assert.deepEqual(found.unknown, {
    first: [{ text: "Robin", events: 1 }],
    more: 0,
  });
  assert.equal(found.windows.length, 1);
});

Deno.test("each name is told with what it was understood by, the most frequent first", () => {
  const emails = ["idris@example.com"];
  const found = matchEvents([
    event("Shift", { emails }),
    event("Shift", { emails, at: 1 }),
    event("Shift", { emails, at: 2 }),
    event("Maya Okafor", { at: 3 }),
    event("Maya Okafor", { at: 4 }),
    event("Lead", { at: 5 }),
  ], { people: PEOPLE, named: [{ text: "Lead", responderId: 1 }] });
  assert.deepEqual(found.names, {
    more: 0,
    first: [
      { text: "idris@example.com", by: "email", responderIds: [2], events: 3 },
      { text: "Maya Okafor", by: "name", responderIds: [1], events: 2 },
      { text: "Lead", by: "mapping", responderIds: [1], events: 1 },
    ],
  });
});

Deno.test("an event without a title goes by the first address in it", () => {
  const found = matchEvents(
    [event(" \n", { emails: ["a@example.com"] }), event("")],
    { people: PEOPLE, named: [] },
  );
  assert.deepEqual(found.unknown.first.map(({ text }) => text), [
    "",
    "a@example.com",
  ]);
});

Deno.test("the same shift twice is one, shifts come in order, and beyond 10,000 they are cut", () => {
  const twice = [event("Maya Okafor", { at: 1 }), event("Maya Okafor")];
  const found = matchEvents([...twice, ...twice], {
    people: PEOPLE,
    named: [],
  });
  assert.deepEqual(found.windows.map(({ startsAtMs }) => startsAtMs), [
    0,
    HOUR_MS,
  ]);
  assert.equal(found.cutAtMs, null);
  const many = Array.from(
    { length: 10_001 },
    (_, at) => event("Maya Okafor", { at }),
  );
  const cut = matchEvents(many, { people: PEOPLE, named: [] });
  assert.equal(cut.windows.length, 10_000);
  assert.equal(cut.cutAtMs, 10_000 * HOUR_MS);
});

Deno.test("of many names the hundred most frequent are kept and the others counted, in events too", () => {
  const events = Array.from(
    { length: 300 },
    (_, n) => event(`Stranger ${Math.trunc(n / 2)}`, { at: n }),
  );
  const { unknown, counts } = matchEvents(events, {
    people: PEOPLE,
    named: [],
  });
  assert.equal(unknown.first.length, 100);
  assert.equal(unknown.more, 50);
  assert.equal(counts.unknown, 300);
});

Deno.test("every event is matched, ignored or unknown, and who is named by it has a shift of its length", () => {
  const title = fc.constantFrom("Maya Okafor", "Lead", "Off", "Robin", "");
  fc.assert(fc.property(
    fc.array(fc.record({
      summary: title,
      at: fc.nat(50),
      email: fc.constantFrom("maya@example.com", "robin@example.com", ""),
    })),
    (given) => {
      const events = given.map(({ summary, at, email }) =>
        event(summary, { at, emails: email === "" ? [] : [email] })
      );
      const { counts, windows, names, unknown } = matchEvents(events, {
        people: PEOPLE,
        named: [
          { text: "Lead", responderId: 2 },
          { text: "Off", responderId: null },
        ],
      });
      const { matched, ignored } = counts;
      assert.equal(matched + ignored + counts.unknown, events.length);
      const told = [...names.first, ...unknown.first]
        .reduce((sum, { events }) => sum + events, 0);
      assert.equal(told, events.length);
      for (const { startsAtMs, endsAtMs } of windows) {
        assert.ok(
          events.some((one) =>
            one.startsAtMs === startsAtMs && one.endsAtMs === endsAtMs
          ),
        );
      }
    },
  ));
});

Deno.test("a person is found among ten thousand whose names begin alike or not", () => {
  const people = Array.from(
    { length: 10_000 },
    (_, id) => person(id + 1, `Name${id} Family${id % 7}`),
  );
  assert.deepEqual(who("cover: Name4711 Family0", { people }), [4712]);
  assert.deepEqual(who("Name4711 Family1", { people }), []);
});
