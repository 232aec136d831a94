import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { boundedId, idFromLabels } from "../../src/sources/external_id.ts";

const texts = fc.oneof(
  fc.string({ unit: "binary", size: "large" }),
  fc.string({ minLength: 250, maxLength: 400 }),
  fc.constantFrom("", " ", "a", " a", "a ", "a\u0000", "\ud800", "\ud801"),
);

Deno.test("an id that is clean and short stays as it is", () => {
  for (const id of ["a", "db-1/disk", "é🔥", "x".repeat(255)]) {
    assert.equal(boundedId(id), id);
  }
});

Deno.test("a long id keeps its beginning and ends in a hash", () => {
  assert.match(boundedId("x".repeat(256)), /^x{179}…#[0-9a-f]{64}$/);
});

Deno.test("an id is bounded, clean, never empty, and no two become one", () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const [a, b] = [boundedId(one), boundedId(other)];
      assert.ok(a.length >= 1 && a.length <= 255);
      assert.ok(a.isWellFormed() && !/\p{Cc}/u.test(a));
      assert.equal(a === b, one === other);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("labels that differ only in where a name ends have different ids", () => {
  assert.notEqual(idFromLabels({ ab: "c" }), idFromLabels({ a: "bc" }));
  assert.notEqual(
    idFromLabels({ a: "b", c: "d" }),
    idFromLabels({ a: "b,c:d" }),
  );
  assert.equal(idFromLabels({}), null);
  assert.equal(idFromLabels({ a: null, b: {} }), null);
});
