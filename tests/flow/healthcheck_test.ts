import assert from "node:assert/strict";
import { runJob } from "../../src/jobs/jobs.ts";
import { StoreUnavailableError } from "../../src/ports/store.ts";
import { forEachStore } from "../stores.ts";
import { World } from "./world.ts";

const URL = "https://hc.example.com/ping/secret-uuid";

/** As if every job had just run. */
function jobsRan({ pagerpal, nowMs }: World): void {
  const { jobs, jobContext } = pagerpal;
  for (const { name } of jobs) jobContext.endedAtMs.set(name, nowMs);
}

/** A world with a dead-man's switch; `body` is given what runs the self-audit once and tells how it went. */
function watched(
  name: string,
  body: (
    world: World,
    audit: () => Promise<{ outcome: string; message: string }>,
    pings: string[],
  ) => Promise<void>,
  { env = {}, answer = 200 } = {},
): void {
  forEachStore(name, async (store) => {
    const pings: string[] = [];
    await using world = await World.open(store, {
      env: { HEALTHCHECK_PING_URL: URL, ...env },
      fetch: (input) => {
        pings.push(String(input));
        return Promise.resolve(new Response("", { status: answer }));
      },
    });
    const { jobs, jobContext } = world.pagerpal;
    const job = jobs.find((each) => each.name === "self_audit");
    assert.ok(job);
    await body(world, async () => {
      await runJob(jobContext, job);
      const runs = await store.jobs.list();
      const run = runs.find((each) => each.name === "self_audit");
      assert.ok(run);
      assert.ok(!run.message.includes("secret"));
      return run;
    }, pings);
  });
}

async function onePerson(world: World) {
  const maya = await world.responder("maya", ["sms"]);
  await world.team("Payments", {
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
}

watched(
  "a clean self-audit pings the healthcheck once",
  async (world, audit, pings) => {
    await onePerson(world);
    const run = await audit();
    assert.deepEqual(pings, [URL]);
    assert.equal(run.outcome, "ok");
    assert.match(run.message, /healthcheck pinged$/);
  },
);

watched(
  "what the self-audit has mended does not keep it from pinging",
  async (world, audit, pings) => {
    await onePerson(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const incident = await world.incident();
    await world.store.transaction((tx) =>
      tx.incidents.save({ ...incident, nextActionAtMs: null })
    );
    const run = await audit();
    assert.match(run.message, /^1 armed again/);
    assert.equal(pings.length, 1);
    await world.act("maya", "acknowledge");
  },
);

watched(
  "an incident that cannot be mended keeps the healthcheck silent and fails the job",
  async (world, audit, pings) => {
    await onePerson(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const incident = await world.incident();
    await world.store.transaction((tx) =>
      tx.incidents.save({ ...incident, nextActionAtMs: null })
    );
    const { transaction } = world.store;
    world.store.transaction = () => Promise.reject(new Error("bad row"));
    const run = await audit();
    world.store.transaction = transaction;
    assert.equal(run.outcome, "failed");
    assert.match(run.message, /1 incidents could not be mended/);
    assert.deepEqual(pings, []);
    await world.act("maya", "acknowledge");
  },
);

watched(
  "a page that has waited too long keeps the healthcheck silent, until it is through",
  async (world, audit, pings) => {
    await onePerson(world);
    world.infobip.answerAlways({
      status: 429,
      headers: { "retry-after": "240" },
    });
    await world.alert();
    await world.advance("2m");
    await audit();
    assert.equal(pings.length, 1);
    await world.advance("90s");
    jobsRan(world);
    const run = await audit();
    assert.equal(pings.length, 1);
    assert.equal(run.outcome, "ok");
    assert.match(run.message, /not pinged: A page has waited/);
    world.infobip.answerAlways("accept");
    await world.advance("1m");
    world.expectPage("maya", "sms");
    jobsRan(world);
    await audit();
    assert.equal(pings.length, 2);
    await world.act("maya", "acknowledge");
  },
);

watched(
  "a database that is away keeps the healthcheck silent",
  async (world, audit, pings) => {
    await audit();
    assert.equal(pings.length, 1);
    const { vitals } = world.store;
    vitals.oldestUndeliveredAtMs = () =>
      Promise.reject(new StoreUnavailableError("away"));
    const run = await audit();
    assert.equal(run.outcome, "failed");
    assert.equal(pings.length, 1);
  },
);

watched(
  "a process that does not deliver does not speak for paging",
  async (_world, audit, pings) => {
    const run = await audit();
    assert.match(run.message, /The delivery worker is switched off/);
    assert.deepEqual(pings, []);
  },
  { env: { NOTIFICATION_RETRY_WORKER_ENABLED: "false" } },
);

watched(
  "jobs that are late keep the healthcheck silent",
  async (world, audit, pings) => {
    world.nowMs += 181_000;
    const run = await audit();
    assert.match(run.message, /The job escalation has not run/);
    assert.deepEqual(pings, []);
  },
);

watched(
  "a switch that refuses breaks nothing, and is shown",
  async (_world, audit, pings) => {
    const run = await audit();
    assert.equal(run.outcome, "ok");
    assert.match(run.message, /healthcheck not reached: it answered 404/);
    assert.equal(pings.length, 1);
  },
  { answer: 404 },
);
