import assert from "node:assert/strict";
import { Together } from "../../src/app/together.ts";

/** Groups that are run one by one, each when the test lets it end. */
function gated(most: number) {
  const groups: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const together = new Together<number, string>({
    most,
    async run(items) {
      groups.push([...items]);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return items.map((item) => `did ${item}`);
    },
  });
  const gate = async (index: number) => {
    while (gates.length <= index) await new Promise((go) => setTimeout(go));
    const found = gates[index];
    assert.ok(found);
    return found;
  };
  return { together, groups, gate };
}

Deno.test("who comes alone goes alone, without a wait for others", async () => {
  const { together, groups, gate } = gated(10);
  const one = together.add(1);
  (await gate(0)).resolve();
  assert.equal(await one, "did 1");
  assert.deepEqual(groups, [[1]]);
});

Deno.test("what comes in one turn of the event loop goes together", async () => {
  const { together, groups, gate } = gated(10);
  const results = [together.add(1)];
  await Promise.resolve();
  results.push(together.add(2));
  (await gate(0)).resolve();
  await Promise.all(results);
  assert.deepEqual(groups, [[1, 2]]);
});

Deno.test("what comes while a group is under way goes in the next ones, none larger than allowed, in order", async () => {
  const { together, groups, gate } = gated(3);
  const results = [together.add(1)];
  const first = await gate(0);
  results.push(...[2, 3, 4, 5].map((n) => together.add(n)));
  assert.equal(together.waiting, 4);
  first.resolve();
  (await gate(1)).resolve();
  (await gate(2)).resolve();
  assert.deepEqual(await Promise.all(results), [
    ...["did 1", "did 2", "did 3", "did 4", "did 5"],
  ]);
  assert.deepEqual(groups, [[1], [2, 3, 4], [5]]);
  assert.equal(together.waiting, 0);
});

Deno.test("an error is everybody's of its group and nobody else's", async () => {
  const { together, gate } = gated(3);
  const results = [1, 2, 3, 4, 5].map((n) => together.add(n));
  const outcomes = Promise.allSettled(results);
  (await gate(0)).reject(new Error("the disk is full"));
  (await gate(1)).resolve();
  assert.deepEqual((await outcomes).map(({ status }) => status), [
    ...["rejected", "rejected", "rejected", "fulfilled", "fulfilled"],
  ]);
});

Deno.test("one of a group may end later than the others, and fail by itself", async () => {
  const late = Promise.withResolvers<string>();
  const together = new Together<number, string>({
    most: 9,
    run: (items) =>
      Promise.resolve(items.map((n) => n === 2 ? late.promise : `did ${n}`)),
  });
  const results = [1, 2, 3].map((n) => together.add(n));
  assert.equal(await results[2], "did 3");
  late.reject(new Error("refused"));
  await assert.rejects(results[1] ?? Promise.resolve(), /refused/);
  assert.equal(await results[0], "did 1");
});
