/**
 * Two processes on PostgreSQL, one of which goes on with what it read before the other one's commit. Transactions are held
 * open at the moment that matters.
 */
import assert from "node:assert/strict";
import type { Claim } from "../../../src/ports/notification_repository.ts";
import type { Repositories, Store } from "../../../src/ports/store.ts";
import { onConnection } from "../../databases.ts";
import { forEachStore } from "../../stores.ts";
import { createWorld, MINUTE, newPage, NOW, open } from "../fixture.ts";
import { waitingForLock } from "../waiting_for_lock.ts";

const WINDOW = 10_000;

function claim(changes: Partial<Claim> = {}): Claim {
  return {
    channel: "sms",
    owner: "node-1",
    nowMs: NOW,
    leaseUntilMs: NOW + MINUTE,
    limit: 10,
    firstAttemptsOnly: false,
    bundlingMs: 0,
    ...changes,
  };
}

/**
 * Of two transactions that change messages, the second waits for the end of the first after its statement has begun: what
 * it sees is from before, what it finds is from after.
 */
async function oneChangeAtATime(url: string): Promise<void> {
  await onConnection(url, (sql) =>
    sql.unsafe(`
      CREATE FUNCTION wait_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
      CREATE TRIGGER in_turn BEFORE UPDATE ON notifications
        FOR EACH STATEMENT EXECUTE FUNCTION wait_in_turn();`));
}

/** Does `first` in a transaction, begins `second`, and commits the first once the second waits for it. */
async function inTurn<T>(
  { store, url, first, second }: {
    store: Store;
    url: string;
    first: (tx: Repositories) => Promise<void>;
    second: () => Promise<T>;
  },
): Promise<T> {
  const done = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const holding = store.transaction(async (tx) => {
    await first(tx);
    done.resolve();
    await gate.promise;
  });
  await Promise.race([done.promise, holding]);
  const waiting = second();
  await waitingForLock(url);
  gate.resolve();
  await holding;
  return await waiting;
}

forEachStore(
  "a page that another sender takes while a claim is under way is not taken twice",
  async (store, { openAnother, url }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    await store.notifications.insert([newPage(world, incident)]);
    const other = await openAnother();
    await oneChangeAtATime(url);
    const second = await inTurn({
      ...{ store, url },
      async first(tx) {
        assert.equal((await tx.notifications.claim(claim())).length, 1);
      },
      second: () => other.notifications.claim(claim({ owner: "node-2" })),
    });
    assert.deepEqual(second, []);
    const [row] = await store.notifications.listByIncident(incident.id);
    assert.deepEqual([row?.leaseOwner, row?.attempt], ["node-1", 1]);
  },
  ["PostgreSQL"],
);

forEachStore(
  "a page of an incident that is acknowledged while a claim is under way is not taken",
  async (store, { openAnother, url }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    await store.notifications.insert([newPage(world, incident)]);
    const other = await openAnother();
    await oneChangeAtATime(url);
    const second = await inTurn({
      ...{ store, url },
      async first(tx) {
        const locked = await tx.incidents.lock(incident.id);
        assert.ok(locked);
        await tx.incidents.save({ ...locked, status: "acknowledged" });
        // Cancels nothing: only for its turn among those who change messages.
        await tx.notifications.cancelQueued(0, NOW);
      },
      second: () => other.notifications.claim(claim({ owner: "node-2" })),
    });
    assert.deepEqual(second, []);
  },
  ["PostgreSQL"],
);

forEachStore(
  "a page that another sender has tried since it was read keeps its own key and goes alone",
  async (store, { openAnother, url }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    const page = async (externalId: string) => {
      const incident = await open(other, world, { externalId });
      await other.notifications.insert([newPage(world, incident)]);
      return incident.id;
    };
    const tried = await page("tried");
    const later = NOW + WINDOW;
    let fresh = 0;
    const second = await inTurn({
      ...{ store, url },
      async first(tx) {
        const [one] = await tx.notifications.claim(
          claim({ bundlingMs: WINDOW }),
        );
        assert.ok(one);
        const retry = {
          ...one.notification,
          ...{ leaseOwner: null, leaseUntilMs: null, error: "busy" },
          state: "queued" as const,
        };
        const held = { owner: "node-1", attempt: 1 };
        assert.ok(await tx.notifications.settle(retry, held));
        fresh = await page("fresh");
      },
      second: () =>
        other.notifications.claim(claim({
          ...{ owner: "node-2", bundlingMs: WINDOW, nowMs: later },
          leaseUntilMs: later + MINUTE,
        })),
    });
    const rows = second.map(({ notification }) => notification);
    assert.deepEqual(
      rows.map((row) => [row.incidentId, row.attempt, row.bundle]),
      [[tried, 2, null], [fresh, 1, null]],
    );
    assert.notEqual(rows[0]?.idempotencyKey, rows[1]?.idempotencyKey);
  },
  ["PostgreSQL"],
);

forEachStore(
  "an acknowledgement that comes while a failed page is written cancels it: it waits for what was written",
  async (store, { openAnother, url }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    await store.notifications.insert([newPage(world, incident)]);
    const other = await openAnother();
    const [claimed] = await store.notifications.claim(claim());
    assert.ok(claimed);
    await inTurn({
      ...{ store, url },
      async first(tx) {
        const statuses = await tx.incidents.holdStatuses([incident.id, 0]);
        assert.deepEqual([...statuses], [[incident.id, "triggered"]]);
        await tx.notifications.settle({
          ...claimed.notification,
          ...{ state: "queued", leaseOwner: null, leaseUntilMs: null },
        }, { owner: "node-1", attempt: 1 });
      },
      second: () =>
        other.transaction(async (tx) => {
          const locked = await tx.incidents.lock(incident.id);
          assert.ok(locked);
          await tx.incidents.save({ ...locked, status: "acknowledged" });
          assert.equal(
            await tx.notifications.cancelQueued(incident.id, NOW),
            1,
          );
        }),
    });
  },
  ["PostgreSQL"],
);
