/** What is written of a schedule's layers, on both databases. */
import assert from "node:assert/strict";
import {
  type LayerFields,
  NewLayer,
} from "../../src/app/schedules/layer_fields.ts";
import { RefusedError } from "../../src/app/refused_error.ts";
import {
  addLayer,
  changeLayer,
  MOST_LAYERS,
  orderLayers,
  removeLayer,
} from "../../src/app/schedules/schedule_layers.ts";
import { onCallAt } from "../../src/domain/schedules/schedule.ts";
import type { Store } from "../../src/ports/store.ts";
import { createWorld, NOW, responder, type World } from "../store/fixture.ts";
import { forEachStore } from "../stores.ts";

interface Rota extends World {
  store: Store;
  scheduleId: number;
  bobId: number;
}

const by = null;
const nowMs = NOW;

function test(name: string, body: (rota: Rota) => Promise<void>): void {
  forEachStore(name, async (store) => {
    const world = await createWorld(store);
    const email = "bob@example.com";
    const bob = await store.responders.insert(responder({ email }), NOW);
    const schedule = await store.schedules.insert({
      teamId: world.team.id,
      name: "Primary",
      description: "",
      timeZone: "Europe/London",
    }, NOW);
    const rota = { scheduleId: schedule.id, bobId: bob.id };
    await body({ ...world, store, ...rota });
  });
}

function fieldsOf(
  { ada }: Rota,
  changes: Partial<LayerFields> = {},
): LayerFields {
  return NewLayer.parse({
    name: "Weekly",
    responder_ids: [ada.id],
    starts_at: "2026-11-23T09:00",
    ...changes,
  });
}

function add(rota: Rota, changes: Partial<LayerFields> = {}) {
  const { store, scheduleId } = rota;
  const fields = fieldsOf(rota, changes);
  return store.transaction((tx) =>
    addLayer(tx, { scheduleId, fields, by, nowMs })
  );
}

async function refuses(
  work: Promise<unknown>,
  { kind, field }: { kind: RefusedError["kind"]; field?: string },
): Promise<string> {
  let message = "";
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RefusedError, String(error));
    assert.deepEqual([error.kind, error.detail.field], [kind, field]);
    message = error.message;
    return true;
  });
  return message;
}

async function audited({ store }: Rota) {
  const { items } = await store.auditLog.list({}, { page: 1, pageSize: 50 });
  return items.map(({ action, objectId, detail }) => ({
    action,
    objectId,
    detail: JSON.parse(detail),
  })).reverse();
}

test("layers are added on top, changed, ordered and removed, and the audit log has all of it", async (rota) => {
  const { store, scheduleId, bobId, ada } = rota;
  const low = await add(rota);
  const high = await add(rota, { name: "Nights", responder_ids: [bobId] });
  assert.deepEqual([low.position, high.position], [0, 1]);
  const place = { scheduleId, layerId: low.id, by, nowMs };
  const changed = await store.transaction((tx) =>
    changeLayer(tx, { ...place, fields: { responder_ids: [bobId, ada.id] } })
  );
  assert.deepEqual(changed.rotation.responderIds, [bobId, ada.id]);
  assert.equal(changed.name, "Weekly");
  const layerIds = [high.id, low.id];
  const ordered = await store.transaction((tx) =>
    orderLayers(tx, { scheduleId, layerIds, by, nowMs })
  );
  assert.deepEqual(ordered.map(({ id }) => id), layerIds);
  await store.transaction((tx) => removeLayer(tx, place));
  const left = await store.schedules.layers(scheduleId);
  assert.deepEqual(left.map(({ id }) => id), [high.id]);
  const log = await audited(rota);
  assert.deepEqual(log.map(({ action, objectId }) => [action, objectId]), [
    ["schedule_layer.create", low.id],
    ["schedule_layer.create", high.id],
    ["schedule_layer.update", low.id],
    ["schedule.order_layers", scheduleId],
    ["schedule_layer.delete", low.id],
  ]);
  assert.deepEqual(log[2]?.detail, {
    responder_ids: { from: [ada.id], to: [bobId, ada.id] },
  });
  assert.deepEqual(log[3]?.detail, {
    layer_ids: { from: [low.id, high.id], to: layerIds },
  });
});

test("unknown members, an unknown schedule and another schedule's layer are refused", async (rota) => {
  const { store, scheduleId, ada } = rota;
  const unknown = { kind: "invalid", field: "responder_ids" } as const;
  assert.equal(
    await refuses(add(rota, { responder_ids: [ada.id, 777] }), unknown),
    "There is no responder 777.",
  );
  await refuses(add({ ...rota, scheduleId: 777 }), { kind: "not_found" });
  const layer = await add(rota);
  const change = (scheduleId: number, layerId: number) =>
    store.transaction((tx) =>
      changeLayer(tx, {
        scheduleId,
        layerId,
        fields: { responder_ids: [777] },
        by,
        nowMs,
      })
    );
  await refuses(change(scheduleId, layer.id), unknown);
  await refuses(change(scheduleId, 777), { kind: "not_found" });
  await refuses(change(777, layer.id), { kind: "not_found" });
  assert.deepEqual(await store.schedules.findLayer(layer.id), layer);
});

test("what is left as it was must still agree with what is changed", async (rota) => {
  const { store, scheduleId } = rota;
  const { id: layerId } = await add(rota, { period_count: 52 });
  const change = (fields: Partial<LayerFields>) =>
    store.transaction((tx) =>
      changeLayer(tx, { scheduleId, layerId, fields, by, nowMs })
    );
  await refuses(change({ period_unit: "months" }), {
    kind: "invalid",
    field: "period_count",
  });
  await refuses(change({ ends_at: "2026-11-01T00:00" }), {
    kind: "invalid",
    field: "ends_at",
  });
});

test("an order that leaves a layer out, names it twice or names another is refused", async (rota) => {
  const { store, scheduleId } = rota;
  const order = (layerIds: number[]) =>
    store.transaction((tx) =>
      orderLayers(tx, { scheduleId, layerIds, by, nowMs })
    );
  const field = { kind: "invalid", field: "layer_ids" } as const;
  assert.match(await refuses(order([1]), field), /no layers/);
  const one = await add(rota);
  const two = await add(rota);
  for (
    const layerIds of [
      [],
      [one.id],
      [one.id, one.id],
      [one.id, two.id, two.id],
      [one.id, two.id, 777],
    ]
  ) {
    assert.equal(
      await refuses(order(layerIds), field),
      `Name each layer of the schedule once: ${one.id}, ${two.id}.`,
    );
  }
});

test("a schedule takes so many layers and no more, also when two come at once", async (rota) => {
  for (let count = 1; count < MOST_LAYERS; count++) await add(rota);
  const both = await Promise.allSettled([add(rota), add(rota)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [
    "fulfilled",
    "rejected",
  ]);
  const layers = await rota.store.schedules.layers(rota.scheduleId);
  assert.deepEqual(
    layers.map(({ position }) => position),
    Array.from({ length: MOST_LAYERS }, (_, index) => index),
  );
});

test("two changes of different fields at the same moment are both there afterwards", async (rota) => {
  const { store, scheduleId, bobId } = rota;
  const { id: layerId } = await add(rota);
  const change = (fields: Partial<LayerFields>) =>
    store.transaction((tx) =>
      changeLayer(tx, { scheduleId, layerId, fields, by, nowMs })
    );
  await Promise.all([
    change({ name: "Renamed" }),
    change({ responder_ids: [bobId] }),
  ]);
  const after = await store.schedules.findLayer(layerId);
  assert.equal(after?.name, "Renamed");
  assert.ok(after.kind === "rotation");
  assert.deepEqual(after.rotation.responderIds, [bobId]);
});

test("in another zone the same layers hand off at the same time of that zone's clock", async (rota) => {
  const { store, scheduleId, ada, bobId } = rota;
  await add(rota, { responder_ids: [ada.id, bobId] });
  const onCall = async (at: string) => {
    const atMs = Date.parse(at);
    const plans = await store.schedules.plans([scheduleId], atMs, atMs + 1);
    const plan = plans.get(scheduleId);
    return plan ? onCallAt(plan, atMs) : null;
  };
  assert.deepEqual(await onCall("2026-11-30T08:59Z"), [ada.id]);
  assert.deepEqual(await onCall("2026-11-30T09:00Z"), [bobId]);
  await store.schedules.update(scheduleId, { timeZone: "Asia/Tokyo" }, NOW);
  assert.deepEqual(await onCall("2026-11-29T23:59Z"), [ada.id]);
  assert.deepEqual(await onCall("2026-11-30T00:00Z"), [bobId]);
});
