import assert from "node:assert/strict";
import {
  NEWER_FITTING_MIGRATION,
  NEWER_MIGRATION,
  runSql,
  WITHOUT_NEWER_MIGRATION,
} from "../sql.ts";
import { forEachStore } from "../stores.ts";
import { World } from "./world.ts";

forEachStore(
  "a node whose schema is older than the database's takes alerts and pages nobody, until it fits again",
  async (store, { url }) => {
    await using world = await World.open(store);
    const idris = await world.responder("idris", ["sms"]);
    const { key } = await world.team("Payments", {
      steps: () => [{ minutes: 5, targets: [idris] }],
    });
    await world.pagerpal.start();
    await runSql(url, NEWER_MIGRATION);
    world.nowMs += 2_000;
    const ready = await world.request("/health/ready");
    assert.equal(ready.status, 503);
    assert.match(JSON.stringify(ready.body), /stands back/);
    const taken = await world.request("/api/v1/alerts", {
      method: "POST",
      headers: { "x-api-key": key },
      body: JSON.stringify({ title: "Disk full", external_id: "disk" }),
    });
    assert.equal(taken.status, 201);
    for (const job of world.pagerpal.jobs) {
      const { runJob } = await import("../../src/jobs/jobs.ts");
      await runJob(world.pagerpal.jobContext, job);
    }
    await world.pagerpal.deliverer.deliver({ firstAttemptsOnly: false });
    world.expectNoPage();
    assert.deepEqual(await store.jobs.list(), []);
    const [page] = await world.notifications();
    assert.equal(page?.state, "queued");

    await runSql(url, WITHOUT_NEWER_MIGRATION);
    world.nowMs += 2_000;
    assert.equal((await world.request("/health/ready")).status, 200);
    await world.settled();
    world.expectPage("idris", "sms");
  },
);

forEachStore(
  "a node goes on paging and is ready while the database has newer migrations of which it need not know",
  async (store, { url }) => {
    await using world = await World.open(store);
    const idris = await world.responder("idris", ["sms"]);
    const { key } = await world.team("Payments", {
      steps: () => [{ minutes: 5, targets: [idris] }],
    });
    await world.pagerpal.start();
    await runSql(url, NEWER_FITTING_MIGRATION);
    world.nowMs += 2_000;
    assert.equal((await world.request("/health/ready")).status, 200);
    const taken = await world.request("/api/v1/alerts", {
      method: "POST",
      headers: { "x-api-key": key },
      body: JSON.stringify({ title: "Disk full", external_id: "disk" }),
    });
    assert.equal(taken.status, 201);
    await world.settled();
    world.expectPage("idris", "sms");
    const [node] = await store.nodes.list();
    assert.equal(node?.phase, "running");
  },
);

forEachStore(
  "a node that stops says so, and another one takes over what it leaves",
  async (store, { openAnother }) => {
    await using world = await World.open(store);
    const idris = await world.responder("idris", ["sms"]);
    const { key } = await world.team("Payments", {
      steps: () => [{ minutes: 5, targets: [idris] }],
    });
    await world.pagerpal.start();
    await world.pagerpal.drain();
    const ready = await world.request("/health/ready");
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body.reasons, ["This node is stopping."]);
    // A request that was on its way is still answered, and its page is for the others.
    const taken = await world.request("/api/v1/alerts", {
      method: "POST",
      headers: { "x-api-key": key },
      body: JSON.stringify({ title: "Disk full", external_id: "disk" }),
    });
    assert.equal(taken.status, 201);
    await world.pagerpal.stop();
    world.expectNoPage();
    const [node] = await store.nodes.list();
    assert.equal(node?.phase, "stopped");

    const other = await World.open(await openAnother());
    try {
      await other.settled();
      assert.match(other.infobip.taken[0]?.text ?? "", /Disk full/);
    } finally {
      await other.close();
    }
  },
);
