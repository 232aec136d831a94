import assert from "node:assert/strict";
import type { Node } from "../../../src/domain/system/node.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
} from "../fixture.ts";

const NODE: Node = {
  name: "web-1-a",
  hostname: "web-1",
  version: "2.0.0",
  schemaVersion: 11,
  phase: "running",
  delivers: true,
  escalates: false,
  startedAtMs: NOW,
  lastSeenAtMs: NOW,
};

contract(
  "a node has one row, which says what it said last; the one heard of last comes first",
  async ({ nodes }) => {
    await nodes.save(NODE);
    const other = { ...NODE, name: "web-2-b", lastSeenAtMs: NOW + 1 };
    await nodes.save(other);
    assert.deepEqual(await nodes.list(), [other, NODE]);
    const stopped: Node = {
      ...NODE,
      phase: "stopped",
      escalates: true,
      lastSeenAtMs: NOW + 2,
    };
    await nodes.save(stopped);
    assert.deepEqual(await nodes.list(), [stopped, other]);
    assert.equal(await nodes.prune(NOW + 2), 1);
    assert.deepEqual(await nodes.list(), [stopped]);
  },
);

contract(
  "a node that stops gives back its own leases and nobody else's, and they can be claimed at once",
  async (store) => {
    const world = await createWorld(store);
    const claimAs = (owner: string, nowMs = NOW) =>
      store.notifications.claim({
        channel: "sms",
        owner,
        nowMs,
        leaseUntilMs: nowMs + MINUTE,
        limit: 1,
        firstAttemptsOnly: false,
        bundlingMs: 0,
      });
    for (const externalId of ["one", "two"]) {
      const incident = await open(store, world, { externalId });
      await store.notifications.insert([newPage(world, incident)]);
    }
    const [mine] = await claimAs("node-a");
    const [theirs] = await claimAs("node-b");
    assert.ok(mine && theirs);
    assert.deepEqual(await claimAs("node-c"), [], "all are held");
    assert.equal(await store.notifications.releaseLeases("node-a", NOW), 1);
    assert.equal(await store.notifications.releaseLeases("node-a", NOW), 0);
    const [taken, ...others] = await claimAs("node-c");
    assert.equal(taken?.notification.id, mine.notification.id);
    assert.equal(taken?.notification.maybeSentTwice, true);
    assert.deepEqual(others, []);
  },
);
