import assert from "node:assert/strict";
import type { Claim } from "../../../src/ports/notification_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import { forEachStore } from "../../stores.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
  type World,
} from "../fixture.ts";
import { waitingForLock } from "../waiting_for_lock.ts";

function claim(changes: Partial<Claim> = {}): Claim {
  return {
    channel: "sms",
    owner: "node-1",
    nowMs: NOW,
    leaseUntilMs: NOW + MINUTE,
    limit: 10,
    firstAttemptsOnly: false,
    bundlingMs: 0,
    ...changes,
  };
}

async function idsClaimed(store: Store, changes: Partial<Claim> = {}) {
  const claimed = await store.notifications.claim(claim(changes));
  return claimed.map(({ notification }) => notification.id);
}

async function acknowledge(store: Store, id: number): Promise<void> {
  const incident = await store.incidents.find(id);
  assert.ok(incident);
  await store.incidents.save({ ...incident, status: "acknowledged" });
}

/** Promises the only page of a new incident, claimed by a node that died. */
async function abandoned(store: Store, world: World) {
  const incident = await open(store, world);
  await store.notifications.insert([newPage(world, incident)]);
  const [one] = await store.notifications.claim(claim({ owner: "node-0" }));
  assert.ok(one);
  return one;
}

const LATER = NOW + MINUTE;

contract("a page is claimed once, with what it says", async (store) => {
  const world = await createWorld(store);
  const incident = await open(store, world);
  const page = newPage(world, incident);
  await store.notifications.insert([page]);
  const [claimed, ...more] = await store.notifications.claim(claim());
  assert.equal(more.length, 0);
  assert.deepEqual(claimed, {
    notification: {
      ...page,
      id: claimed?.notification.id,
      state: "sending",
      firstDueAtMs: NOW,
      attempt: 1,
      leaseOwner: "node-1",
      leaseUntilMs: LATER,
      maybeSentTwice: false,
      outcomeUnknown: false,
      bundle: null,
      provider: null,
      providerMessageId: null,
      error: null,
      sentAtMs: null,
      deliveredAtMs: null,
      updatedAtMs: NOW,
    },
    incident: {
      id: incident.id,
      title: incident.title,
      description: incident.description,
      severity: incident.severity,
      status: "triggered",
      openedAtMs: incident.openedAtMs,
      resolvedAtMs: null,
      alertCount: 1,
      isTest: false,
    },
    teamName: "Ops",
    sourceName: "Grafana",
    responderName: "Ada",
    takenOver: false,
  });
  assert.deepEqual(await idsClaimed(store), []);
});

contract(
  "eight claimers on two stores get every page exactly once",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const pages = Array.from({ length: 120 }, () => newPage(world, incident));
    await store.notifications.insert(pages);
    const other = await openAnother();
    const taken: number[] = [];
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const mine = index % 2 === 0 ? store : other;
      // SKIP LOCKED may leave one empty-handed while there are still some.
      for (let idle = 0; idle < 3;) {
        const owner = `node-${index}`;
        const ids = await idsClaimed(mine, { owner, limit: 7 });
        idle = ids.length === 0 ? idle + 1 : 0;
        taken.push(...ids);
      }
    }));
    assert.equal(taken.length, 120);
    assert.equal(new Set(taken).size, 120);
  },
);

contract(
  "a claim takes what is due on its channel, for as long as it is wanted",
  async (store) => {
    const world = await createWorld(store);
    const triggered = await open(store, world);
    const resolved = await open(store, world, {
      externalId: "b",
      status: "resolved",
    });
    const acknowledged = await open(store, world, {
      externalId: "c",
      status: "acknowledged",
    });
    await store.notifications.insert([
      newPage(world, triggered),
      newPage(world, triggered, { dueAtMs: NOW + 1 }),
      newPage(world, triggered, { channel: "email" }),
      newPage(world, triggered, { kind: "resolution" }),
      newPage(world, triggered, { state: "suppressed" }),
      newPage(world, resolved),
      newPage(world, resolved, { kind: "resolution", responderId: 999 }),
      newPage(world, acknowledged),
      newPage(world, acknowledged, { kind: "resolution" }),
    ]);
    const claimed = await store.notifications.claim(claim());
    const told = claimed.map((one) => [
      one.incident.id,
      one.notification.kind,
      one.responderName,
    ]);
    assert.deepEqual(told, [
      [triggered.id, "page", "Ada"],
      [resolved.id, "resolution", ""],
    ]);
    assert.equal((await idsClaimed(store, { nowMs: NOW + 1 })).length, 1);
  },
);

contract(
  "the most severe is claimed first, then the longest due, up to the limit",
  async (store) => {
    const world = await createWorld(store);
    const severities = ["info", "critical", "warning", "error"] as const;
    for (const severity of severities) {
      const incident = await open(store, world, {
        externalId: severity,
        severity,
      });
      await store.notifications.insert([
        newPage(world, incident, {
          dueAtMs: NOW - 1,
          address: `${severity} 2`,
        }),
        newPage(world, incident, {
          dueAtMs: NOW - 2,
          address: `${severity} 1`,
        }),
      ]);
    }
    const next = async (limit: number) =>
      (await store.notifications.claim(claim({ limit }))).map((one) =>
        one.notification.address
      );
    assert.deepEqual(await next(3), ["critical 1", "critical 2", "error 1"]);
    assert.deepEqual(await next(0), []);
    assert.deepEqual(await next(1), ["error 2"]);
    assert.deepEqual(await next(1e9), [
      "warning 1",
      "warning 2",
      "info 1",
      "info 2",
    ]);
  },
);

contract(
  "an incident that gets worse takes its waiting pages with it to the front",
  async (store) => {
    const world = await createWorld(store);
    const first = await open(store, world, { severity: "error" });
    const second = await open(store, world, {
      externalId: "b",
      severity: "warning",
    });
    await store.notifications.insert([
      newPage(world, first),
      newPage(world, second),
    ]);
    await store.incidents.save({ ...second, severity: "critical" });
    const next = async () => {
      const [one] = await store.notifications.claim(claim({ limit: 1 }));
      return one?.incident.id;
    };
    assert.equal(await next(), second.id);
    assert.equal(await next(), first.id);
  },
);

contract(
  "a lease that has run out is taken over, and the page may go out twice",
  async (store) => {
    const world = await createWorld(store);
    const { notification: { id } } = await abandoned(store, world);
    assert.deepEqual(await idsClaimed(store, { nowMs: LATER - 1 }), []);
    assert.deepEqual(
      await idsClaimed(store, { nowMs: LATER, firstAttemptsOnly: true }),
      [],
    );
    const [again] = await store.notifications.claim(
      claim({ nowMs: LATER, leaseUntilMs: LATER + MINUTE }),
    );
    assert.equal(again?.notification.id, id);
    assert.equal(again?.notification.attempt, 2);
    assert.equal(again?.notification.leaseOwner, "node-1");
    assert.equal(again?.notification.maybeSentTwice, true);
    assert.equal(again?.takenOver, true);
  },
);

contract(
  "a page that was settled for a retry is claimed again, and is no repetition",
  async (store) => {
    const world = await createWorld(store);
    const { notification } = await abandoned(store, world);
    const held = { owner: "node-0", attempt: 1 };
    const queued = {
      ...notification,
      state: "queued" as const,
      dueAtMs: NOW + 5,
      leaseOwner: null,
      leaseUntilMs: null,
      error: "busy",
    };
    assert.equal(await store.notifications.settle(queued, held), true);
    const retry = { nowMs: NOW + 5 };
    assert.deepEqual(
      await idsClaimed(store, { ...retry, firstAttemptsOnly: true }),
      [],
    );
    const [again] = await store.notifications.claim(claim(retry));
    assert.equal(again?.notification.attempt, 2);
    assert.equal(again?.notification.maybeSentTwice, false);
    assert.equal(again?.takenOver, false);
    assert.equal(again?.notification.error, "busy");
    assert.equal(again?.notification.firstDueAtMs, NOW);
  },
);

contract(
  "a result is written only by who holds the row at this attempt",
  async (store) => {
    const world = await createWorld(store);
    const { notification } = await abandoned(store, world);
    const { settle, find } = bound(store);
    const sent = {
      ...notification,
      state: "sent" as const,
      sentAtMs: NOW + 3,
      provider: "Infobip",
      providerMessageId: "abc",
      leaseOwner: null,
      leaseUntilMs: null,
      updatedAtMs: NOW + 3,
    };
    assert.equal(await settle(sent, { owner: "node-1", attempt: 1 }), false);
    assert.equal(await settle(sent, { owner: "node-0", attempt: 0 }), false);
    await store.notifications.claim(claim({ nowMs: LATER }));
    assert.equal(
      await settle(sent, { owner: "node-0", attempt: 1 }),
      false,
      "somebody else has it now",
    );
    const second = { ...sent, attempt: 2, maybeSentTwice: true };
    assert.equal(await settle(second, { owner: "node-1", attempt: 2 }), true);
    assert.deepEqual(await find(sent.id), second);
    assert.equal(
      await settle(second, { owner: "node-1", attempt: 2 }),
      false,
      "once",
    );
  },
);

contract("a row is saved only in the state that was read", async (store) => {
  const world = await createWorld(store);
  const { notification } = await abandoned(store, world);
  const failed = {
    ...notification,
    state: "failed" as const,
    leaseOwner: null,
    leaseUntilMs: null,
    error: "No such number",
  };
  const { save, find } = bound(store);
  assert.equal(await save(failed, { state: "queued", attempt: 1 }), false);
  assert.equal(await save(failed, { state: "sending", attempt: 0 }), false);
  assert.equal(await save(failed, { state: "sending", attempt: 1 }), true);
  const again = {
    ...failed,
    state: "queued" as const,
    attempt: 0,
    idempotencyKey: "another",
    address: "+441632960002",
    contactMethodId: 7,
    dueAtMs: NOW + 9,
    firstDueAtMs: NOW + 9,
  };
  assert.equal(await save(again, failed), true);
  assert.deepEqual(await find(failed.id), again);
});

function bound({ notifications }: Store) {
  return {
    settle: notifications.settle.bind(notifications),
    save: notifications.save.bind(notifications),
    find: notifications.find.bind(notifications),
  };
}

contract(
  "an acknowledgement and a claim at the same time: the page is sent or cancelled, never both",
  async (store, { openAnother, name }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    // Who waits for a libSQL server's lock waits for all of the other's statements, and not for ever.
    const count = name === "remote libSQL" ? 10 : 40;
    const incidents = [];
    for (let n = 0; n < count; n++) {
      const incident = await open(store, world, { externalId: `e${n}` });
      await store.notifications.insert([newPage(world, incident)]);
      incidents.push(incident);
    }
    const claimed: number[] = [];
    const cancelled: number[] = [];
    await Promise.all([
      ...incidents.map(({ id }) =>
        store.transaction(async (tx) => {
          const incident = await tx.incidents.lock(id);
          assert.ok(incident);
          await tx.incidents.save({ ...incident, status: "acknowledged" });
          if (await tx.notifications.cancelQueued(id, NOW) > 0) {
            cancelled.push(id);
          }
        })
      ),
      ...Array.from({ length: count / 2 }, async () => {
        const some = await other.notifications.claim(claim({ limit: 2 }));
        claimed.push(...some.map(({ incident }) => incident.id));
      }),
    ]);
    const both = [...claimed, ...cancelled].sort((a, b) => a - b);
    assert.deepEqual(both, incidents.map(({ id }) => id));
    assert.deepEqual(await idsClaimed(store, { limit: 100 }), []);
  },
);

contract(
  "a claim does not see a page of an incident that is being acknowledged",
  async (store, { openAnother, name }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    const { incident: { id } } = await abandoned(store, world);
    const locked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const acknowledging = store.transaction(async (tx) => {
      const incident = await tx.incidents.lock(id);
      assert.ok(incident);
      await tx.incidents.save({ ...incident, status: "acknowledged" });
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const claiming = idsClaimed(other, { nowMs: LATER });
    // PostgreSQL answers at once; SQLite waits for the one writer.
    if (name === "PostgreSQL") assert.deepEqual(await claiming, []);
    gate.resolve();
    await acknowledging;
    assert.deepEqual(await claiming, []);
    assert.deepEqual(await idsClaimed(other, { nowMs: LATER }), []);
  },
);

forEachStore(
  "an acknowledgement waits for a claim that has begun",
  async (store, { openAnother, url }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    const { incident: { id } } = await abandoned(store, world);
    const claimed = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const claiming = store.transaction(async (tx) => {
      const some = await tx.notifications.claim(claim({ nowMs: LATER }));
      assert.equal(some.length, 1);
      claimed.resolve();
      await gate.promise;
      order.push("claimed");
    });
    await claimed.promise;
    const acknowledging = other.transaction(async (tx) => {
      const incident = await tx.incidents.lock(id);
      order.push("acknowledged");
      assert.equal(incident?.status, "triggered");
    });
    await waitingForLock(url);
    gate.resolve();
    await Promise.all([claiming, acknowledging]);
    assert.deepEqual(order, ["claimed", "acknowledged"]);
  },
  ["PostgreSQL"],
);

contract(
  "queued pages of an incident are cancelled, and nothing else",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const other = await open(store, world, { externalId: "other" });
    await store.notifications.insert([
      newPage(world, incident),
      newPage(world, incident, { channel: "email", dueAtMs: NOW + MINUTE }),
      newPage(world, incident, { kind: "resolution" }),
      newPage(world, incident, { state: "suppressed" }),
      newPage(world, other),
    ]);
    await store.notifications.claim(claim({ limit: 1 }));
    assert.equal(await store.notifications.hasPending(incident.id), true);
    const { cancelQueued } = store.notifications;
    assert.equal(
      await cancelQueued.call(store.notifications, incident.id, NOW + 1),
      1,
    );
    const rows = await store.notifications.listByIncident(incident.id);
    assert.deepEqual(rows.map(({ state }) => state), [
      "sending",
      "cancelled",
      "queued",
      "suppressed",
    ]);
    assert.equal(rows[1]?.updatedAtMs, NOW + 1);
    assert.equal(await store.notifications.hasPending(incident.id), true);
    const [sending] = rows;
    assert.ok(sending);
    await store.notifications.save({ ...sending, state: "failed" }, sending);
    assert.equal(await store.notifications.hasPending(incident.id), false);
    assert.equal(await store.notifications.hasPending(other.id), true);
  },
);

contract("pages of a step are listed apart", async (store) => {
  const world = await createWorld(store);
  const incident = await open(store, world);
  await store.notifications.insert([
    newPage(world, incident, { step: 1, round: 1, address: "a" }),
    newPage(world, incident, { step: 1, round: 0, address: "b" }),
    newPage(world, incident, { step: -1, round: 1, address: "c" }),
    newPage(world, incident, { step: 1, round: 1, address: "d" }),
    newPage(world, incident, { step: 1, round: 1, kind: "resolution" }),
  ]);
  const rows = await store.notifications.listOfStep(incident.id, 1, 1);
  assert.deepEqual(rows.map(({ address }) => address), ["a", "d"]);
});

contract(
  "a receipt finds its page by the provider's id or by ours",
  async (store) => {
    const world = await createWorld(store);
    const { notification } = await abandoned(store, world);
    const incident = await open(store, world, { externalId: "other" });
    await store.notifications.insert([
      newPage(world, incident, { idempotencyKey: "ours" }),
    ]);
    const sent = { ...notification, providerMessageId: "theirs" };
    await store.notifications.save(sent, notification);
    const found = async (ids: string[]) =>
      (await store.notifications.findByProviderMessageIds(ids))
        .map((row) => row.id).sort();
    assert.deepEqual(await found(["theirs", "theirs", "none"]), [sent.id]);
    assert.equal((await found(["ours", "theirs"])).length, 2);
    assert.deepEqual(await found([]), []);
    const many = Array.from({ length: 1_200 }, (_, n) => `none ${n}`);
    assert.deepEqual(await found([...many, "theirs"]), [sent.id]);
  },
);

contract(
  "what nobody wants any more is marked when its lease is over",
  async (store) => {
    const world = await createWorld(store);
    const { notification, incident } = await abandoned(store, world);
    const other = await open(store, world, { externalId: "other" });
    await store.notifications.insert([newPage(world, other)]);
    await store.notifications.claim(claim());
    const { notifications } = store;
    assert.deepEqual(await notifications.cancelAbandoned(LATER, 10), []);
    await acknowledge(store, incident.id);
    assert.deepEqual(await notifications.cancelAbandoned(LATER - 1, 10), []);
    assert.deepEqual(await notifications.cancelAbandoned(LATER, 0), []);
    assert.deepEqual(await notifications.cancelAbandoned(LATER, 10), [{
      ...notification,
      state: "cancelled",
      // Its sender may have got that far.
      outcomeUnknown: true,
      leaseOwner: null,
      leaseUntilMs: null,
      updatedAtMs: LATER,
    }]);
    assert.deepEqual(await notifications.cancelAbandoned(LATER, 10), []);
  },
);

contract(
  "what nobody wants any more may have been sent twice where an attempt before had no answer",
  async (store) => {
    const world = await createWorld(store);
    const { notifications } = store;
    const { notification, incident } = await abandoned(store, world);
    const held = { owner: "node-0", attempt: 1 };
    const queued = {
      ...notification,
      state: "queued" as const,
      dueAtMs: NOW,
      outcomeUnknown: true,
      leaseOwner: null,
      leaseUntilMs: null,
    };
    assert.equal(await notifications.settle(queued, held), true);
    assert.equal((await notifications.find(queued.id))?.outcomeUnknown, true);
    await notifications.claim(claim());
    await acknowledge(store, incident.id);
    const [cancelled] = await notifications.cancelAbandoned(LATER, 10);
    assert.equal(cancelled?.maybeSentTwice, true);
    assert.equal(cancelled?.outcomeUnknown, true);
  },
);

contract(
  "the next instant at which a message wants to be sent",
  async (store) => {
    const world = await createWorld(store);
    const { notifications } = store;
    assert.equal(await notifications.nextDueAtMs(), null);
    const triggered = await open(store, world);
    const acknowledged = await open(store, world, {
      externalId: "b",
      status: "acknowledged",
    });
    await notifications.insert([
      newPage(world, acknowledged, { dueAtMs: NOW - 9 }),
      newPage(world, triggered, { dueAtMs: NOW - 8, kind: "resolution" }),
      newPage(world, triggered, { dueAtMs: NOW - 7, state: "suppressed" }),
    ]);
    assert.equal(await notifications.nextDueAtMs(), null);
    await notifications.insert([newPage(world, triggered)]);
    assert.equal(await notifications.nextDueAtMs(), NOW);
    await notifications.claim(claim());
    assert.equal(await notifications.nextDueAtMs(), LATER, "its lease");
    await notifications.insert([
      newPage(world, triggered, { channel: "email", dueAtMs: LATER - 0.6 }),
    ]);
    assert.equal(await notifications.nextDueAtMs(), LATER - 1);
  },
);

contract(
  "pages by the hundred are written at once, and their incident is known",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const pages = Array.from({ length: 1_100 }, () => newPage(world, incident));
    await store.notifications.insert(pages);
    await store.notifications.insert([]);
    const listed = await store.notifications.listByIncident(incident.id);
    assert.equal(listed.length, 1_000);
    const orphan = { ...newPage(world, incident), incidentId: 999 };
    await assert.rejects(store.notifications.insert([orphan]), {
      name: "StoreConflictError",
      reason: "foreign_key",
      constraint: "notifications",
    });
    assert.equal(await store.notifications.find(0), null);
  },
);
