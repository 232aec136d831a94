import assert from "node:assert/strict";
import type { Repositories } from "../../../src/ports/store.ts";
import { StoreConflictError } from "../../../src/ports/store.ts";
import { NEWEST_SCHEMA_VERSION } from "../../../src/store/migrate.ts";
import {
  contract,
  createWorld,
  newIncident,
  newPage,
  NOW,
  open,
} from "../fixture.ts";

const DEV = { name: "Dev", description: "" };
const PAGE = { page: 1, pageSize: 10 };

async function teamNames(store: Repositories): Promise<string[]> {
  const { items } = await store.teams.list({}, PAGE);
  return items.map(({ name }) => name);
}

contract(
  "a transaction returns what its work returns, and keeps it all",
  async (store) => {
    const world = await createWorld(store);
    const id = await store.transaction(async (tx) => {
      const incident = await open(tx, world);
      await tx.notifications.insert([newPage(world, incident)]);
      assert.deepEqual(await tx.incidents.find(incident.id), incident);
      return incident.id;
    });
    assert.equal((await store.incidents.find(id))?.id, id);
    assert.equal(await store.notifications.hasPending(id), true);
  },
);

contract(
  "an error rolls everything back and comes out unchanged",
  async (store) => {
    const world = await createWorld(store);
    const error = new Error("Enough");
    const work = store.transaction(async (tx) => {
      const incident = await open(tx, world);
      await tx.notifications.insert([newPage(world, incident)]);
      await tx.teams.insert(DEV, NOW);
      throw error;
    });
    await assert.rejects(work, (thrown) => thrown === error);
    assert.deepEqual(await teamNames(store), ["Ops"]);
    assert.equal((await store.incidents.list({}, PAGE)).total, 0);
    await store.transaction((tx) => tx.teams.insert(DEV, NOW));
    assert.deepEqual(await teamNames(store), ["Dev", "Ops"]);
  },
);

contract(
  "a refused statement dooms its transaction, even where the work goes on",
  async (store) => {
    const world = await createWorld(store);
    const work = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      await assert.rejects(
        tx.teams.insert({ ...DEV, name: "Ops" }, NOW),
        StoreConflictError,
      );
      await assert.rejects(
        tx.incidents.insert(newIncident(world)),
        StoreConflictError,
        "nothing runs after it",
      );
      return "done";
    });
    await assert.rejects(work, {
      name: "StoreConflictError",
      constraint: "teams.name",
    });
    assert.deepEqual(await teamNames(store), ["Ops"]);
  },
);

contract(
  "an insert that finds an open incident dooms nothing",
  async (store) => {
    const world = await createWorld(store);
    await open(store, world);
    await store.transaction(async (tx) => {
      assert.equal(await tx.incidents.insert(newIncident(world)), null);
      await tx.teams.insert(DEV, NOW);
    });
    assert.deepEqual(await teamNames(store), ["Dev", "Ops"]);
  },
);

contract(
  "what is not committed is seen by nobody else",
  async (store, { openAnother, name }) => {
    await createWorld(store);
    const other = await openAnother();
    const written = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const writing = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      assert.deepEqual(await teamNames(tx), ["Dev", "Ops"]);
      written.resolve();
      await gate.promise;
    });
    await written.promise;
    assert.deepEqual(await teamNames(store), ["Ops"], name);
    assert.deepEqual(await teamNames(other), ["Ops"], name);
    gate.resolve();
    await writing;
    assert.deepEqual(await teamNames(store), ["Dev", "Ops"]);
    assert.deepEqual(await teamNames(other), ["Dev", "Ops"]);
  },
);

contract(
  "statements of one transaction may be sent side by side",
  async (store) => {
    await store.transaction(async (tx) => {
      await Promise.all(
        Array.from(
          { length: 20 },
          (_, n) =>
            tx.teams.insert({ name: `Team ${n}`, description: "" }, NOW),
        ),
      );
    });
    assert.equal((await store.teams.list({}, PAGE)).total, 20);
  },
);

contract(
  "writing past the transaction from inside it is refused at once",
  async (store) => {
    const work = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      await store.teams.insert({ ...DEV, name: "Past" }, NOW);
    });
    await assert.rejects(work, { name: "NestedTransactionError" });
    const nested = store.transaction(() => store.transaction(async () => {}));
    await assert.rejects(nested, { name: "NestedTransactionError" });
    assert.deepEqual(await teamNames(store), []);
  },
);

contract(
  "work that outlives its transaction writes nothing with it, and all it likes after it",
  async (store) => {
    const over = Promise.withResolvers<void>();
    const leaked = await store.transaction((tx) => {
      const late = over.promise.then(() => tx.teams.insert(DEV, NOW));
      const after = over.promise.then(() =>
        store.teams.insert({ ...DEV, name: "After" }, NOW)
      );
      return Promise.resolve({ late, after });
    });
    over.resolve();
    await assert.rejects(leaked.late, { name: "StoreUnavailableError" });
    await leaked.after;
    assert.deepEqual(await teamNames(store), ["After"]);
  },
);

contract(
  "closing waits for what has begun and refuses what comes later",
  async (store) => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const writing = store.transaction(async (tx) => {
      await tx.teams.insert(DEV, NOW);
      begun.resolve();
      await gate.promise;
      return await tx.teams.insert({ ...DEV, name: "Ops" }, NOW);
    });
    await begun.promise;
    let closed = false;
    const closing = store.close().then(() => closed = true);
    const refused = assert.rejects(store.teams.insert(DEV, NOW));
    assert.equal(closed, false);
    gate.resolve();
    assert.equal((await writing).name, "Ops");
    await closing;
    await refused;
    await assert.rejects(store.check(), { name: "StoreUnavailableError" });
    await assert.rejects(store.transaction(async () => {}), {
      name: "StoreUnavailableError",
    });
    await store.close();
  },
);

contract("a store tells its schema's version", async (store) => {
  assert.deepEqual(await store.check(), {
    schemaVersion: NEWEST_SCHEMA_VERSION,
    neededVersion: 0,
  });
});
