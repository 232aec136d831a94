import assert from "node:assert/strict";
import { WriterLock } from "../../../src/store/libsql/writer_lock.ts";

class Busy extends Error {
  readonly code = "SQLITE_BUSY";
}

/** A lock of the database that others hold while `isHeld`; counts the attempts. */
function tried(patienceMs: number) {
  const state = { isHeld: true, attempts: 0 };
  const lock = new WriterLock({ patienceMs, dataVersion: undefined });
  const write = () =>
    lock.whenFree(() => {
      state.attempts++;
      return state.isHeld
        ? Promise.reject(new Busy("locked"))
        : Promise.resolve("written");
    });
  return { state, write };
}

Deno.test("a write waits for a lock that is given back", async () => {
  const { state, write } = tried(60_000);
  const writing = write();
  while (state.attempts < 3) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  state.isHeld = false;
  assert.equal(await writing, "written");
});

Deno.test("those that come after one that waited in vain are refused at their first try, and have the lock once it is free", async () => {
  const { state, write } = tried(50);
  await assert.rejects(write(), Busy);
  assert.ok(state.attempts > 1);
  for (let each = 0; each < 5; each++) {
    state.attempts = 0;
    await assert.rejects(write(), Busy);
    assert.equal(state.attempts, 1);
  }
  state.isHeld = false;
  assert.equal(await write(), "written");
  state.isHeld = true;
  state.attempts = 0;
  await assert.rejects(write(), Busy);
  assert.ok(state.attempts > 1, "a lock that was free meanwhile is waited for");
});

Deno.test("an error that is not about the lock is not tried again", async () => {
  const lock = new WriterLock({ patienceMs: 1_000, dataVersion: undefined });
  let attempts = 0;
  const failing = lock.whenFree(() => {
    attempts++;
    return Promise.reject(new Error("A bug."));
  });
  await assert.rejects(failing, /A bug/);
  assert.equal(attempts, 1);
});

Deno.test("a process that is not alone rests after its turn, and one that is alone never does", async () => {
  for (const shared of [true, false]) {
    let version = 0;
    const lock = new WriterLock({
      patienceMs: 1_000,
      dataVersion: () => Promise.resolve(shared ? version++ : version),
    });
    let turns = 0;
    // A timer fires while the lock rests, and never between two writes that follow at once.
    let fired = 0;
    const timers = setInterval(() => fired++, 1);
    const spend = (ms: number) => {
      const endMs = performance.now() + ms;
      while (performance.now() < endMs);
      turns++;
      return Promise.resolve();
    };
    // The first looks tell that there are others.
    for (let each = 0; each < 20; each++) {
      await lock.whenFree(() => spend(20));
    }
    clearInterval(timers);
    assert.equal(turns, 20);
    if (shared) assert.ok(fired > 0);
    else assert.equal(fired, 0);
  }
});
