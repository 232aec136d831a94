import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { cleanLine, cleanText } from "../../src/domain/text.ts";

Deno.test("controls, bidirectional overrides and lone surrogates vanish; line breaks stay", () => {
  assert.equal(cleanText("a\u0000b\u202Ec\u001B[31m\nd", 100), "abc[31m\nd");
  assert.equal(cleanText("x\uD800y", 100), "x\uFFFDy");
});

Deno.test("a line has no breaks and no runs of white space", () => {
  assert.equal(cleanLine("  one\r\n two\t\tthree ", 100), "one two three");
  assert.equal(
    cleanLine("four\tfive\u00A0six \n seven", 100),
    "four five six seven",
  );
});

Deno.test("a megabyte is cut, and an emoji at the cut is not torn", () => {
  assert.equal(cleanText("x".repeat(1_000_000), 300).length, 300);
  assert.equal(cleanText("ab😀😀", 4), "ab…");
  assert.equal(cleanText("ab😀😀", 5), "ab😀…");
});

Deno.test("property: the result is clean, well formed, within the limit, and cleaning it again changes nothing", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 60 }), (raw, limit) => {
      for (const clean of [cleanText, cleanLine]) {
        const once = clean(raw, limit);
        assert.ok(once.length <= limit);
        assert.ok(once.isWellFormed());
        assert.doesNotMatch(
          once,
          /(?![\t\n\r])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u,
        );
        assert.equal(clean(once, limit), once);
      }
    }),
    { numRuns: 2_000 },
  );
});
