import assert from "node:assert/strict";
import { type AlertDraft, finishAlert } from "../../src/sources/alert_draft.ts";

function finish(patch: Partial<AlertDraft>) {
  return finishAlert({
    kind: "firing",
    externalId: "a",
    titles: ["T"],
    descriptions: [],
    severity: "error",
    startsAtMs: null,
    links: [],
    labels: {},
    isTest: false,
    remarks: [],
    payload: {},
    ...patch,
  });
}

Deno.test("the first title with something to say is taken", () => {
  const late = " ".repeat(5_000) + "late";
  assert.equal(finish({ titles: ["\n ", late] }).title, "late");
  assert.equal(
    finish({ titles: [null, {}, "\u0000", 7, "b"] }).title,
    "7",
  );
  assert.equal(finish({ titles: [] }).title, "Untitled alert");
});

Deno.test("descriptions are joined, each said once, the blank ones left out", () => {
  const descriptions = ["a\nb", "", null, "c", "a\nb"];
  assert.equal(finish({ descriptions }).description, "a\nb\n\nc");
  const long = finish({ descriptions: ["x".repeat(20_000), "y"] });
  assert.equal(long.description.length, 10_000);
});

Deno.test("labels are kept in order of name, up to 64, the first of two alike", () => {
  const labels = Object.fromEntries(
    Array.from(
      { length: 100 },
      (_, n) => [`l${String(99 - n).padStart(2, "0")}`, n],
    ),
  );
  const names = Object.keys(finish({ labels }).labels);
  assert.equal(names.length, 64);
  assert.deepEqual([names[0], names[63]], ["l00", "l63"]);
  assert.deepEqual(finish({ labels: { "a\u0000": 2, a: 1 } }).labels, {
    a: "1",
  });
  const proto = JSON.parse('{"__proto__":"x"}');
  assert.equal(
    JSON.stringify(finish({ labels: proto }).labels),
    '{"__proto__":"x"}',
  );
});

Deno.test("the payload is the sender's JSON or text, cut to 64 KiB", () => {
  assert.equal(finish({ payload: { a: [1, "ü"] } }).payload, '{"a":[1,"ü"]}');
  assert.equal(finish({ payload: "a\n\u0007b" }).payload, "a\nb");
  const huge = finish({ payload: { a: "x".repeat(200_000) } }).payload;
  assert.equal(huge.length, 65_536);
  assert.ok(huge.startsWith('{"a":"xxx'));
});

Deno.test("remarks are one line, the empty ones left out", () => {
  assert.equal(finish({ remarks: ["a.", "", "b\nc."] }).remark, "a. b c.");
});
