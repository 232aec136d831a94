import { deepEqual, equal } from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import fc from "npm:fast-check@4.10.2";
import { createFlatLine } from "../../src/logging/flat_line.ts";
import { createMask, LONGEST_TEXT } from "../../src/logging/mask.ts";

const SECRET = 'p&ss "w\\rd§';
const mask = createMask([SECRET, "12345678"]);
const flatLine = createFlatLine({ mask, traceId: () => null });

function recordOf(
  properties: Record<string, unknown>,
  message: unknown[] = ["It happened"],
): LogRecord {
  return {
    category: ["pagerpal", "http"],
    level: "info",
    message,
    rawMessage: "It happened",
    timestamp: 0,
    properties,
  };
}

Deno.test("a record of plain values is a line at once", () => {
  const line = flatLine(recordOf({
    request_id: "a-1",
    method: "POST",
    level: "mine",
    status: 201,
    principal: null,
    shed: false,
  }, ["", "POST", " ", 201]));
  deepEqual(JSON.parse(line ?? ""), {
    time: "1970-01-01T00:00:00.000Z",
    level: "info",
    logger: "pagerpal.http",
    message: "POST 201",
    request_id: "a-1",
    method: "POST",
    level_: "mine",
    status: 201,
    principal: null,
    shed: false,
  });
});

Deno.test("what has to be masked, escaped, cut or walked through is left to the long way", () => {
  const left: Record<string, unknown>[] = [
    { text: `a${SECRET}b` },
    { text: JSON.stringify({ a: SECRET }) },
    { text: encodeURIComponent(SECRET) },
    { [SECRET]: 1 },
    { number: 12345678 },
    { password: "x" },
    { url: "postgres://pagerpal:hunter2@db/x" },
    { text: "x".repeat(LONGEST_TEXT) },
    { text: "\ud800" },
    { text: 'says "no"' },
    { number: NaN },
    { big: 1n },
    { nothing: undefined },
    { list: [] },
    { error: new Error("x") },
    JSON.parse('{"__proto__":{"a":1}}'),
  ];
  for (const properties of left) equal(flatLine(recordOf(properties)), null);
  equal(flatLine(recordOf({}, ["got ", { password: "x" }])), null);
  equal(flatLine(recordOf({}, ["got ", SECRET])), null);
});

Deno.test("a line that is made at once holds every value as the mask leaves it", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(SECRET, "12345678", "Bearer hunter2hunter2", "token=a"),
  );
  const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (properties) => {
      const line = flatLine(recordOf(properties));
      if (line === null) return;
      const values = Object.values(JSON.parse(line));
      for (const one of Object.values(properties)) {
        const shown = typeof one === "string" ? mask(one) : one;
        equal(values.includes(shown), true);
      }
      equal(mask(line), line);
    }),
  );
});
