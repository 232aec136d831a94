import assert from "node:assert/strict";
import type { NewNotice } from "../../../src/domain/notices/notice.ts";
import type { NoticeClaim } from "../../../src/ports/notice_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW } from "../fixture.ts";

const LATER = NOW + MINUTE;
const HOUR = 60 * MINUTE;

function newNotice(
  responderId: number,
  changes: Partial<NewNotice> = {},
): NewNotice {
  return {
    dedupKey: crypto.randomUUID(),
    about: { kind: "handoff", scheduleId: 3, atMs: NOW, edge: "start" },
    responderId,
    contactMethodId: 1,
    channel: "sms",
    address: "+441632960001",
    subject: "Your shift begins",
    text: "Your shift on Payments begins Mon 23 Nov 09:00.",
    link: "https://pager.example.com/schedules/3",
    state: "queued",
    dueAtMs: NOW,
    expiresAtMs: NOW + HOUR,
    idempotencyKey: crypto.randomUUID(),
    createdAtMs: NOW,
    ...changes,
  };
}

function claim(changes: Partial<NoticeClaim> = {}): NoticeClaim {
  return {
    channel: "sms",
    owner: "node-1",
    nowMs: NOW,
    leaseUntilMs: LATER,
    limit: 10,
    firstAttemptsOnly: false,
    ...changes,
  };
}

async function idsClaimed(store: Store, changes: Partial<NoticeClaim> = {}) {
  return (await store.notices.claim(claim(changes))).map(({ id }) => id);
}

contract("a notice is claimed once, as it was written", async (store) => {
  const { ada } = await createWorld(store);
  const notice = newNotice(ada.id);
  assert.equal(await store.notices.insert([notice]), 1);
  const [claimed, ...more] = await store.notices.claim(claim());
  assert.equal(more.length, 0);
  assert.deepEqual(claimed, {
    ...notice,
    id: claimed?.id,
    state: "sending",
    firstDueAtMs: NOW,
    attempt: 1,
    leaseOwner: "node-1",
    leaseUntilMs: LATER,
    maybeSentTwice: false,
    outcomeUnknown: false,
    provider: null,
    providerMessageId: null,
    error: null,
    sentAtMs: null,
    deliveredAtMs: null,
    updatedAtMs: NOW,
  });
  assert.deepEqual(await store.notices.find(claimed?.id ?? 0), claimed);
  assert.deepEqual(await idsClaimed(store), []);
});

contract(
  "of the same notice written by eight processes at once, one is kept",
  async (store, { openAnother }) => {
    const { ada } = await createWorld(store);
    const other = await openAnother();
    const keys = Array.from({ length: 30 }, (_, index) => `handoff:${index}`);
    const counts = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const mine = index % 2 === 0 ? store : other;
        const rows = keys.map((dedupKey) => newNotice(ada.id, { dedupKey }));
        return mine.notices.insert(rows);
      }),
    );
    assert.equal(counts.reduce((sum, count) => sum + count, 0), 30);
    const listed = await store.notices.listByResponder(ada.id, 200);
    assert.deepEqual(
      listed.map(({ dedupKey }) => dedupKey).sort(),
      keys.sort(),
    );
  },
);

contract(
  "eight claimers on two stores get every notice exactly once",
  async (store, { openAnother }) => {
    const { ada } = await createWorld(store);
    await store.notices.insert(
      Array.from({ length: 60 }, () => newNotice(ada.id)),
    );
    const other = await openAnother();
    const taken: number[] = [];
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const mine = index % 2 === 0 ? store : other;
      // SKIP LOCKED may leave one empty-handed while there are still some.
      for (let idle = 0; idle < 3;) {
        const owner = `node-${index}`;
        const ids = await idsClaimed(mine, { owner, limit: 3 });
        idle = ids.length === 0 ? idle + 1 : 0;
        taken.push(...ids);
      }
    }));
    assert.equal(taken.length, 60);
    assert.equal(new Set(taken).size, 60);
  },
);

contract(
  "a claim takes what is due on its channel, the longest due first, and nothing that has expired",
  async (store) => {
    const { ada } = await createWorld(store);
    const texts = async (changes: Partial<NoticeClaim> = {}) =>
      (await store.notices.claim(claim(changes))).map(({ text }) => text);
    await store.notices.insert([
      newNotice(ada.id, { text: "second" }),
      newNotice(ada.id, { text: "first", dueAtMs: NOW - 1 }),
      newNotice(ada.id, { text: "later", dueAtMs: NOW + 1 }),
      newNotice(ada.id, { text: "mail", channel: "email" }),
      newNotice(ada.id, { text: "suppressed", state: "suppressed" }),
      newNotice(ada.id, { text: "expired", expiresAtMs: NOW }),
    ]);
    assert.deepEqual(await texts({ limit: 1 }), ["first"]);
    assert.deepEqual(await texts(), ["second"]);
    assert.deepEqual(await texts({ nowMs: NOW + 1 }), ["later"]);
    assert.deepEqual(await texts({ channel: "email" }), ["mail"]);
  },
);

contract(
  "a lease that ran out gives the notice to another, which knows that it may be the second",
  async (store) => {
    const { ada } = await createWorld(store);
    await store.notices.insert([newNotice(ada.id)]);
    const [first] = await store.notices.claim(claim({ owner: "node-0" }));
    assert.ok(first);
    assert.equal(await store.notices.nextDueAtMs(), LATER);
    const untried = { nowMs: LATER, firstAttemptsOnly: true };
    assert.deepEqual(await idsClaimed(store, untried), []);
    const again = claim({ nowMs: LATER, leaseUntilMs: LATER + MINUTE });
    const [second] = await store.notices.claim(again);
    assert.equal(second?.maybeSentTwice, true);
    assert.equal(second.attempt, 2);
    const late = { owner: "node-0", attempt: 1 };
    assert.equal(await store.notices.settle(first, late), false);
    const sent = { ...second, state: "sent", sentAtMs: LATER } as const;
    const held = { owner: "node-1", attempt: 2 };
    assert.equal(await store.notices.settle(sent, held), true);
    assert.equal(await store.notices.nextDueAtMs(), null);
  },
);

contract("what has expired is cancelled in words", async (store) => {
  const { ada } = await createWorld(store);
  await store.notices.insert([
    newNotice(ada.id, { text: "late" }),
    newNotice(ada.id, { text: "in time", expiresAtMs: NOW + 2 * HOUR }),
    newNotice(ada.id, { text: "to come", dueAtMs: NOW + 3 * HOUR }),
  ]);
  assert.equal(await store.notices.cancelExpired(NOW, 10), 0);
  assert.equal(await store.notices.cancelExpired(NOW + HOUR, 10), 1);
  const listed = await store.notices.listByResponder(ada.id, 10);
  assert.deepEqual(
    listed.map(({ text, state, error }) => [text, state, error]),
    [
      ["to come", "queued", null],
      ["in time", "queued", null],
      [
        "late",
        "cancelled",
        "It could not be sent while it was worth something.",
      ],
    ],
  );
});

contract(
  "a notice is found by our key and by the provider's, and saved only as it was read",
  async (store) => {
    const { ada } = await createWorld(store);
    await store.notices.insert([newNotice(ada.id)]);
    const [claimed] = await store.notices.claim(claim());
    assert.ok(claimed);
    const sent = {
      ...claimed,
      state: "sent",
      providerMessageId: "their-1",
      leaseOwner: null,
      leaseUntilMs: null,
    } as const;
    await store.notices.settle(sent, { owner: "node-1", attempt: 1 });
    const keys = ["their-1", claimed.idempotencyKey, "unknown"];
    for (const key of keys.slice(0, 2)) {
      const [found] = await store.notices.findByProviderMessageIds([key]);
      assert.deepEqual(found, sent);
    }
    const all = await store.notices.findByProviderMessageIds(keys);
    assert.equal(all.length, 1);
    const delivered = { ...sent, state: "delivered" } as const;
    assert.equal(await store.notices.save(delivered, claimed), false);
    assert.equal(await store.notices.save(delivered, sent), true);
  },
);

contract(
  "old notices are forgotten, those that are still to be sent never",
  async (store) => {
    const { ada } = await createWorld(store);
    await store.notices.insert([
      newNotice(ada.id, { state: "suppressed", createdAtMs: NOW - HOUR }),
      newNotice(ada.id, { createdAtMs: NOW - HOUR }),
      newNotice(ada.id, { state: "suppressed" }),
    ]);
    assert.equal(await store.notices.prune(NOW), 1);
    assert.equal((await store.notices.listByResponder(ada.id, 10)).length, 2);
  },
);

contract("notices go with their responder", async (store) => {
  await createWorld(store);
  const { id } = await store.responders.insert({
    name: "Grace",
    email: "grace@example.com",
    timeZone: "UTC",
    notifyOnResolve: false,
  }, NOW);
  await store.notices.insert([newNotice(id)]);
  assert.equal(await store.responders.delete(id), true);
  assert.deepEqual(await idsClaimed(store), []);
});

contract(
  "handoffs that were told are found until they expire, part by part, and each is withdrawn once",
  async (store) => {
    const { ada } = await createWorld(store);
    const told = [3, 1, 2].map((hours) =>
      newNotice(ada.id, { expiresAtMs: NOW + hours * HOUR })
    );
    await store.notices.insert([
      ...told,
      newNotice(ada.id, { about: { kind: "readiness" } }),
    ]);
    const sent = await store.notices.claim(claim());
    for (const notice of sent) {
      const held = { owner: "node-1", attempt: 1 };
      await store.notices.settle({ ...notice, state: "sent" }, held);
    }
    await store.notices.insert([newNotice(ada.id)]);
    const first = await store.notices
      .toldHandoffs(NOW, { after: null, limit: 2 });
    const after = first.at(-1) ?? null;
    const rest = await store.notices.toldHandoffs(NOW, { after, limit: 2 });
    assert.deepEqual(
      [...first, ...rest].map(({ expiresAtMs }) => (expiresAtMs - NOW) / HOUR),
      [1, 2, 3],
    );
    const [soonest] = first;
    assert.ok(soonest);
    assert.equal(await store.notices.withdraw(soonest, NOW), true);
    assert.equal(await store.notices.withdraw(soonest, NOW), false);
    const left = await store.notices
      .toldHandoffs(NOW + 2 * HOUR, { after: null, limit: 10 });
    assert.deepEqual(
      left.map(({ expiresAtMs }) => (expiresAtMs - NOW) / HOUR),
      [3],
    );
    const again = newNotice(ada.id, { dedupKey: soonest.dedupKey });
    assert.equal(await store.notices.insert([again]), 1, "told again");
  },
);
