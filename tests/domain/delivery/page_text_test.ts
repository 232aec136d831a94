import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  cutAtWord,
  isGsm7,
  septets,
  toGsm7,
} from "../../../src/domain/gsm7.ts";
import {
  durationText,
  smsText,
  whatsAppPlaceholders,
  whatsAppText,
} from "../../../src/domain/delivery/page_text.ts";
import { pageMessage, resolutionMessage } from "../../channels/message.ts";

/** Stands in for the real transliteration: what a library answers is not this file's business. */
const toAscii = (char: string) => char === "ł" ? "l" : "?";

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.constantFrom(
    "\u202Egnp.exe\u202C",
    "a\0b\r\nTo: x",
    "😀".repeat(300),
    "[{|}]".repeat(80),
    "\uD800",
    "",
    " \t ",
    "x".repeat(300),
  ),
);

const link = fc.string({
  unit: fc.constantFrom(..."abcXYZ0189-_"),
  minLength: 32,
  maxLength: 32,
}).map((token) => `https://pager.example.com/a/${token}`.slice(0, 60));

Deno.test("an SMS says severity, number, title, team, how to acknowledge and the link", () => {
  assert.equal(
    smsText(pageMessage(), toAscii),
    "Critical #1842: Checkout API: error rate above 20 % (Payments). " +
      "Acknowledge: https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg",
  );
});

Deno.test("an SMS that an incident is over says for how long it was open", () => {
  assert.equal(
    smsText(resolutionMessage(), toAscii),
    "Resolved #1842 after 27 min: Checkout API: error rate above 20 % (Payments). " +
      "Details: https://pager.example.com/incidents/1842",
  );
});

Deno.test("a test page says that it is one", () => {
  const text = smsText(pageMessage({ incident: { isTest: true } }), toAscii);
  assert.match(text, /^Test: Critical #1842: /);
});

Deno.test("a long title is cut at a word, and the team and the link stay whole", () => {
  const title = "Checkout API: error rate above 20 % for customers in the " +
    "European Union who pay by card in a currency other than their own";
  const text = smsText(pageMessage({ incident: { title } }), toAscii);
  assert.ok(septets(text) <= 160);
  assert.match(
    text,
    /for customers in the European\.\.\. \(Payments\)\. Acknowledge: https:\S+sLg$/,
  );
});

Deno.test("any SMS fits into 160 septets and holds the number and the link whole", () => {
  fc.assert(fc.property(
    hostile,
    hostile,
    link,
    fc.constantFrom("page", "resolution"),
    fc.nat({ max: 9_999_999 }),
    fc.boolean(),
    fc.nat({ max: 30 * 86_400_000 }),
    (title, teamName, url, kind, id, isTest, openMs) => {
      const incident = { id, title, teamName, isTest, openedAtMs: 0 };
      const text = kind === "page"
        ? smsText(pageMessage({ acknowledgeUrl: url, incident }), toAscii)
        : smsText(
          resolutionMessage({
            incidentUrl: url,
            incident: { ...incident, resolvedAtMs: openMs },
          }),
          toAscii,
        );
      assert.ok(septets(text) <= 160, text);
      assert.ok(isGsm7(text), text);
      assert.ok(text.includes(`#${id}`), text);
      assert.ok(text.endsWith(url), text);
    },
  ));
});

Deno.test("a link too long for one SMS goes over into a second part and is never broken", () => {
  const url = `https://pager.internal.some-company.example/a/${
    "k".repeat(100)
  }`;
  const title = "word ".repeat(60).trim();
  const message = pageMessage({ acknowledgeUrl: url, incident: { title } });
  const text = smsText(message, toAscii);
  assert.ok(text.endsWith(url));
  assert.ok(septets(text) > 160 && septets(text) <= 306, text);
});

Deno.test("a title of megabytes makes no longer messages", () => {
  const title = "disk full \u{1F525} ".repeat(200_000);
  const message = pageMessage({ incident: { title, teamName: title } });
  assert.ok(septets(smsText(message, toAscii)) <= 160);
  assert.ok(whatsAppText(message).length <= 1_500);
});

Deno.test("characters that the alphabet lacks are transliterated, its own are kept, and brackets count twice", () => {
  assert.equal(toGsm7("Ström für złoty: Ω", toAscii), "Ström für zloty: Ω");
  assert.equal(toGsm7("cafe\u0301 `x`", (char) => char), "café 'x'");
  assert.equal(septets("a[b]€"), 8);
});

Deno.test("a cut text fits its room and ends in three dots", () => {
  fc.assert(fc.property(
    fc.string({ unit: fc.constantFrom(..."ab {}€.,"), maxLength: 60 }),
    fc.integer({ min: 4, max: 40 }),
    (text, room) => {
      const cut = cutAtWord(text, room);
      assert.ok(septets(cut) <= room);
      assert.ok(cut === text || cut.endsWith("..."));
    },
  ));
  assert.equal(cutAtWord("disk is nearly full", 18), "disk is nearly...");
  assert.equal(cutAtWord("disk is nearly full", 17), "disk is nearly...");
  assert.equal(cutAtWord("disk is nearly full", 16), "disk is...");
});

Deno.test("a WhatsApp text names the incident, the team and the link on three lines", () => {
  assert.equal(
    whatsAppText(pageMessage()),
    "Critical #1842: Checkout API: error rate above 20 %\nTeam: Payments\n" +
      "Acknowledge: https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg",
  );
});

Deno.test("no WhatsApp placeholder is empty or holds a line break, a tab or two blanks in a row", () => {
  fc.assert(fc.property(hostile, hostile, (title, teamName) => {
    const message = pageMessage({ incident: { title, teamName } });
    for (const value of whatsAppPlaceholders(message)) {
      assert.notEqual(value.trim(), "");
      // deno-lint-ignore no-control-regex -- what must not be there
      assert.doesNotMatch(value, /[\u0000-\u001f\u2028\u202e]| {2}/);
    }
    assert.ok(whatsAppText(message).length <= 1_500);
  }));
});

Deno.test("a length of time is said in at most two units", () => {
  const minute = 60_000;
  const cases: [number, string][] = [
    [-5, "0 s"],
    [40_999, "40 s"],
    [27 * minute, "27 min"],
    [60 * minute, "1 h"],
    [125 * minute, "2 h 5 min"],
    [24 * 60 * minute, "1 d"],
    [27 * 60 * minute, "1 d 3 h"],
  ];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text);
});
