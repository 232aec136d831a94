import assert from "node:assert/strict";
import { StoreConflictError } from "../../../src/ports/store.ts";
import type { Store } from "../../../src/ports/store.ts";
import { rotationOf } from "../../domain/schedules/plans.ts";
import { contract, createWorld, MINUTE, NOW, responder } from "../fixture.ts";

async function rota(store: Store) {
  const { team, ada } = await createWorld(store);
  const grace = await store.responders.insert(
    responder({ name: "Grace", email: "grace@example.com" }),
    NOW,
  );
  const schedule = await store.schedules.insert({
    teamId: team.id,
    name: "Primary",
    description: "",
    timeZone: "Europe/London",
  }, NOW);
  const add = (name: string, responderIds = [ada.id]) =>
    store.schedules.insertLayer({
      scheduleId: schedule.id,
      name,
      kind: "rotation",
      rotation: rotationOf({ responderIds }),
    }, NOW);
  const names = async () =>
    (await store.schedules.layers(schedule.id)).map(({ name }) => name);
  return { ada, grace, schedule, add, names };
}

contract(
  "layers lie in the order of their making until another is asked for",
  async (store) => {
    const { schedule, add, names } = await rota(store);
    const low = await add("Low");
    const middle = await add("Middle");
    const high = await add("High");
    assert.deepEqual([low, middle, high].map(({ position }) => position), [
      0,
      1,
      2,
    ]);
    assert.deepEqual(await store.schedules.findLayer(middle.id), middle);
    await store.schedules.orderLayers(schedule.id, [
      high.id,
      low.id,
      middle.id,
    ]);
    assert.deepEqual(await names(), ["High", "Low", "Middle"]);
    assert.equal(await store.schedules.deleteLayer(low.id), true);
    assert.equal(await store.schedules.deleteLayer(low.id), false);
    assert.equal(await store.schedules.findLayer(low.id), null);
    await add("New");
    assert.deepEqual(await names(), ["High", "Middle", "New"]);
    await store.schedules.delete(schedule.id);
    assert.equal(await store.schedules.findLayer(high.id), null);
  },
);

contract(
  "a changed layer keeps what the change does not name",
  async (store) => {
    const { grace, ada, add } = await rota(store);
    const layer = await add("Weekly");
    const rotation = rotationOf({ responderIds: [grace.id, ada.id] });
    const changed = await store.schedules.updateLayer(
      layer.id,
      { rotation },
      NOW + 5,
    );
    assert.deepEqual(changed, { ...layer, rotation, updatedAtMs: NOW + 5 });
    assert.deepEqual(await store.schedules.findLayer(layer.id), changed);
    const missing = layer.id + 1_000;
    assert.equal(
      await store.schedules.updateLayer(missing, { name: "x" }, NOW),
      null,
    );
  },
);

contract(
  "who is on a rota cannot be deleted, and the schedule is named",
  async (store) => {
    const { grace, ada, schedule, add } = await rota(store);
    const layer = await add("Weekly", [ada.id, grace.id, grace.id]);
    assert.deepEqual(await store.responders.dependents(grace.id), [
      { kind: "schedule", id: schedule.id, name: "Primary" },
    ]);
    await assert.rejects(store.responders.delete(grace.id), StoreConflictError);
    const rotation = rotationOf({ responderIds: [ada.id] });
    await store.schedules.updateLayer(layer.id, { rotation }, NOW);
    assert.equal(await store.responders.delete(grace.id), true);
  },
);

contract("who is stood in for cannot be deleted either", async (store) => {
  const { grace, ada, schedule } = await rota(store);
  const entry = await store.schedules.insertEntry({
    scheduleId: schedule.id,
    kind: "override",
    responderId: ada.id,
    replacesResponderId: grace.id,
    startsAtMs: NOW,
    endsAtMs: NOW + MINUTE,
  }, NOW);
  assert.deepEqual(await store.schedules.findEntry(entry.id), entry);
  assert.equal(entry.replacesResponderId, grace.id);
  await assert.rejects(store.responders.delete(grace.id), StoreConflictError);
});

contract(
  "plans hold the zone, the layers in order, and the windows of the range",
  async (store) => {
    const { ada, grace, schedule, add } = await rota(store);
    const weekly = await add("Weekly");
    const nights = await add("Nights", [grace.id]);
    await store.schedules.orderLayers(schedule.id, [nights.id, weekly.id]);
    const entry = (startsAtMs: number) =>
      store.schedules.insertEntry({
        scheduleId: schedule.id,
        kind: "entry",
        responderId: ada.id,
        replacesResponderId: null,
        startsAtMs,
        endsAtMs: startsAtMs + MINUTE,
      }, NOW);
    const inside = await entry(NOW);
    await entry(NOW + 10 * MINUTE);
    const bare = await store.schedules.insert({
      teamId: schedule.teamId,
      name: "Bare",
      description: "",
      timeZone: "Asia/Kolkata",
    }, NOW);
    const ids = [bare.id, schedule.id, schedule.id + 1_000];
    const plans = await store.schedules.plans(ids, NOW, NOW + 5 * MINUTE);
    assert.deepEqual([...plans.keys()].sort(), [schedule.id, bare.id].sort());
    assert.deepEqual(plans.get(bare.id), {
      timeZone: "Asia/Kolkata",
      layers: [],
      windows: [],
    });
    const plan = plans.get(schedule.id);
    assert.equal(plan?.timeZone, "Europe/London");
    assert.deepEqual(plan?.layers.map(({ id }) => id), [nights.id, weekly.id]);
    assert.deepEqual(plan?.windows.map(({ id }) => id), [inside.id]);
    assert.deepEqual(await store.schedules.plans([], NOW, NOW + 1), new Map());
  },
);
