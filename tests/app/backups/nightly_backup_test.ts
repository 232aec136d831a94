import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  createNightlyBackup,
  type NightlyBackupOptions,
} from "../../../src/app/backups/nightly_backup.ts";
import type { Store } from "../../../src/ports/store.ts";
import { forEachStore } from "../../stores.ts";

const MINUTE = 60_000;
const SLOT_MS = Date.UTC(2026, 10, 28, 3, 30);

/** Nodes that share a clock, and what each of them was asked to make. */
class Nodes {
  nowMs = SLOT_MS;
  readonly taken: string[] = [];
  readonly #store: Store;
  #outcome: () => Promise<void> = () => Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What becomes of backups from now on. */
  answer(outcome: () => Promise<void>): void {
    this.#outcome = outcome;
  }

  join(node: string, options: Partial<NightlyBackupOptions> = {}) {
    return createNightlyBackup({
      ...{ store: this.#store, clock: () => this.nowMs, node },
      atMinute: 3 * 60 + 30,
      take: async () => {
        this.taken.push(node);
        const beganAtMs = this.nowMs;
        await this.#outcome();
        return { location: `/backups/${node}.db`, sizeBytes: 1, beganAtMs };
      },
      stopping: new AbortController().signal,
      ...options,
    });
  }
}

forEachStore(
  "one node makes the backup of a night, the others see that it is made, and the audit log tells of it",
  async (store) => {
    const nodes = new Nodes(store);
    const [a, b] = [nodes.join("a"), nodes.join("b")];
    equal(await a(), "Made /backups/a.db");
    match(await b(), /The newest is \/backups\/a\.db/);
    nodes.nowMs += 24 * 60 * MINUTE - 1;
    await b();
    deepEqual(nodes.taken, ["a"]);
    nodes.nowMs += 1;
    equal(await b(), "Made /backups/b.db");
    const { items } = await store.auditLog.list({}, { page: 1, pageSize: 9 });
    deepEqual(items.map(({ action }) => action), [
      "database.backup",
      "database.backup",
    ]);
    match(items[0]?.detail ?? "", /"to":"\/backups\/b\.db".*"how":"nightly"/);
  },
);

forEachStore(
  "a backup that fails is said loudly until it succeeds, half an hour later at the soonest",
  async (store) => {
    const nodes = new Nodes(store);
    const [a, b] = [nodes.join("a"), nodes.join("b")];
    nodes.answer(() => Promise.reject(new Error("the disk is full")));
    await rejects(a(), /the disk is full/);
    nodes.nowMs += 29 * MINUTE;
    await rejects(b(), /The last try failed: the disk is full/);
    nodes.answer(() => Promise.resolve());
    nodes.nowMs += MINUTE;
    equal(await b(), "Made /backups/b.db");
    deepEqual(nodes.taken, ["a", "b"]);
    match(await a(), /The newest is/);
  },
);

forEachStore(
  "a backup that takes long stays the node's own, and what ends is left to another at once",
  async (store) => {
    const nodes = new Nodes(store);
    const stopping = new AbortController();
    const a = nodes.join("a", { stopping: stopping.signal });
    const b = nodes.join("b");
    const { promise, reject } = Promise.withResolvers<void>();
    nodes.answer(() => promise);
    const begun = a();
    // Its claim is written before it is begun.
    while (nodes.taken.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    equal(await b(), "Another node is at it");
    for (let minute = 0; minute < 12; minute++) {
      nodes.nowMs += MINUTE;
      void a().catch(() => {});
      await store.backups.state();
      equal(await b(), "Another node is at it");
    }
    stopping.abort();
    reject(new Error("stopped"));
    await rejects(begun, /stopped/);
    nodes.answer(() => Promise.resolve());
    equal(await b(), "Made /backups/b.db");
    equal(nodes.taken.join(), "a,b");
  },
);
