import assert from "node:assert/strict";
import type { Claim } from "../../../src/ports/notification_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
  type World,
} from "../fixture.ts";

const WINDOW = 10_000;

function claim(changes: Partial<Claim> = {}): Claim {
  const nowMs = changes.nowMs ?? NOW;
  return {
    channel: "sms",
    owner: "node-1",
    nowMs,
    leaseUntilMs: nowMs + MINUTE,
    limit: 10,
    firstAttemptsOnly: false,
    bundlingMs: WINDOW,
    ...changes,
  };
}

/** Queues a page for each of so many new incidents; the incidents. */
async function queue(
  store: Store,
  world: World,
  { name, count, at = NOW, ...changes }: {
    name: string;
    count: number;
    at?: number;
    severity?: "info" | "critical";
    address?: string;
  },
) {
  const incidents = [];
  for (let n = 0; n < count; n++) {
    const { severity = "error", address = "+441632960001" } = changes;
    const externalId = `${name} ${n}`;
    const incident = await open(store, world, { externalId, severity });
    await store.notifications.insert([
      newPage(world, incident, { address, dueAtMs: at, createdAtMs: at }),
    ]);
    incidents.push(incident);
  }
  return incidents;
}

async function taken(store: Store, changes: Partial<Claim> = {}) {
  const claimed = await store.notifications.claim(claim(changes));
  return claimed.map(({ notification }) => notification);
}

contract(
  "what is due to somebody quiet goes as one message, the next waits for the window's end",
  async (store) => {
    const world = await createWorld(store);
    await queue(store, world, { name: "first", count: 3 });
    const first = await taken(store);
    assert.equal(first.length, 3);
    const [worst] = first;
    assert.ok(worst);
    for (const row of first) {
      assert.deepEqual(row.bundle, { id: worst.id, size: 3 });
      assert.equal(row.idempotencyKey, worst.idempotencyKey);
      assert.deepEqual(await store.notifications.find(row.id), row);
    }
    const later = NOW + 1_000;
    await queue(store, world, { name: "second", count: 2, at: later });
    assert.deepEqual(await taken(store, { nowMs: later }), []);
    assert.equal(await store.notifications.nextDueAtMs(), NOW + WINDOW);
    const end = { nowMs: NOW + WINDOW };
    assert.deepEqual(await taken(store, { nowMs: NOW + WINDOW - 1 }), []);
    const second = await taken(store, end);
    assert.equal(second.length, 2);
    assert.equal(second[0]?.bundle?.size, 2);
    assert.equal(second[0]?.firstDueAtMs, later);
    const [bundled] = second;
    assert.ok(bundled?.bundle);
    const listed = await store.notifications.listBundle(bundled.bundle.id);
    assert.equal(listed.length, 2);
  },
);

contract(
  "a limit counts a bundle as one message, and others are not behind it",
  async (store) => {
    const world = await createWorld(store);
    await queue(store, world, { name: "many", count: 30 });
    await queue(store, world, { name: "one", count: 1, address: "+44163200" });
    assert.equal((await taken(store, { limit: 2 })).length, 30);
    assert.equal((await taken(store, { limit: 2 })).length, 1);
  },
);

contract(
  "two senders at once: one takes all that is due to a person, or the other does",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    for (let round = 0; round < 5; round++) {
      const at = NOW + round * MINUTE;
      await queue(store, world, { name: `round ${round}`, count: 12, at });
      const both = await Promise.all(
        [store, other, store, other].map((each, index) =>
          taken(each, { nowMs: at, owner: `node-${index}`, limit: 2 })
        ),
      );
      const messages = both.filter((some) => some.length > 0);
      assert.deepEqual(messages.map((some) => some.length), [12]);
      await store.notifications.settleTogether(
        both.flat().map((row) => row.id),
        {
          state: "sent",
          error: null,
          sentAtMs: at,
          deliveredAtMs: null,
          updatedAtMs: at,
        },
        { state: "sending", attempt: 1 },
      );
    }
  },
);

contract(
  "a bundle whose lease ran out comes back whole under its id, without what nobody wants",
  async (store) => {
    const world = await createWorld(store);
    const incidents = await queue(store, world, { name: "a", count: 4 });
    const first = await taken(store);
    const [acknowledged] = incidents;
    assert.ok(acknowledged);
    await store.incidents.save({ ...acknowledged, status: "acknowledged" });
    const nowMs = NOW + MINUTE;
    const [fresh] = await queue(store, world, {
      name: "b",
      count: 1,
      at: nowMs,
    });
    assert.ok(fresh);
    const again = await taken(store, { nowMs, limit: 1 });
    assert.equal(again.length, 3);
    for (const row of again) {
      assert.equal(row.idempotencyKey, first[0]?.idempotencyKey);
      assert.equal(row.maybeSentTwice, true);
      assert.equal(row.attempt, 2);
      assert.notEqual(row.incidentId, acknowledged.id);
    }
    const [single] = await taken(store, { nowMs });
    assert.equal(single?.incidentId, fresh.id);
    assert.equal(single?.bundle, null);
  },
);

contract(
  "a bundle is not sent in parts: what is due of it waits for what is in other hands",
  async (store) => {
    const world = await createWorld(store);
    await queue(store, world, { name: "a", count: 3 });
    const [one] = await taken(store);
    assert.ok(one);
    const queued = {
      ...one,
      state: "queued" as const,
      dueAtMs: NOW + 1,
      leaseOwner: null,
      leaseUntilMs: null,
    };
    await store.notifications.settle(queued, { owner: "node-1", attempt: 1 });
    assert.deepEqual(await taken(store, { nowMs: NOW + 5 }), []);
    const again = await taken(store, { nowMs: NOW + MINUTE });
    assert.equal(again.length, 3);
  },
);

contract(
  "an outcome is written to those rows of a bundle that are still as they were",
  async (store) => {
    const world = await createWorld(store);
    await queue(store, world, { name: "a", count: 3 });
    const rows = await taken(store);
    const [moved, ...rest] = rows;
    assert.ok(moved);
    await store.notifications.save({ ...moved, state: "failed" }, moved);
    const ids = rows.map((row) => row.id);
    const outcome = {
      state: "queued" as const,
      error: "busy",
      sentAtMs: null,
      deliveredAtMs: null,
      updatedAtMs: NOW + 3,
      dueAtMs: NOW + 9,
      provider: "Infobip",
    };
    const read = { state: "sending" as const, attempt: 1 };
    const { notifications } = store;
    assert.deepEqual(
      await notifications.settleTogether(ids, outcome, {
        ...read,
        owner: "node-2",
      }),
      [],
    );
    assert.deepEqual(await notifications.settleTogether([], outcome, read), []);
    const written = await notifications.settleTogether(ids, outcome, {
      ...read,
      owner: "node-1",
    });
    assert.deepEqual(written.toSorted(), rest.map((row) => row.id).toSorted());
    const [again] = rest;
    assert.ok(again);
    assert.deepEqual(await notifications.find(again.id), {
      ...again,
      ...outcome,
      leaseOwner: null,
      leaseUntilMs: null,
    });
  },
);

contract(
  "a window that is ended lets go of what waits for its end, and is forgotten in time",
  async (store) => {
    const world = await createWorld(store);
    const { notifications } = store;
    const [row] = await queue(store, world, { name: "a", count: 1 })
      .then(() => taken(store));
    assert.ok(row);
    await queue(store, world, { name: "b", count: 1, at: NOW + 1 });
    assert.deepEqual(await taken(store, { nowMs: NOW + 1 }), []);
    await notifications.endWindow(row);
    assert.equal(await notifications.nextDueAtMs(), NOW + 1);
    assert.equal((await taken(store, { nowMs: NOW + 1 })).length, 1);
    assert.equal(await notifications.pruneWindows(NOW + 1 + WINDOW), 0);
    assert.equal(await notifications.pruneWindows(NOW + 2 + WINDOW), 1);
  },
);

contract(
  "thousands that are due to one person go a thousand at a time, at once",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const pages = Array.from({ length: 2_100 }, () => newPage(world, incident));
    await store.notifications.insert([newPage(world, incident)]);
    assert.equal((await taken(store)).length, 1);
    await store.notifications.insert(pages);
    assert.deepEqual(await taken(store), []);
    const end = { nowMs: NOW + WINDOW };
    assert.equal((await taken(store, end)).length, 1_000);
    assert.equal((await taken(store, end)).length, 1_000);
    assert.equal((await taken(store, end)).length, 100);
  },
);
