import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  inFewChunks,
  inFewLengths,
} from "../../../src/store/statements/id_list.ts";

Deno.test("a list of any length has the same values and one of few lengths", () => {
  const lists = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 500 });
  fc.assert(fc.property(lists, (ids) => {
    const list = inFewLengths(ids);
    assert.deepEqual(new Set(list), new Set(ids));
    if (ids.length > 0) assert.equal(Math.log2(list.length) % 1, 0);
    assert.ok(list.length < 2 * Math.max(1, new Set(ids).size));
  }));
  assert.deepEqual(inFewLengths([]), []);
  assert.deepEqual(inFewLengths([7]), [7]);
});

Deno.test("rows come in lists of few lengths, each once and in their order", () => {
  const rows = Array.from({ length: 45 }, (_, n) => n);
  const lists = inFewChunks(rows, 32);
  assert.deepEqual(lists.map(({ length }) => length), [32, 8, 4, 1]);
  assert.deepEqual(lists.flat(), rows);
  assert.deepEqual(inFewChunks(rows, 8).map(({ length }) => length), [
    ...[8, 8, 8, 8, 8, 4, 1],
  ]);
  assert.deepEqual(inFewChunks([], 8), []);
});
