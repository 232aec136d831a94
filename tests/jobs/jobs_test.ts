import assert from "node:assert/strict";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import {
  type Job,
  lateJobs,
  nextRunAtMs,
  runJob,
} from "../../src/jobs/jobs.ts";
import { forEachStore } from "../stores.ts";

function job(run: Job["run"]): Job {
  return { name: "escalation", at: "every minute", enabled: true, run };
}

/** A clock that goes on by 40 ms at each look. */
function ticking() {
  let nowMs = 1_000;
  return () => nowMs += 40;
}

forEachStore(
  "a job's outcome is kept, with what it did and how long it took",
  async (store) => {
    const context = {
      jobs: store.jobs,
      clock: ticking(),
      node: "node-a",
      endedAtMs: new Map(),
      mayWork: () => true,
      running: new Set<Promise<void>>(),
      observer: UNOBSERVED,
    };
    await runJob(context, job(() => Promise.resolve("3 escalated")));
    await runJob(context, job(() => Promise.reject(new Error("no database"))));
    const [run] = await store.jobs.list();
    assert.deepEqual(run, {
      name: "escalation",
      node: "node-a",
      startedAtMs: 1_120,
      durationMs: 40,
      outcome: "failed",
      message: "no database",
      runs: 2,
      failures: 1,
    });
  },
);

Deno.test("a job never throws, even when its outcome cannot be kept", async () => {
  const jobs = {
    record: () => Promise.reject(new Error("no database")),
    list: () => Promise.resolve([]),
    prune: () => Promise.resolve(0),
  };
  const context = {
    jobs,
    clock: ticking(),
    node: "node-a",
    endedAtMs: new Map(),
    mayWork: () => true,
    running: new Set<Promise<void>>(),
    observer: UNOBSERVED,
  };
  await runJob(context, job(() => Promise.resolve("done")));
});

Deno.test("a job that has not ended for three minutes is late, one that is switched off never", () => {
  let nowMs = 0;
  const clock = () => nowMs;
  const endedAtMs = new Map<string, number>();
  const escalation = job(() => Promise.resolve(""));
  const jobs = [escalation, { ...escalation, name: "off", enabled: false }];
  const late = () => lateJobs({ clock, endedAtMs }, { jobs, startedAtMs: 0 });
  nowMs = 180_000;
  assert.deepEqual(late(), []);
  nowMs++;
  assert.deepEqual(late(), [
    "The job escalation has not run for three minutes.",
  ]);
  endedAtMs.set("escalation", nowMs);
  assert.deepEqual(late(), []);
});

Deno.test("the next run is the next minute, or that minute of the hour", () => {
  const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
  const escalation = job(() => Promise.resolve(""));
  const prune = { ...escalation, at: 17 };
  const next = (one: Job, time: string) => nextRunAtMs(one, at(time));
  assert.equal(next(escalation, "02:14:00"), at("02:15:00"));
  assert.equal(next(escalation, "02:14:59.999"), at("02:15:00"));
  assert.equal(next(prune, "02:14:00"), at("02:17:00"));
  assert.equal(next(prune, "02:17:00"), at("03:17:00"));
  assert.equal(next({ ...prune, enabled: false }, "02:14:00"), null);
});
