import assert from "node:assert/strict";
import { configureLogging } from "../../src/logging.ts";
import type { Signals } from "../../src/ports/signals.ts";
import type { Store } from "../../src/ports/store.ts";
import { postgresSignals } from "../../src/store/postgres/postgres_signals.ts";
import { createTelling } from "../../src/store/postgres/telling.ts";
import { createChangeFeed } from "../../src/web/change_feed.ts";
import { runSql } from "../sql.ts";
import { forEachStore } from "../stores.ts";
import { createWorld, NOW, open } from "./fixture.ts";

/** Who listens: how often it heard, and when it hears next. */
class Ear {
  times = 0;
  #next = Promise.withResolvers<void>();
  readonly signals: Signals;

  constructor(store: Store) {
    assert.ok(store.signals);
    this.signals = store.signals;
    this.signals.listen(() => {
      this.times++;
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    });
  }

  /** Settles when it hears. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  async hearing(): Promise<void> {
    while (!this.signals.isHearing()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Commits and tells until what is waited for has happened. */
async function commitUntil(store: Store, heard: Promise<void>): Promise<void> {
  let over = false;
  heard.then(() => over = true);
  for (let count = 0; !over; count++) {
    await store.seenMessages.record("signals", `${Math.random()}`, count);
    store.signals?.tell();
    await Promise.race([
      heard,
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
  }
}

const ENDS_LISTENERS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pagerpal listener'";

forEachStore(
  "what one process commits and tells, the others hear, and it does not hear itself",
  async (store, { openAnother }) => {
    const own = new Ear(store);
    const other = new Ear(await openAnother());
    await own.hearing();
    await other.hearing();
    own.times = 0;
    await commitUntil(store, other.next);
    assert.equal(own.times, 0);
  },
);

forEachStore(
  "an open page is told of what another process committed without looking by itself",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const elsewhere = await openAnother();
    const feed = createChangeFeed({
      readMarker: () => elsewhere.overview.changeMarker(),
      everyMs: () => 3_600_000,
    });
    elsewhere.signals?.listen(() => feed.kick());
    const told = Promise.withResolvers<void>();
    const before = await feed.marker();
    feed.subscribe((marker) => {
      if (marker !== null && marker !== before) told.resolve();
    });
    let over = false;
    told.promise.then(() => over = true);
    for (let count = 0; !over; count++) {
      const { id } = await open(store, world, { externalId: `e${count}` });
      await store.timeline.add(id, [
        { kind: "opened", atMs: NOW, actor: { kind: "system" }, detail: {} },
      ]);
      store.signals?.tell();
      await Promise.race([
        told.promise,
        new Promise((resolve) => setTimeout(resolve, 200)),
      ]);
    }
    feed.close();
  },
);

forEachStore(
  "a listener that loses its connection hears again, and is told that it may have missed something",
  async (store, { url, openAnother }) => {
    const ear = new Ear(await openAnother());
    await ear.hearing();
    for (let round = 0; round < 3; round++) {
      const again = ear.next;
      await runSql(url, ENDS_LISTENERS);
      await again;
      await commitUntil(store, ear.next);
    }
  },
  ["PostgreSQL"],
);

forEachStore(
  "what was told last is told before the end",
  async (store, { openAnother }) => {
    const ear = new Ear(store);
    await ear.hearing();
    const last = await openAnother();
    const heard = ear.next;
    await last.seenMessages.record("signals", "last", NOW);
    last.signals?.tell();
    await last.close();
    await heard;
  },
);

Deno.test("a libSQL server tells nobody", async () => {
  const { openStore } = await import("../../src/store/open.ts");
  const store = await openStore({ url: "http://127.0.0.1:1" });
  assert.equal(store.signals, null);
  await store.close();
});

Deno.test("a storm of tellings sends few messages, the last of them after the last telling", async () => {
  let told = 0;
  const sent: number[] = [];
  const telling = createTelling(() => {
    sent.push(told);
    return Promise.reject(new Error("A lost message is not a failure."));
  });
  for (let burst = 0; burst < 10; burst++) {
    for (let each = 0; each < 100; each++) {
      told++;
      telling.tell();
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  await telling.close();
  telling.tell();
  assert.ok(sent.length <= 10, `${sent.length} of ${told}`);
  assert.equal(sent.at(-1), 1_000);
});

forEachStore(
  "a node whose notifications never arrive knows that it does not hear",
  async (_store, { url }) => {
    // As a pooler in transaction mode: what is sent goes nowhere, and all else works.
    const deaf = postgresSignals(url, () => {
      const rows = [{ name: "deaf" }];
      return Promise.resolve({ rows, changes: 0 });
    });
    const lines: string[] = [];
    configureLogging({
      level: "warning",
      secrets: [],
      sink: (line) => lines.push(line),
    });
    deaf.listen(() => {});
    while (lines.length === 0) {
      assert.equal(deaf.isHearing(), false);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(lines.join(), /does not hear what other nodes commit/);
    await deaf.close();
  },
  ["PostgreSQL"],
);
