import assert from "node:assert/strict";
import { type Deadline, Deadlines } from "../../src/http/deadlines.ts";

const LONG_MS = 10_000;

/** Settles when the time limit is over. */
function over(deadlines: Deadlines, withinMs: number): Promise<Deadline> {
  return new Promise((late) => {
    const deadline = deadlines.start(withinMs, () => late(deadline));
  });
}

Deno.test("a time limit that is over is told, though a longer one was there before and a shorter one was met", async () => {
  const deadlines = new Deadlines();
  const never = () => assert.fail("it was met, or has time");
  const long = deadlines.start(LONG_MS, never);
  deadlines.meet(deadlines.start(1, never));
  const ended = await over(deadlines, 2);
  assert.ok(ended.isOver);
  assert.ok(!long.isOver);
  deadlines.meet(long);
});

Deno.test("of two that wait, the later one is told too", async () => {
  const deadlines = new Deadlines();
  const told: string[] = [];
  await Promise.all([
    over(deadlines, 5).then(() => told.push("later")),
    over(deadlines, 1).then(() => told.push("sooner")),
  ]);
  assert.deepEqual(told, ["sooner", "later"]);
});
