import assert from "node:assert/strict";
import { type Parcel, parcelsOf } from "../../src/app/delivery/parcel.ts";
import { createRecordOutcome } from "../../src/app/delivery/record_outcome.ts";
import type { Engine } from "../../src/app/engine.ts";
import type { SendResult } from "../../src/ports/channel.ts";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import { type Store, StoreUnavailableError } from "../../src/ports/store.ts";
import { createWorld, MINUTE, newPage, NOW, open } from "../store/fixture.ts";
import { forEachStore } from "../stores.ts";

const OWNER = "node-1";
const SENT: SendResult = { outcome: "sent", providerMessageId: "provider-1" };
const BUSY: SendResult = {
  outcome: "retry",
  error: "busy",
  retryAfterMs: 1_000,
};

type Transaction = Store["transaction"];

function engineOn(store: Store, transaction: Transaction): Engine {
  return {
    store: { ...store, transaction },
    clock: () => NOW,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    sendingEnabled: true,
    observer: UNOBSERVED,
    lookSoon() {},
    kick() {},
  };
}

/** Promises so many pages, each of an incident of its own, that the owner holds; bundled where there is a window. */
async function held(
  store: Store,
  count: number,
  bundlingMs = 0,
): Promise<Parcel[]> {
  const world = await createWorld(store);
  for (let n = 0; n < count; n++) {
    const incident = await open(store, world, { externalId: `disk-${n}` });
    await store.notifications.insert([newPage(world, incident)]);
  }
  const claimed = await store.notifications.claim({
    channel: "sms",
    owner: OWNER,
    nowMs: NOW,
    leaseUntilMs: NOW + MINUTE,
    limit: count,
    firstAttemptsOnly: false,
    bundlingMs,
  });
  assert.equal(claimed.length, count);
  return parcelsOf(claimed);
}

function outcomeOf(parcel: Parcel, result = SENT) {
  return { parcel, owner: OWNER, provider: "infobip", result, nowMs: NOW + 7 };
}

async function stateOf(store: Store, [{ notification }]: Parcel) {
  const row = await store.notifications.find(notification.id);
  const story = await store.timeline.list(notification.incidentId, {
    afterId: 0,
    limit: 100,
  });
  return [row?.state, row?.leaseOwner, story.map(({ kind }) => kind)];
}

forEachStore(
  "outcomes that come at the same time are written together, each in the story of its incident",
  async (store) => {
    const parcels = await held(store, 20);
    let transactions = 0;
    const record = createRecordOutcome(engineOn(store, (work) => {
      transactions++;
      return store.transaction(work);
    }));
    const [lost] = parcels;
    assert.ok(lost);
    // Somebody else holds this one meanwhile.
    await store.notifications.settle(
      { ...lost[0].notification, attempt: 2 },
      { owner: OWNER, attempt: 1 },
    );
    const done = await Promise.all(
      parcels.map((parcel, n) =>
        record(outcomeOf(parcel, n % 5 === 4 ? BUSY : SENT))
      ),
    );
    assert.equal(transactions, 1);
    for (const [n, parcel] of parcels.entries()) {
      const [state, owner, story] = await stateOf(store, parcel);
      if (n === 0) {
        assert.equal(done[n], null);
        assert.deepEqual([state, owner, story], ["sending", OWNER, []]);
      } else if (n % 5 === 4) {
        assert.equal(done[n], "retried");
        assert.deepEqual([state, owner, story], ["queued", null, [
          "page_retry",
        ]]);
      } else {
        assert.equal(done[n], "sent");
        assert.deepEqual([state, owner, story], ["sent", null, ["page_sent"]]);
      }
    }
  },
);

forEachStore(
  "what fails for good has a transaction of its own, and one that is refused harms no other",
  async (store) => {
    const parcels = await held(store, 6);
    let refuse = false;
    const record = createRecordOutcome(
      engineOn(store, (work) =>
        store.transaction((tx) => {
          const { settleEach } = tx.notifications;
          tx.notifications.settleEach = (rows) => {
            if (refuse && rows.length > 1) throw new Error("refused");
            return settleEach.call(tx.notifications, rows);
          };
          return work(tx);
        })),
    );
    const [first, ...others] = parcels;
    assert.ok(first);
    assert.equal(await record(outcomeOf(first)), "sent");
    refuse = true;
    const dead: SendResult = { outcome: "permanent", error: "no such number" };
    const done = await Promise.all(
      others.map((parcel, n) =>
        record(outcomeOf(parcel, n === 2 ? dead : SENT))
      ),
    );
    assert.deepEqual(done, ["sent", "sent", "failed", "sent", "sent"]);
  },
);

async function acknowledge(store: Store, incidentId: number): Promise<void> {
  const incident = await store.incidents.find(incidentId);
  assert.ok(incident);
  await store.incidents.save({ ...incident, status: "acknowledged" });
}

forEachStore(
  "what somebody has acknowledged while it was being sent is cancelled when its attempt fails, and no attempt where none was made",
  async (store) => {
    const parcels = await held(store, 4);
    const record = createRecordOutcome(engineOn(store, store.transaction));
    for (const [n, [{ incident }]] of parcels.entries()) {
      if (n > 0) await acknowledge(store, incident.id);
    }
    const given = [BUSY, BUSY, { ...BUSY, untried: true as const }, SENT];
    const done = await Promise.all(
      parcels.map((parcel, n) => record(outcomeOf(parcel, given[n]))),
    );
    assert.deepEqual(done, ["retried", null, null, "sent"]);
    const rows = await Promise.all(
      parcels.map(([{ notification: { id } }]) => store.notifications.find(id)),
    );
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.attempt, row?.leaseOwner]),
      [
        ["queued", 1, null],
        ["cancelled", 1, null],
        ["cancelled", 0, null],
        ["sent", 1, null],
      ],
    );
    const stories = await Promise.all(
      parcels.map((parcel) => stateOf(store, parcel)),
    );
    assert.deepEqual(
      stories.map(([, , story]) => story),
      [["page_retry"], [], [], ["page_sent"]],
    );
  },
);

forEachStore(
  "a bundle of which somebody has acknowledged a part is tried again with the rest of it",
  async (store) => {
    const [bundle] = await held(store, 3, 10_000);
    assert.equal(bundle?.length, 3);
    const [, middle] = bundle;
    assert.ok(middle);
    await acknowledge(store, middle.incident.id);
    const record = createRecordOutcome(engineOn(store, store.transaction));
    assert.equal(await record(outcomeOf(bundle, BUSY)), "retried");
    const rows = await Promise.all(
      bundle.map(({ notification: { id } }) => store.notifications.find(id)),
    );
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.attempt, row?.error]),
      [
        ["queued", 1, "busy"],
        ["cancelled", 1, "busy"],
        ["queued", 1, "busy"],
      ],
    );
    const again = await store.notifications.claim({
      channel: "sms",
      owner: OWNER,
      nowMs: NOW + MINUTE,
      leaseUntilMs: NOW + 2 * MINUTE,
      limit: 3,
      firstAttemptsOnly: false,
      bundlingMs: 10_000,
    });
    assert.deepEqual(
      again.map((one) => one.notification.id),
      bundle.map((one) => one.notification.id)
        .filter((id) => id !== middle.notification.id),
    );
  },
);

forEachStore(
  "while the database is away nothing is taken for written, and all may try again",
  async (store) => {
    const parcels = await held(store, 3);
    let isAway = true;
    const record = createRecordOutcome(
      engineOn(
        store,
        (work) =>
          isAway
            ? Promise.reject(new StoreUnavailableError("away"))
            : store.transaction(work),
      ),
    );
    const results = await Promise.allSettled(
      parcels.map((parcel) => record(outcomeOf(parcel))),
    );
    for (const result of results) {
      assert.ok(result.status === "rejected");
      assert.ok(result.reason instanceof StoreUnavailableError);
    }
    isAway = false;
    const again = await Promise.all(
      parcels.map((parcel) => record(outcomeOf(parcel))),
    );
    assert.deepEqual(again, ["sent", "sent", "sent"]);
  },
);
