import assert from "node:assert/strict";
import type { Store } from "../../../src/ports/store.ts";
import { WriterQueue } from "../../../src/store/libsql/writer_queue.ts";
import { forEachStore } from "../../stores.ts";
import { NOW } from "../fixture.ts";

/** A queue that notes its groups and leaves each open until it is let go. */
function heldQueue() {
  const groups: string[][] = [];
  let letGo = Promise.withResolvers<void>();
  const queue = new WriterQueue<string>(async (works) => {
    groups.push([...works]);
    await letGo.promise;
    return works.map((value) => ({ status: "fulfilled", value }));
  });
  return {
    queue,
    groups,
    letGo() {
      letGo.resolve();
      letGo = Promise.withResolvers();
      letGo.resolve();
    },
  };
}

Deno.test("what is urgent goes next and by itself, before all that has waited for longer", async () => {
  const { queue, groups, letGo } = heldQueue();
  const settled: string[] = [];
  const add = (name: string, urgent = false) =>
    queue.run<string>(name, { urgent }).then((value) => {
      settled.push(value);
    });
  const all = [
    add("under way"),
    add("a"),
    add("b"),
    add("ack", true),
    add("c"),
  ];
  assert.deepEqual(groups, [["under way"]]);
  letGo();
  await Promise.all(all);
  assert.deepEqual(groups, [["under way"], ["ack"], ["a", "b", "c"]]);
  assert.deepEqual(settled, ["under way", "ack", "a", "b", "c"]);
});

Deno.test("however much is urgent, the others have their turns", async () => {
  const groups: string[][] = [];
  let left = 100;
  const queue: WriterQueue<string> = new WriterQueue(async (works) => {
    await Promise.resolve();
    groups.push([...works]);
    // As one is done the next one is there.
    if (works.includes("urgent") && left-- > 0) more();
    return works.map((value) => ({ status: "fulfilled", value }));
  });
  const more = () => void queue.run("urgent", { urgent: true });
  more();
  await queue.run("other");
  assert.ok(groups.length <= 3, `${groups.length} groups`);
  await queue.idle();
  assert.equal(left, -1);
});

forEachStore(
  "a person's word overtakes the writes of a flood",
  async (store: Store) => {
    if (store.dialect === "postgres") return;
    const done: string[] = [];
    const write = (name: string, urgent: boolean) =>
      store.transaction(
        (tx) => tx.teams.insert({ name, description: "" }, NOW),
        { urgent },
      ).then(() => {
        done.push(name);
      });
    const flood = Array.from({ length: 200 }, (_, n) => write(`${n}`, false));
    await Promise.all([...flood, write("urgent", true)]);
    assert.deepEqual(done.slice(0, 2), ["0", "urgent"]);
    assert.equal(done.length, 201);
  },
);
