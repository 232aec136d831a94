import assert from "node:assert/strict";
import type { NewIncident } from "../../../src/ports/incident_repositories.ts";
import type { Store } from "../../../src/ports/store.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
  responder,
  type World,
} from "../fixture.ts";

const HOUR = 60 * MINUTE;

contract("what is open is counted by status and severity", async (store) => {
  const world = await createWorld(store);
  await several(store, world, [
    { severity: "critical" },
    { severity: "critical" },
    { severity: "error", status: "acknowledged" },
    { severity: "error", status: "resolved", resolvedAtMs: NOW },
  ]);
  const counts = await store.overview.openCounts();
  assert.deepEqual(
    counts.toSorted((a, b) => a.severity.localeCompare(b.severity)),
    [
      { status: "triggered", severity: "critical", count: 2 },
      { status: "acknowledged", severity: "error", count: 1 },
    ],
  );
});

contract(
  "the most urgent waits for an answer, is the worst, and is the oldest",
  async (store) => {
    const world = await createWorld(store);
    await several(store, world, [
      { title: "acknowledged", severity: "critical", status: "acknowledged" },
      { title: "mild", severity: "warning", openedAtMs: NOW - HOUR },
      { title: "bad, new", severity: "critical", openedAtMs: NOW },
      { title: "bad, old", severity: "critical", openedAtMs: NOW - MINUTE },
      { title: "over", status: "resolved", resolvedAtMs: NOW },
    ]);
    const titles = async (limit: number) =>
      (await store.overview.mostUrgent(limit)).map(({ title }) => title);
    assert.deepEqual(await titles(10), [
      "bad, old",
      "bad, new",
      "mild",
      "acknowledged",
    ]);
    assert.deepEqual(await titles(1), ["bad, old"]);
    const [first] = await store.overview.mostUrgent(1);
    assert.equal(first?.teamName, "Ops");
  },
);

contract(
  "a window of the list begins right behind or ends right before a place",
  async (store) => {
    const world = await createWorld(store);
    const all = await several(
      store,
      world,
      // Three of them opened in the same millisecond.
      [0, 1, 1, 1, 2].map((ms) => ({ openedAtMs: NOW + ms })),
    );
    const newestFirst = all.map(({ id }) => id).reverse();
    const ids = async (
      window: Parameters<Store["overview"]["incidents"]>[1],
    ) => {
      const { items, more } = await store.overview.incidents({}, window);
      return { ids: items.map(({ id }) => id), more };
    };
    assert.deepEqual(await ids({ limit: 2 }), {
      ids: newestFirst.slice(0, 2),
      more: true,
    });
    const place = all[3];
    assert.ok(place);
    assert.deepEqual(await ids({ limit: 5, olderThan: place }), {
      ids: newestFirst.slice(2),
      more: false,
    });
    assert.deepEqual(await ids({ limit: 2, newerThan: all[0] ?? place }), {
      ids: newestFirst.slice(2, 4),
      more: true,
    });
    assert.equal(await store.overview.countIncidents({}, 3), 3);
    assert.equal(await store.overview.countIncidents({}, 100), 5);
  },
);

contract(
  "those whom the latest step has paged are named, once each",
  async (store) => {
    const world = await createWorld(store);
    const bob = await store.responders.insert(
      responder({ name: "Bob", email: "bob@example.com" }),
      NOW,
    );
    const incident = await open(store, world);
    const quiet = await open(store, world, { externalId: "quiet" });
    await store.notifications.insert([
      newPage(world, incident, { step: 0 }),
      newPage(world, incident, { step: 1, responderId: bob.id }),
      newPage(world, incident, {
        step: 1,
        responderId: bob.id,
        channel: "email",
      }),
      newPage(world, incident, { kind: "resolution", step: -1 }),
    ]);
    assert.deepEqual(
      await store.overview.lastPaged([incident.id, quiet.id]),
      new Map([[incident.id, ["Bob"]]]),
    );
    assert.deepEqual(await store.overview.lastPaged([]), new Map());
  },
);

contract(
  "the last day is counted by its hours, answered and over",
  async (store) => {
    const world = await createWorld(store);
    const from = NOW - 24 * HOUR;
    await several(store, world, [
      { openedAtMs: from - 1 },
      { openedAtMs: from },
      { openedAtMs: from + HOUR - 1, acknowledgedAtMs: from + HOUR + 99 },
      {
        openedAtMs: NOW - 1,
        status: "resolved",
        resolvedAtMs: NOW,
      },
    ]);
    assert.deepEqual(await store.overview.openedPerHour(from), [
      { hour: 0, count: 2 },
      { hour: 23, count: 1 },
    ]);
    assert.equal(await store.overview.stillOpenSince(from), 2);
    assert.deepEqual(await store.overview.answerTimesMs(from), [100]);
  },
);

contract(
  "earlier incidents of the same alert come last first",
  async (store) => {
    const world = await createWorld(store);
    const over = (resolvedAtMs: number) => ({
      externalId: "disk-full",
      status: "resolved" as const,
      resolvedAtMs,
      resolvedBy: "recovery" as const,
    });
    const [first, second] = [
      await open(store, world, over(NOW)),
      await open(store, world, over(NOW + MINUTE)),
    ];
    await open(store, world, { ...over(NOW), externalId: "other" });
    await open(store, world);
    const earlier = await store.overview.earlier(
      { sourceId: world.source.id, externalId: "disk-full" },
      5,
    );
    assert.deepEqual(earlier.map(({ id }) => id), [second?.id, first?.id]);
  },
);

contract(
  "pages are counted by their state since an instant, and the last one sent is known",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    assert.equal(await store.overview.lastSent(), null);
    await store.notifications.insert([
      newPage(world, incident, { createdAtMs: NOW - HOUR }),
      newPage(world, incident),
      newPage(world, incident, { state: "suppressed" }),
    ]);
    const counts = await store.overview.countPages(NOW);
    assert.deepEqual(
      counts.toSorted((a, b) => a.state.localeCompare(b.state)),
      [{ state: "queued", count: 1 }, { state: "suppressed", count: 1 }],
    );
    const [first] = await store.notifications.listByIncident(incident.id);
    assert.ok(first);
    await store.notifications.save(
      {
        ...first,
        state: "delivered",
        sentAtMs: NOW + 400,
        deliveredAtMs: NOW + 900,
      },
      first,
    );
    assert.deepEqual(await store.overview.lastSent(), {
      dueAtMs: NOW,
      sentAtMs: NOW + 400,
      deliveredAtMs: NOW + 900,
    });
  },
);

contract(
  "the marker changes with every story, and only then",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const before = await store.overview.changeMarker();
    assert.equal(await store.overview.changeMarker(), before);
    const other = await openAnother();
    await other.timeline.add(incident.id, [
      { kind: "note_added", atMs: NOW, actor: { kind: "system" }, detail: {} },
    ]);
    assert.notEqual(await store.overview.changeMarker(), before);
  },
);

async function several(
  store: Store,
  world: World,
  changes: Partial<NewIncident>[],
) {
  const made = [];
  for (const [at, change] of changes.entries()) {
    made.push(await open(store, world, { externalId: `key-${at}`, ...change }));
  }
  return made;
}
