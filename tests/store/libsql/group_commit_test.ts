import assert from "node:assert/strict";
import type { Repositories, Store } from "../../../src/ports/store.ts";
import {
  StoreConflictError,
  StoreUnavailableError,
} from "../../../src/ports/store.ts";
import type {
  Connection,
  Transaction,
} from "../../../src/store/connection/connection.ts";
import { openStore } from "../../../src/store/open.ts";
import { EVERY_BACKEND, forEachStore } from "../../stores.ts";
import { contract, NOW } from "../fixture.ts";

const PAGE = { page: 1, pageSize: 200 };

async function teamNames(store: Repositories): Promise<string[]> {
  const { items } = await store.teams.list({}, PAGE);
  return items.map(({ name }) => name);
}

function addTeam(tx: Repositories, name: string) {
  return tx.teams.insert({ name, description: "" }, NOW);
}

contract(
  "works that are written together each keep what they did, and none of what failed",
  async (store) => {
    await addTeam(store, "Taken");
    const enough = new Error("Enough");
    const works = Array.from(
      { length: 40 },
      (_, n) =>
        store.transaction(async (tx) => {
          await addTeam(tx, `Team ${n}`);
          if (n % 10 === 3) throw enough;
          if (n % 10 === 5) await addTeam(tx, "Taken");
          assert.ok((await teamNames(tx)).includes(`Team ${n}`));
          return n;
        }),
    );
    const results = await Promise.allSettled(works);
    results.forEach((result, n) => {
      if (n % 10 === 3) {
        assert.equal(result.status === "rejected" && result.reason, enough);
      } else if (n % 10 === 5) {
        assert.ok(result.status === "rejected");
        assert.ok(result.reason instanceof StoreConflictError);
        assert.equal(result.reason.reason, "unique");
      } else {
        assert.deepEqual(result, { status: "fulfilled", value: n });
      }
    });
    const kept = Array.from({ length: 40 }, (_, n) => n)
      .filter((n) => n % 10 !== 3 && n % 10 !== 5).map((n) => `Team ${n}`);
    assert.deepEqual(
      (await teamNames(store)).sort(),
      [...kept, "Taken"].sort(),
    );
  },
);

contract(
  "a work that goes on after its refusal writes nothing into those that follow",
  async (store) => {
    await addTeam(store, "Taken");
    const results = await Promise.allSettled([
      addTeam(store, "First"),
      store.transaction(async (tx) => {
        await addTeam(tx, "Before");
        await addTeam(tx, "Taken").catch(() => {});
        await addTeam(tx, "After").catch(() => {});
      }),
      addTeam(store, "Last"),
    ]);
    assert.deepEqual(results.map(({ status }) => status), [
      ...["fulfilled", "rejected", "fulfilled"],
    ]);
    assert.deepEqual(await teamNames(store), ["First", "Last", "Taken"]);
  },
);

/** What the driver is asked, and what it is to do wrong. */
class Faults {
  begun = 0;
  failCommit = false;
  loseSavepoint = false;

  readonly around = (connection: Connection): Connection => ({
    ...connection,
    dialect: connection.dialect,
    read: (sql, parameters) => connection.read(sql, parameters),
    close: () => connection.close(),
    begin: async (options) => {
      this.begun++;
      return this.#faulty(await connection.begin(options));
    },
  });

  #faulty(transaction: Transaction): Transaction {
    return {
      ...transaction,
      execute: transaction.execute,
      end: () => transaction.end(),
      script: async (sql) => {
        if (this.loseSavepoint && sql.startsWith("ROLLBACK TO")) {
          // As SQLite does by itself when the disk is full.
          await transaction.script("ROLLBACK");
        }
        await transaction.script(sql);
      },
      commit: async () => {
        if (this.failCommit) throw new StoreUnavailableError("disk full");
        await transaction.commit();
      },
    };
  }
}

async function withFaults(
  url: string,
  body: (store: Store, faults: Faults) => Promise<void>,
): Promise<void> {
  const faults = new Faults();
  const store = await openStore({ url, around: faults.around });
  try {
    await body(store, faults);
  } finally {
    await store.close();
  }
}

forEachStore(
  "a commit that fails is everybody's failure, and nothing of anybody is there",
  (_store, { url }) =>
    withFaults(url, async (store, faults) => {
      await addTeam(store, "There");
      faults.failCommit = true;
      const works = ["A", "B", "C", "D"].map((name) => addTeam(store, name));
      for (const result of await Promise.allSettled(works)) {
        assert.ok(result.status === "rejected");
        assert.ok(result.reason instanceof StoreUnavailableError);
      }
      faults.failCommit = false;
      await addTeam(store, "Later");
      assert.deepEqual(await teamNames(store), ["Later", "There"]);
    }),
  EVERY_BACKEND,
);

forEachStore(
  "on SQLite those who come together are one commit, and who comes alone is not held up",
  (_store, { url }) =>
    withFaults(url, async (store, faults) => {
      await addTeam(store, "Alone");
      assert.equal(faults.begun, 1);
      const works = Array.from(
        { length: 20 },
        (_, n) => addTeam(store, `${n}`),
      );
      await Promise.all(works);
      assert.ok(faults.begun <= 3, `${faults.begun} transactions`);
      assert.equal((await teamNames(store)).length, 21);
    }),
  ["libSQL"],
);

forEachStore(
  "when SQLite gives up the whole transaction, those before and after the cause are refused with it",
  (_store, { url }) =>
    withFaults(url, async (store, faults) => {
      await addTeam(store, "There");
      faults.loseSavepoint = true;
      const results = await Promise.allSettled([
        addTeam(store, "A"),
        addTeam(store, "B"),
        store.transaction(() => Promise.reject(new Error("the cause"))),
        addTeam(store, "C"),
      ]);
      assert.ok(results.some(({ status }) => status === "rejected"));
      const names = await teamNames(store);
      ["A", "B", "C"].forEach((name, at) => {
        const answered = results[at < 2 ? at : 3];
        assert.equal(names.includes(name), answered?.status === "fulfilled");
      });
      for (const result of results) {
        if (result.status === "fulfilled") continue;
        assert.ok(result.reason instanceof StoreUnavailableError);
      }
      faults.loseSavepoint = false;
      await addTeam(store, "Later");
    }),
  ["libSQL"],
);
