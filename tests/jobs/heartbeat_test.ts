import assert from "node:assert/strict";
import { mayWorkOn, schemaFit } from "../../src/domain/system/schema_fit.ts";
import { createHeartbeat } from "../../src/jobs/heartbeat.ts";
import { type Store, StoreUnavailableError } from "../../src/ports/store.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import {
  NEWER_FITTING_MIGRATION,
  NEWER_MIGRATION,
  runSql,
  WITHOUT_NEWER_MIGRATION,
} from "../sql.ts";
import { forEachStore } from "../stores.ts";

/** A node on the store whose clock the test holds, and how often it was told to go on. */
function nodeOn(store: Pick<Store, "check" | "nodes">, name = "web-1-a") {
  const held = { nowMs: 1_000, goneOn: 0 };
  const heartbeat = createHeartbeat({
    store,
    clock: () => held.nowMs,
    self: {
      name,
      hostname: "web-1",
      version: "2.0.0",
      schemaVersion: NEWEST_SCHEMA_VERSION,
      delivers: true,
      escalates: true,
      startedAtMs: held.nowMs,
    },
    fits: (schema) => mayWorkOn(schemaFit(schema, NEWEST_SCHEMA_VERSION)),
    onGoOn: () => held.goneOn++,
  });
  /** A beat that is a new one. */
  const beatLater = async (afterMs = 2_000) => {
    held.nowMs += afterMs;
    await heartbeat.beat();
  };
  const phases = async () =>
    (await store.nodes.list()).map(({ name, phase }) => `${name} ${phase}`);
  return { heartbeat, held, beatLater, phases };
}

forEachStore(
  "a node is seen from its start to its end, and by others too",
  async (store, { openAnother }) => {
    const { heartbeat, beatLater, phases } = nodeOn(store);
    const other = nodeOn(await openAnother(), "web-2-b");
    await heartbeat.start();
    await other.heartbeat.start();
    await beatLater();
    assert.deepEqual(await other.phases(), [
      "web-1-a running",
      "web-2-b running",
    ]);
    const [seen] = await store.nodes.list();
    assert.equal(seen?.lastSeenAtMs, 3_000);
    await other.heartbeat.stop();
    heartbeat.drain();
    assert.equal(heartbeat.mayWork(), false);
    assert.equal(heartbeat.isDraining(), true);
    await heartbeat.stop();
    assert.deepEqual(await phases(), ["web-1-a stopped", "web-2-b stopped"]);
  },
);

forEachStore(
  "a node stands back while the database is at a migration that it would have to know",
  async (store, { url }) => {
    const { heartbeat, held, beatLater, phases } = nodeOn(store);
    await heartbeat.start();
    assert.equal(heartbeat.mayWork(), true);
    await runSql(url, NEWER_MIGRATION);
    await beatLater();
    assert.equal(heartbeat.mayWork(), false);
    assert.deepEqual(await phases(), ["web-1-a standing_back"]);
    assert.equal(held.goneOn, 0);
    await runSql(url, WITHOUT_NEWER_MIGRATION);
    await beatLater();
    assert.equal(heartbeat.mayWork(), true);
    assert.equal(held.goneOn, 1);
    await heartbeat.stop();
  },
);

forEachStore(
  "a node goes on while the database has newer migrations of which it need not know",
  async (store, { url }) => {
    const { heartbeat, held, beatLater, phases } = nodeOn(store);
    await heartbeat.start();
    await runSql(url, NEWER_FITTING_MIGRATION);
    await beatLater();
    assert.equal(heartbeat.mayWork(), true);
    assert.deepEqual(await phases(), ["web-1-a running"]);
    await runSql(url, NEWER_MIGRATION);
    await beatLater();
    assert.equal(heartbeat.mayWork(), false, "not with both");
    await runSql(url, WITHOUT_NEWER_MIGRATION);
    await beatLater();
    assert.equal(heartbeat.mayWork(), true);
    assert.equal(held.goneOn, 1);
    await heartbeat.stop();
  },
);

forEachStore(
  "many who ask at once share one look, and a row that is fresh is not written again",
  async ({ nodes, check }) => {
    const done = { checks: 0, saves: 0 };
    const { heartbeat, held, beatLater } = nodeOn({
      nodes: {
        list: () => nodes.list(),
        prune: (beforeMs) => nodes.prune(beforeMs),
        save(node) {
          done.saves++;
          return nodes.save(node);
        },
      },
      check() {
        done.checks++;
        return check();
      },
    });
    await heartbeat.start();
    held.nowMs += 5_000;
    await Promise.all(Array.from({ length: 20 }, () => heartbeat.beat()));
    assert.deepEqual(done, { checks: 2, saves: 2 });
    await beatLater(999);
    assert.deepEqual(done, { checks: 3, saves: 2 });
    await beatLater(1);
    assert.deepEqual(done, { checks: 4, saves: 3 });
    await heartbeat.stop();
  },
  ["libSQL"],
);

forEachStore(
  "a database that was away and is back makes the node go on at once",
  async (store) => {
    let away = true;
    const { heartbeat, held, beatLater } = nodeOn({
      nodes: store.nodes,
      check: () =>
        away
          ? Promise.reject(new StoreUnavailableError("It is away."))
          : store.check(),
    });
    await heartbeat.start();
    assert.equal(heartbeat.mayWork(), true, "nobody knows better");
    away = false;
    await beatLater();
    await beatLater();
    assert.equal(held.goneOn, 1);
    await heartbeat.stop();
  },
  ["libSQL"],
);
