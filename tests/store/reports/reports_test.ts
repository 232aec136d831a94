import assert from "node:assert/strict";
import { SLOT_MS } from "../../../src/domain/schedules/on_call_load.ts";
import type { Notification } from "../../../src/domain/delivery/notification.ts";
import type { Store } from "../../../src/ports/store.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
  type World,
} from "../fixture.ts";

const RANGE = { fromMs: NOW - MINUTE, toMs: NOW + 60 * MINUTE };

/** A page that became this, by a contact method of Ada. */
async function send(
  store: Store,
  { world, incidentId, patch, methodId }: {
    world: World;
    incidentId: number;
    patch: Pick<Notification, "state" | "updatedAtMs"> & {
      sentAtMs?: number;
      error?: string;
    };
    methodId: number;
  },
) {
  const incident = await store.incidents.find(incidentId);
  assert.ok(incident);
  await store.notifications.insert([
    newPage(world, incident, { contactMethodId: methodId }),
  ]);
  const [row] = await store.notifications.claim({
    channel: "sms",
    owner: "node",
    nowMs: NOW,
    leaseUntilMs: NOW + MINUTE,
    limit: 1,
    firstAttemptsOnly: false,
    bundlingMs: 0,
  });
  assert.ok(row);
  const settled = {
    ...row.notification,
    leaseOwner: null,
    leaseUntilMs: null,
    ...patch,
  };
  assert.ok(
    await store.notifications.settle(settled, { owner: "node", attempt: 1 }),
  );
}

const sentAt = (sentAtMs: number) => ({
  state: "sent" as const,
  sentAtMs,
  updatedAtMs: sentAtMs,
});

async function methodOf(store: Store, { ada }: World): Promise<number> {
  const { id } = await store.responders.insertContactMethod({
    responderId: ada.id,
    channel: "sms",
    address: "+441632960001",
    label: "",
    enabled: true,
  }, NOW);
  return id;
}

contract(
  "the last messages of a contact method are the newest three that were settled",
  async (store) => {
    const world = await createWorld(store);
    const methodId = await methodOf(store, world);
    const { id: incidentId } = await open(store, world);
    const about = { world, incidentId, methodId };
    assert.equal((await store.reports.lastDeliveries([methodId])).size, 0);
    const before = await store.reports.readinessMarker();
    for (const minute of [1, 2, 3, 4]) {
      await send(store, {
        ...about,
        patch: minute === 3
          ? { state: "failed", error: "x", updatedAtMs: NOW + 3 }
          : sentAt(NOW + minute),
      });
    }
    const found = await store.reports.lastDeliveries([methodId, 999]);
    assert.deepEqual(
      found.get(methodId)?.map(({ failed, atMs }) => [failed, atMs - NOW]),
      [[false, 4], [true, 3], [false, 2]],
    );
    assert.notEqual(await store.reports.readinessMarker(), before);
  },
);

contract(
  "pages are counted by when they were sent, by person, without test incidents",
  async (store) => {
    const world = await createWorld(store);
    const methodId = await methodOf(store, world);
    const real = await open(store, world);
    const test = await open(store, world, { externalId: "test", isTest: true });
    const slot = Math.floor(NOW / SLOT_MS) * SLOT_MS;
    for (
      const [incidentId, sentAtMs] of [
        [real.id, slot + SLOT_MS],
        [real.id, slot + 2 * SLOT_MS - 1],
        [real.id, slot + 2 * SLOT_MS],
        [real.id, RANGE.toMs],
        [test.id, slot + SLOT_MS],
      ] as const
    ) {
      await send(store, {
        world,
        incidentId,
        methodId,
        patch: sentAt(sentAtMs),
      });
    }
    const { ada, team } = world;
    assert.deepEqual(await store.reports.pagedSlots(RANGE), [
      { responderId: ada.id, atMs: slot + SLOT_MS, pages: 2 },
      { responderId: ada.id, atMs: slot + 2 * SLOT_MS, pages: 1 },
    ]);
    const incidents = await store.reports.pagedIncidents(RANGE);
    assert.deepEqual([...incidents], [[ada.id, 1]]);
    const other = { ...RANGE, teamId: team.id + 1 };
    assert.deepEqual(await store.reports.pagedSlots(other), []);
  },
);
