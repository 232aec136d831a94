import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { ingest } from "../../src/app/intake/ingest.ts";
import type { Arriving } from "../../src/app/intake/ingest_together.ts";
import { createIntakeQueue } from "../../src/app/intake/intake_queue.ts";
import { createDeliverer } from "../../src/app/delivery/deliver.ts";
import type { Engine } from "../../src/app/engine.ts";
import { createLinkSigner } from "../../src/app/delivery/page_message.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Alert } from "../../src/domain/intake/alert.ts";
import { SEVERITIES } from "../../src/domain/intake/alert.ts";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import {
  type Repositories,
  type Store,
  StoreUnavailableError,
} from "../../src/ports/store.ts";
import { createWorld, MINUTE, NOW, type World } from "../store/fixture.ts";
import { forEachStore, withStore } from "../stores.ts";

const BUCKET = { capacity: 1_000, refillPerSecond: 10 };

function engineOn(
  store: Store,
): Engine & { nowMs: number; kicks: number } {
  const engine = {
    store,
    nowMs: NOW,
    kicks: 0,
    clock: () => engine.nowMs,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    sendingEnabled: true,
    observer: UNOBSERVED,
    kick: () => void engine.kicks++,
    lookSoon: () => {},
  };
  return engine;
}

function alert(changes: Partial<Alert>): Alert {
  return {
    kind: "firing",
    externalId: "disk-1",
    title: "Disk full",
    description: "",
    severity: "error",
    startsAtMs: null,
    links: [],
    labels: {},
    isTest: false,
    remark: "",
    payload: "{}",
    ...changes,
  };
}

function arriving(world: World, ...alerts: Alert[]): Arriving {
  const { source, policy, team } = world;
  return {
    origin: { source, policy, teamName: team.name },
    arrival: { alerts, messageId: null, warning: null },
  };
}

/** A person whom the world's policy reaches by these ways. */
async function reachable(
  store: Store,
  channels: readonly ("sms" | "email")[] = ["sms", "email"],
): Promise<World> {
  const world = await createWorld(store);
  for (const channel of channels) {
    await store.responders.insertContactMethod({
      responderId: world.ada.id,
      channel,
      address: channel === "sms" ? "+447700900123" : "ada@example.com",
      label: "",
      enabled: true,
    }, NOW);
  }
  return world;
}

/** All that alerts leave behind, without what is different each time. */
async function stateOf(store: Store): Promise<unknown[]> {
  const { items } = await store.incidents.list({}, { page: 1, pageSize: 200 });
  const shown = await Promise.all(items.map(async ({ id }) => {
    const { id: _id, version: _version, ...incident } =
      await store.incidents.find(id) ?? assert.fail();
    const pages = await store.notifications.listByIncident(id);
    const story = await store.timeline.list(id, { afterId: 0, limit: 100 });
    return {
      incident,
      pages: pages.map(({ channel, state, dueAtMs, step, round, kind }) => ({
        ...{ channel, state, dueAtMs, step, round, kind },
      })),
      story: story.map(({ kind, atMs, actor, detail }) => ({
        ...{ kind, atMs, actor },
        detail: { ...detail, notificationId: null },
      })),
    };
  }));
  const key = (one: (typeof shown)[number]) =>
    `${one.incident.externalId} ${one.incident.openedAtMs}`;
  return shown.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

const anyAlert = fc.record({
  kind: fc.constantFrom("firing", "firing", "firing", "resolved", "note"),
  externalId: fc.constantFrom("a", "b", "c", "d", "e"),
  severity: fc.constantFrom(...SEVERITIES),
  startsAtMs: fc.constantFrom(null, null, NOW - MINUTE, NOW + 3 * MINUTE),
  isTest: fc.boolean(),
  remark: fc.constantFrom("", "", "Left out: labels (not an object)."),
}) as fc.Arbitrary<Partial<Alert>>;

/** What arrives at one moment: alerts of different incidents. */
const moments = fc.array(
  fc.uniqueArray(anyAlert, {
    selector: ({ externalId }) => externalId,
    minLength: 1,
  }),
  { minLength: 1, maxLength: 6 },
);

for (const backend of ["libSQL", "PostgreSQL"] as const) {
  Deno.test(`alerts taken in together leave behind what they do one by one (${backend})`, async () => {
    await fc.assert(
      fc.asyncProperty(moments, async (given) => {
        const states: unknown[] = [];
        for (const way of ["together", "one by one"]) {
          await withStore(backend, async (store) => {
            const world = await reachable(store);
            const engine = engineOn(store);
            const queue = createIntakeQueue(engine, { bucket: BUCKET });
            for (const moment of given) {
              engine.nowMs += 2 * MINUTE;
              const all = moment.map((each) => arriving(world, alert(each)));
              if (way === "together") {
                // The first goes alone, the rest as one group.
                await Promise.all(all.map((each) => queue.ingest(each)));
              } else {
                for (const { origin, arrival } of all) {
                  await ingest(engine, origin, arrival);
                }
              }
            }
            states.push(await stateOf(store));
          });
        }
        assert.deepEqual(states[0], states[1]);
      }),
      { numRuns: backend === "libSQL" ? 40 : 8 },
    );
  });
}

forEachStore("a flood goes in few transactions", async (store) => {
  const world = await reachable(store);
  let transactions = 0;
  const engine = engineOn({
    ...store,
    transaction: (work) => {
      transactions++;
      return store.transaction(work);
    },
  });
  const queue = createIntakeQueue(engine, { bucket: BUCKET });
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      queue.ingest(
        arriving(world, alert({ externalId: `disk-${n % 50}` })),
      )),
  );
  const outcomes = results.map(({ results: [one] }) => one?.outcome);
  assert.equal(outcomes.filter((one) => one === "opened").length, 50);
  assert.equal(outcomes.filter((one) => one === "updated").length, 10);
  // The first alone and the others as one group; who came second to an incident that the group opens, by itself.
  assert.equal(transactions, 2 + 9);
  assert.ok(engine.kicks > 0);
  const again = await Promise.all(
    Array.from(
      { length: 60 },
      (_, n) =>
        queue.ingest(arriving(world, alert({ externalId: `disk-${n % 3}` }))),
    ),
  );
  // All of one incident's are one write.
  assert.ok(transactions <= 2 + 9 + 2, `${transactions} transactions`);
  const counts = again.map(({ results: [one] }) => one?.incident?.alertCount);
  assert.deepEqual(counts.slice(-3), [22, 22, 22]);
  assert.equal(await store.incidents.countOpen(), 50);
});

forEachStore(
  "one that is refused harms none of those it came with",
  async (store) => {
    const world = await reachable(store);
    const queue = createIntakeQueue(engineOn(store), { bucket: BUCKET });
    const gone = { ...world, source: { ...world.source, id: 4_711 } };
    const results = await Promise.allSettled([
      queue.ingest(arriving(world, alert({ externalId: "first" }))),
      queue.ingest(arriving(world, alert({ externalId: "before" }))),
      queue.ingest(arriving(gone, alert({ externalId: "refused" }))),
      queue.ingest(arriving(world, alert({ externalId: "after" }))),
    ]);
    assert.deepEqual(results.map(({ status }) => status), [
      ...["fulfilled", "fulfilled", "rejected", "fulfilled"],
    ]);
    assert.equal(await store.incidents.countOpen(), 3);
  },
);

forEachStore(
  "a group whose commit fails is refused whole, and nothing of it is there",
  async (store) => {
    const world = await reachable(store);
    let away = false;
    const queue = createIntakeQueue(
      engineOn({
        ...store,
        transaction: (work) =>
          store.transaction(async (tx: Repositories) => {
            const done = await work(tx);
            if (away) throw new StoreUnavailableError("The disk is full.");
            return done;
          }),
      }),
      { bucket: BUCKET },
    );
    await queue.ingest(arriving(world, alert({ externalId: "there" })));
    away = true;
    const results = await Promise.allSettled(
      ["there", "one", "two", "three"].map((externalId) =>
        queue.ingest(arriving(world, alert({ externalId })))
      ),
    );
    for (const result of results) {
      assert.equal(result.status, "rejected");
      assert.ok(result.reason instanceof StoreUnavailableError);
    }
    assert.equal(await store.incidents.countOpen(), 1);
    const open = await store.incidents.findOpen(world.source.id, "there");
    assert.equal(open?.alertCount, 1);
  },
);

/**
 * A deliverer whose one channel notes what is sent, and how its row looks to others meanwhile; the provider's answer comes
 * when `answer` does.
 */
function sender(engine: Engine, answer: Promise<void> = Promise.resolve()) {
  const sent: string[] = [];
  const channel: Channel = {
    kind: "sms",
    provider: "Test",
    async send(message) {
      const rows = await engine.store.notifications
        .findByProviderMessageIds([message.idempotencyKey]);
      sent.push(...rows.map(({ state, attempt }) => `${state} ${attempt}`));
      await answer;
      return { outcome: "sent", providerMessageId: null };
    },
  };
  const deliverer = createDeliverer(engine, {
    channels: new Map([["sms", channel]]),
    node: "node",
    concurrency: 4,
    leaseMs: 20_000,
    bundlingMs: 0,
    baseUrl: "https://pager.example.com",
    links: createLinkSigner("a secret key that only the tests know"),
    mayClaim: () => true,
  });
  const claimEarly = () => deliverer.claimEarly({ firstAttemptsOnly: false });
  return { deliverer, sent, claimEarly };
}

forEachStore(
  "a page on an idle channel is claimed as it is written, and sent after the commit",
  async (store) => {
    const world = await reachable(store);
    // Nobody is woken: there is no other claim than the early one.
    const engine = engineOn(store);
    const { deliverer, sent, claimEarly } = sender(engine);
    const queue = createIntakeQueue(engine, { bucket: BUCKET, claimEarly });
    const { results: [one] } = await queue.ingest(arriving(world, alert({})));
    await deliverer.stop();
    assert.deepEqual(sent, ["sending 1"]);
    const rows = await store.notifications.listByIncident(one?.incidentId ?? 0);
    const sms = rows.find(({ channel }) => channel === "sms");
    assert.equal(sms?.state, "sent");
  },
);

forEachStore(
  "who stops waits for what is being claimed, and sends it",
  async (store) => {
    const world = await reachable(store, ["sms"]);
    const written = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const engine = engineOn({
      ...store,
      transaction: (work) =>
        store.transaction(async (tx: Repositories) => {
          const done = await work(tx);
          written.resolve();
          await gate.promise;
          return done;
        }),
    });
    const { deliverer, sent, claimEarly } = sender(engine);
    const queue = createIntakeQueue(engine, { bucket: BUCKET, claimEarly });
    const taken = queue.ingest(arriving(world, alert({})));
    await written.promise;
    const stopped = deliverer.stop();
    gate.resolve();
    engine.store = store;
    await Promise.all([taken, stopped]);
    assert.deepEqual(sent, ["sending 1"]);
    assert.equal(engine.kicks, 0);
  },
);

forEachStore(
  "pages are claimed as they are written while others are on their way, as far as there are places",
  async (store) => {
    const world = await reachable(store, ["sms"]);
    const engine = engineOn(store);
    const answer = Promise.withResolvers<void>();
    const { deliverer, sent, claimEarly } = sender(engine, answer.promise);
    const queue = createIntakeQueue(engine, { bucket: BUCKET, claimEarly });
    for (let n = 1; n <= 4; n++) {
      await queue.ingest(arriving(world, alert({ externalId: `disk-${n}` })));
      assert.equal(engine.kicks, 0);
    }
    // The fifth finds no place, and has to be claimed.
    await queue.ingest(arriving(world, alert({ externalId: "disk-5" })));
    assert.equal(engine.kicks, 1);
    const delivered = deliverer.deliver({ firstAttemptsOnly: false });
    answer.resolve();
    await delivered;
    assert.deepEqual(sent, Array(5).fill("sending 1"));
    await deliverer.stop();
  },
);

forEachStore(
  "a transaction that is repeated sends what its last run has claimed",
  async (store) => {
    const world = await reachable(store, ["sms"]);
    let runs = 0;
    const engine = engineOn({
      ...store,
      async transaction(work) {
        await store.transaction(async (tx: Repositories) => {
          await work(tx);
          runs++;
          throw new Error("asked to be repeated");
        }).catch(() => {});
        return await store.transaction(work);
      },
    });
    const { deliverer, sent, claimEarly } = sender(engine);
    const queue = createIntakeQueue(engine, { bucket: BUCKET, claimEarly });
    await queue.ingest(arriving(world, alert({})));
    engine.store = store;
    await deliverer.stop();
    assert.ok(runs > 0);
    assert.deepEqual(sent, ["sending 1"]);
  },
);

forEachStore(
  "what was claimed early and is rolled back is not sent, and the channel goes on",
  async (store) => {
    const world = await reachable(store);
    let away = true;
    const engine = engineOn({
      ...store,
      transaction: (work) =>
        store.transaction(async (tx: Repositories) => {
          const done = await work(tx);
          if (away) throw new StoreUnavailableError("The disk is full.");
          return done;
        }),
    });
    const { deliverer, sent, claimEarly } = sender(engine);
    const queue = createIntakeQueue(engine, { bucket: BUCKET, claimEarly });
    await assert.rejects(queue.ingest(arriving(world, alert({}))));
    assert.deepEqual(sent, []);
    away = false;
    await queue.ingest(arriving(world, alert({})));
    await deliverer.stop();
    assert.deepEqual(sent, ["sending 1"]);
  },
);

Deno.test("who comes when too many wait is to be turned away", () => {
  const never = Promise.withResolvers<never>();
  const store = {
    transaction: () => never.promise,
  } as unknown as Store;
  const queue = createIntakeQueue(engineOn(store), { bucket: BUCKET });
  const world = {
    source: { id: 1 },
    policy: {},
    team: { name: "Ops" },
  } as unknown as World;
  for (let n = 1; n < 1_000; n++) {
    void queue.ingest(arriving(world, alert({ externalId: `disk-${n}` })));
    assert.equal(queue.isFull(), false);
  }
  void queue.ingest(arriving(world, alert({ externalId: "one more" })));
  assert.equal(queue.isFull(), true);
});
