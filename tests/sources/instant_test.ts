import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { readInstant, readInstantOrEpoch } from "../../src/sources/instant.ts";
import { NOW_MS } from "./fixture.ts";

const HOUR_MS = 3_600_000;
const AT = Date.UTC(2026, 2, 2, 7, 14, 20, 123);

Deno.test("RFC 3339 is read with any offset and to the nanosecond", () => {
  const texts = [
    "2026-03-02T07:14:20.123Z",
    "2026-03-02T07:14:20.123456789Z",
    "2026-03-02T08:14:20.123+01:00",
    "2026-03-02T07:14:20.123+0000",
    "2026-03-02T02:44:20.123-0430",
    "2026-03-02t07:14:20.123z",
    "2026-03-02 07:14:20.123Z",
    " 2026-03-02T07:14:20.123Z ",
  ];
  for (const text of texts) {
    assert.deepEqual(
      readInstant(text, NOW_MS),
      { ms: AT, problem: null },
      text,
    );
  }
});

Deno.test("nothing, year 1 and the epoch mean that there is no start", () => {
  const none = [
    undefined,
    null,
    "",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00-12:00",
    "1970-01-01T00:00:00Z",
  ];
  for (const value of none) {
    assert.deepEqual(readInstant(value, NOW_MS), { ms: null, problem: null });
  }
});

Deno.test("what cannot be a start is named as a problem", () => {
  const cases: [unknown, RegExp][] = [
    ["0000-01-01T00:00:00Z", /before 1970/],
    ["9999-12-31T23:59:59Z", /future/],
    ["+275760-09-13T00:00:00Z", /future/],
    ["+999999-01-01T00:00:00Z", /not a time/],
    ["2026-02-30T00:00:00Z", /not a time/],
    ["2026-03-02T07:14:20", /not a time/],
    ["yesterday", /“yesterday” is not a time/],
    ["x".repeat(100_000), /not a time/],
    [{}, /not a time/],
    [5, /not a time/],
  ];
  for (const [value, problem] of cases) {
    const read = readInstant(value, NOW_MS);
    assert.equal(read.ms, null);
    assert.match(read.problem ?? "", problem);
    assert.ok((read.problem ?? "").length < 120);
  }
});

Deno.test("a clock that is ahead by less than a day is believed", () => {
  const at = (ms: number) => readInstant(new Date(ms).toISOString(), NOW_MS).ms;
  assert.equal(at(NOW_MS + 24 * HOUR_MS), NOW_MS + 24 * HOUR_MS);
  assert.equal(at(NOW_MS + 24 * HOUR_MS + 1), null);
});

Deno.test("every instant since 1970 survives being written and read, also as a number", () => {
  const instants = fc.integer({ min: 1, max: NOW_MS });
  fc.assert(fc.property(instants, (ms) => {
    assert.equal(readInstant(new Date(ms).toISOString(), NOW_MS).ms, ms);
    const seconds = Math.floor(ms / 1000);
    if (seconds > 0) {
      assert.equal(readInstantOrEpoch(seconds, NOW_MS).ms, seconds * 1000);
    }
    if (ms >= 1e11) assert.equal(readInstantOrEpoch(ms, NOW_MS).ms, ms);
  }));
});

Deno.test("numbers that are no instant are problems", () => {
  for (const value of [-1, 1e15, 1e300, "99999999999999"]) {
    const read = readInstantOrEpoch(value, NOW_MS);
    assert.equal(read.ms, null);
    assert.notEqual(read.problem, null);
  }
});
