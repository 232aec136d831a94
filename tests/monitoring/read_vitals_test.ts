import assert from "node:assert/strict";
import { createMetrics } from "../../src/monitoring/metrics.ts";
import { createVitalsReader } from "../../src/monitoring/read_vitals.ts";
import { Exposition } from "./exposition.ts";

/** A database that answers, fails or hangs as told, and a clock that the test moves. */
function database() {
  const state = {
    nowMs: 1_000_000,
    asked: 0,
    answer: () => Promise.resolve<number | null>(null),
  };
  const store = {
    vitals: {
      oldestUndeliveredAtMs() {
        state.asked++;
        return state.answer();
      },
      queue: () => Promise.resolve([]),
      exhausted: () => Promise.resolve(3),
      firstPagedAtMs: () => Promise.resolve(new Map<number, number>()),
    },
    overview: { openCounts: () => Promise.resolve([]) },
    incidents: { nextDueAtMs: () => Promise.resolve(null) },
    backups: {
      state: () =>
        Promise.resolve({ done: { beganAtMs: 7_000 }, failed: null }),
    },
  } as unknown as Parameters<typeof createVitalsReader>[0];
  return { state, store, clock: () => state.nowMs };
}

Deno.test("many scrapers cost the database one look in five seconds", async () => {
  const { state, store, clock } = database();
  const read = createVitalsReader(store, clock);
  await Promise.all([read(), read(), read()]);
  state.nowMs += 4_999;
  await read();
  assert.equal(state.asked, 1);
  state.nowMs += 1;
  await read();
  assert.equal(state.asked, 2);
  state.nowMs -= 60_000;
  await read();
  assert.equal(state.asked, 3, "a clock that is set back keeps nothing");
});

Deno.test("a database that hangs is waited for only so long, and not asked again meanwhile", async () => {
  const { state, store, clock } = database();
  const { promise, resolve } = Promise.withResolvers<null>();
  state.answer = () => promise;
  const read = createVitalsReader(store, clock, { patienceMs: 5 });
  assert.equal(await read(), null);
  state.nowMs += 60_000;
  assert.equal(await read(), null);
  assert.equal(state.asked, 1);
  resolve(null);
  await read();
  state.nowMs += 60_000;
  assert.equal((await read())?.readAtMs, state.nowMs);
});

Deno.test("without a database the metrics of the process are served, and none of a better time", async () => {
  const { state, store, clock } = database();
  const metrics = createMetrics({
    ...{ store, clock, version: "1.2.3", node: "node-1" },
    workers: { delivery: true, escalation: false },
    channels: () => [],
    jobs: () => [],
  });
  const scrape = async () => new Exposition((await metrics.scrape()).body);
  const oldest = "pagerpal_oldest_undelivered_page_age_seconds";
  state.answer = () => Promise.resolve(state.nowMs - 90_000);
  const well = await scrape();
  assert.equal(well.value("pagerpal_database_up"), 1);
  assert.equal(well.value(oldest), 90);
  assert.equal(well.value("pagerpal_incidents_exhausted"), 3);
  assert.equal(well.value("pagerpal_last_backup_timestamp_seconds"), 7);
  state.nowMs += 10_000;
  state.answer = () => Promise.reject(new Error("away"));
  const away = await scrape();
  assert.equal(away.value("pagerpal_database_up"), 0);
  assert.equal(away.value(oldest), null);
  assert.equal(away.value("pagerpal_incidents_exhausted"), null);
  const escalation = { worker: "escalation" };
  assert.equal(away.value("pagerpal_worker_enabled", escalation), 0);
  state.nowMs += 10_000;
  state.answer = () => Promise.resolve(null);
  assert.equal((await scrape()).value(oldest), 0);
});

Deno.test("the number of series does not grow with use", async () => {
  const { state, store, clock } = database();
  const { observer, scrape } = createMetrics({
    ...{ store, clock, version: "1.2.3", node: "node-1" },
    workers: { delivery: true, escalation: true },
    channels: () => [],
    jobs: () => [],
  });
  const use = (n: number) =>
    observer.requestEnded({
      route: "/api/v1/teams/{id}",
      method: `ODD${n}`,
      status: 200 + n % 5,
      durationMs: n,
      shed: false,
    });
  use(0);
  const before = new Exposition((await scrape()).body).size;
  for (let n = 1; n < 1_000; n++) use(n);
  state.nowMs += 10_000;
  assert.equal(new Exposition((await scrape()).body).size, before);
});
