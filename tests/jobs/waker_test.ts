import assert from "node:assert/strict";
import { createWaker, oneAtATime } from "../../src/jobs/waker.ts";

/** A waker whose work is counted; `worked` settles at the next piece of it. */
function watched(dueInMs: () => number | null) {
  const calls: string[] = [];
  let next = Promise.withResolvers<void>();
  const note = (call: string) => {
    calls.push(call);
    next.resolve();
    next = Promise.withResolvers();
  };
  const nextDueAtMs = () => {
    const inMs = dueInMs();
    return Promise.resolve(inMs === null ? null : Date.now() + inMs);
  };
  const work = (name: string, onKick: boolean) => ({
    ...{ name, onKick, nextDueAtMs },
    run: () => Promise.resolve(note(name)),
  });
  const waker = createWaker({
    clock: Date.now,
    works: [work("deliver", true), work("escalate", false)],
  });
  const until = async (call: string, count: number) => {
    while (calls.filter((one) => one === call).length < count) {
      await next.promise;
    }
  };
  return { waker, calls, until };
}

Deno.test("a waker at rest does nothing, before its start and after its stop", async () => {
  const { waker, calls, until } = watched(() => null);
  waker.kick();
  assert.deepEqual(calls, []);
  waker.start();
  await until("deliver", 1);
  waker.stop();
  const before = calls.length;
  waker.kick();
  assert.equal(calls.length, before);
});

Deno.test("a start looks for everything that fell due while nobody was there", async () => {
  const { waker, until } = watched(() => null);
  waker.start();
  await until("escalate", 1);
  await until("deliver", 1);
  waker.stop();
});

Deno.test("a kick delivers at once", () => {
  const { waker, calls } = watched(() => null);
  waker.start();
  calls.length = 0;
  waker.kick();
  assert.deepEqual(calls, ["deliver"]);
  waker.stop();
});

Deno.test("what falls due later is worked on when its time comes, again and again", async () => {
  const { waker, until } = watched(() => 5);
  waker.start();
  await until("escalate", 4);
  waker.stop();
});

Deno.test("a kick that makes something due sooner moves the timer forward", async () => {
  let dueInMs = 3_600_000;
  const { waker, until } = watched(() => dueInMs);
  waker.start();
  await until("escalate", 1);
  dueInMs = 5;
  waker.kick();
  await until("escalate", 2);
  waker.stop();
});

Deno.test("an error of the work stops neither the timer nor the next kick", async () => {
  let delivered = 0;
  const again = Promise.withResolvers<void>();
  const waker = createWaker({
    clock: Date.now,
    works: [{
      name: "deliver",
      onKick: true,
      run() {
        delivered++;
        if (delivered === 3) again.resolve();
        return Promise.reject(new Error("the database has gone"));
      },
      nextDueAtMs: () => Promise.resolve(Date.now() + 5),
    }],
  });
  waker.start();
  await again.promise;
  await waker.stop();
});

Deno.test("work that is overdue and cannot be done makes no other work late", async () => {
  const startedMs = Date.now();
  let blockedRuns = 0;
  let escalated = 0;
  const done = Promise.withResolvers<void>();
  const waker = createWaker({
    clock: Date.now,
    works: [{
      name: "notices",
      onKick: false,
      run: () => Promise.resolve(blockedRuns++),
      nextDueAtMs: () => Promise.resolve(startedMs),
    }, {
      name: "escalations",
      onKick: false,
      run() {
        escalated++;
        if (escalated === 40) done.resolve();
        return Promise.resolve();
      },
      nextDueAtMs: () => Promise.resolve(Date.now() + 1),
    }],
  });
  waker.start();
  await done.promise;
  await waker.stop();
  // The pauses of the overdue work grow; had they been everybody's, both would have run as often.
  assert.ok(blockedRuns < escalated / 2, `${blockedRuns} runs`);
});

Deno.test("one at a time: who asks meanwhile has it done once more, and no two runs overlap", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  let running = 0;
  const run = oneAtATime(async () => {
    assert.equal(++running, 1);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    running--;
  });
  const first = run();
  const second = run();
  const third = run();
  assert.equal(gates.length, 1);
  gates[0]?.reject(new Error("the database has gone"));
  running = 0;
  await assert.rejects(first, /has gone/);
  while (gates.length < 2) await Promise.resolve();
  gates[1]?.resolve();
  await Promise.all([second, third]);
  assert.equal(gates.length, 2);
  const fourth = run();
  assert.equal(gates.length, 3);
  gates[2]?.resolve();
  await fourth;
});

Deno.test("a look works on what is due now, and only then", async () => {
  let dueInMs: number | null = null;
  const { waker, calls, until } = watched(() => dueInMs);
  waker.start();
  await until("deliver", 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  calls.length = 0;
  waker.look();
  await Promise.resolve();
  assert.deepEqual(calls, [], "nothing is due");
  dueInMs = -1;
  waker.look();
  await until("escalate", 1);
  await until("deliver", 1);
  await waker.stop();
});

Deno.test("a look sees what another process made due later, and its time comes", async () => {
  let dueInMs: number | null = null;
  const { waker, calls, until } = watched(() => dueInMs);
  waker.start();
  await until("deliver", 1);
  calls.length = 0;
  dueInMs = 20;
  waker.look();
  await until("escalate", 1);
  await waker.stop();
});

Deno.test("a waker that stops waits for the work that has begun", async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let over = false;
  const waker = createWaker({
    clock: Date.now,
    works: [{
      name: "escalations",
      onKick: false,
      async run() {
        begun.resolve();
        await gate.promise;
        over = true;
      },
      nextDueAtMs: () => Promise.resolve(null),
    }],
  });
  waker.start();
  await begun.promise;
  const stopped = waker.stop();
  gate.resolve();
  await stopped;
  assert.equal(over, true);
});

Deno.test("work that falls due faster than it is done is gone on with at once, and work that is stuck is not", async () => {
  let overdueAtMs = Date.now() - 60_000;
  const done = Promise.withResolvers<void>();
  let runs = 0;
  let stuckRuns = 0;
  const waker = createWaker({
    clock: Date.now,
    works: [{
      name: "escalations",
      onKick: false,
      run() {
        overdueAtMs++;
        if (++runs === 30) done.resolve();
        return Promise.resolve();
      },
      nextDueAtMs: () => Promise.resolve(overdueAtMs),
    }, {
      name: "pages",
      onKick: false,
      run: () => Promise.resolve(stuckRuns++),
      nextDueAtMs: () => Promise.resolve(1),
    }],
  });
  waker.start();
  await done.promise;
  await waker.stop();
  assert.ok(stuckRuns < runs / 2, `${stuckRuns} runs`);
});
