import assert from "node:assert/strict";
import type { Claim } from "../../src/ports/paging_repositories.ts";
import type { Store } from "../../src/ports/store.ts";
import { EVERY_BACKEND, forEachStore } from "../stores.ts";
import { createWorld, MINUTE, newPage, NOW, open } from "./fixture.ts";

function claim(changes: Partial<Claim> = {}): Claim {
  return {
    channel: "sms",
    owner: "node-1",
    nowMs: NOW,
    leaseUntilMs: NOW + MINUTE,
    limit: 10,
    firstAttemptsOnly: false,
    ...changes,
  };
}

async function idsClaimed(store: Store, changes: Partial<Claim> = {}) {
  const claimed = await store.notifications.claim(claim(changes));
  return claimed.map(({ notification }) => notification.id);
}

forEachStore("a page is claimed once, with what it says", async (store) => {
  const world = await createWorld(store);
  const incident = await open(store, world);
  await store.notifications.insert([newPage(world, incident)]);
  const [claimed, ...more] = await store.notifications.claim(claim());
  assert.equal(more.length, 0);
  assert.equal(claimed?.notification.state, "sending");
  assert.equal(claimed?.notification.attempt, 1);
  assert.equal(claimed?.notification.maybeSentTwice, false);
  assert.deepEqual(claimed?.incident, incident);
  assert.equal(claimed?.teamName, "Ops");
  assert.equal(claimed?.sourceName, "Grafana");
  assert.equal(claimed?.responderName, "Ada");
  assert.deepEqual(await idsClaimed(store), []);
}, EVERY_BACKEND);

forEachStore(
  "eight claimers on two stores get every page exactly once",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const pages = Array.from({ length: 120 }, () => newPage(world, incident));
    await store.notifications.insert(pages);
    const other = await openAnother();
    const taken: number[] = [];
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const mine = index % 2 === 0 ? store : other;
      let idle = 0;
      while (idle < 3) {
        const owner = `node-${index}`;
        const ids = await idsClaimed(mine, { owner, limit: 7 });
        idle = ids.length === 0 ? idle + 1 : 0;
        taken.push(...ids);
      }
    }));
    assert.equal(taken.length, 120);
    assert.equal(new Set(taken).size, 120);
  },
  EVERY_BACKEND,
);
