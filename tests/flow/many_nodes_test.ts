import assert from "node:assert/strict";
import { runJob } from "../../src/jobs/jobs.ts";
import { SYSTEM } from "../../src/domain/incidents/timeline.ts";
import { forEachStore } from "../stores.ts";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;

forEachStore(
  "what four nodes do at the same moment is done once: pages, steps, jobs",
  async (store, { openAnother }) => {
    const world = await World.open(store);
    const nodes = [world];
    while (nodes.length < 4) {
      const node = `node-${nodes.length}`;
      nodes.push(await World.open(await openAnother(), { node }));
    }
    try {
      const idris = await world.responder("idris", ["email"]);
      const maya = await world.responder("maya", ["email"]);
      const { key } = await world.team("Payments", {
        steps: () => [
          { minutes: 5, targets: [idris] },
          { minutes: 5, targets: [maya] },
        ],
      });
      for (let n = 0; n < 20; n++) {
        await world.request("/api/v1/alerts", {
          method: "POST",
          headers: { "x-api-key": key },
          body: JSON.stringify({ title: `Disk ${n}.`, external_id: `d${n}` }),
        });
      }
      const together = async (minutes: number) => {
        const nowMs = world.nowMs + minutes * MINUTE_MS;
        for (const node of nodes) node.nowMs = nowMs;
        await Promise.all(
          nodes.flatMap(({ pagerpal: { jobContext, jobs } }) =>
            jobs.map((job) => runJob(jobContext, job))
          ),
        );
      };
      await together(0);
      await together(6);
      await together(6);
      const mails = nodes.flatMap(({ smtp }) => smtp.mails);
      for (let n = 0; n < 20; n++) {
        for (const to of ["idris@example.com", "maya@example.com"]) {
          const got = mails.filter((mail) =>
            mail.to === to && mail.text.includes(`Disk ${n}.`)
          );
          assert.equal(got.length, 1, `Disk ${n} to ${to}`);
        }
      }
      const runs = await store.jobs.list();
      const failed = runs.filter(({ failures }) => failures > 0);
      assert.deepEqual(failed, []);
      for (let incident = 1; incident <= 20; incident++) {
        const story = await store.timeline.list(incident, {
          afterId: 0,
          limit: 200,
        });
        const steps = story.filter(({ actor }) => actor.kind === SYSTEM.kind)
          .map(({ kind, detail }) => `${kind} ${JSON.stringify(detail)}`);
        assert.equal(new Set(steps).size, steps.length, steps.join("\n"));
      }
    } finally {
      for (const node of nodes) await node.close();
    }
  },
);
