import assert from "node:assert/strict";
import { eachInTurn, inSlices } from "../../src/app/in_slices.ts";

Deno.test("whatever comes up during a long computation is done before its next slice", async () => {
  const order: string[] = [];
  function* work(): Generator<void, string> {
    for (const slice of ["first", "second", "third"]) {
      order.push(slice);
      setTimeout(() => order.push(`what came up in the ${slice}`), 0);
      const atMs = performance.now();
      while (performance.now() < atMs + 5);
      yield;
    }
    return "done";
  }
  assert.equal(await inSlices(work()), "done");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(order, [
    "first",
    "what came up in the first",
    "second",
    "what came up in the second",
    "third",
    "what came up in the third",
  ]);
});

Deno.test("what is made of each comes in the order of the list, and other work in between", async () => {
  const order: number[] = [];
  let others = 0;
  const other = () => {
    others++;
    if (order.length < 3) setImmediate(other);
  };
  setImmediate(other);
  const made = await eachInTurn([1, 2, 3], (one) => {
    order.push(one);
    return one * 10;
  });
  assert.deepEqual(made, [10, 20, 30]);
  assert.deepEqual(order, [1, 2, 3]);
  assert.ok(others >= 2, `${others}`);
});
