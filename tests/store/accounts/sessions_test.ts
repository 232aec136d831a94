import assert from "node:assert/strict";
import type { Store } from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW } from "../fixture.ts";

contract(
  "a session is found by its token's hash, with its account",
  async (store) => {
    const account = await createAccount(store);
    const session = await begin(store, account.id, "aa");
    const found = await store.sessions.findByTokenHash("aa");
    assert.deepEqual(found, { session, account });
    assert.equal(await store.sessions.findByTokenHash("bb"), null);
  },
);

contract("a session's last use moves forward only", async (store) => {
  const { id } = await begin(store, (await createAccount(store)).id, "aa");
  await store.sessions.recordUse(id, NOW + MINUTE);
  await store.sessions.recordUse(id, NOW);
  const found = await store.sessions.findByTokenHash("aa");
  assert.equal(found?.session.lastSeenAtMs, NOW + MINUTE);
});

contract(
  "sessions end one by one, all but one, and with their account",
  async (store) => {
    const account = await createAccount(store);
    const first = await begin(store, account.id, "aa");
    const second = await begin(store, account.id, "bb");
    const third = await begin(store, account.id, "cc");
    assert.equal(await store.sessions.delete(first.id), true);
    assert.equal(await store.sessions.delete(first.id), false);
    assert.equal(await store.sessions.deleteByAccount(account.id, third.id), 1);
    assert.equal(await store.sessions.findByTokenHash(second.tokenHash), null);
    assert.deepEqual(await store.sessions.listByAccount(account.id), [third]);
    await store.accounts.delete(account.id);
    assert.equal(await store.sessions.findByTokenHash("cc"), null);
  },
);

contract(
  "what is idle or over is forgotten, and nothing else",
  async (store) => {
    const { id } = await createAccount(store);
    await begin(store, id, "idle");
    const used = await begin(store, id, "used");
    await store.sessions.recordUse(used.id, NOW + 10 * MINUTE);
    await begin(store, id, "over", NOW + 5 * MINUTE);
    assert.equal(await store.sessions.prune(NOW + MINUTE, NOW + 5 * MINUTE), 2);
    const left = await store.sessions.listByAccount(id);
    assert.deepEqual(left.map((one) => one.tokenHash), ["used"]);
  },
);

async function createAccount(store: Store) {
  const { ada } = await createWorld(store);
  return await store.accounts.insert({
    responderId: ada.id,
    email: "ada@example.com",
    passwordHash: "hash",
    role: "admin",
    enabled: true,
  }, NOW);
}

function begin(
  store: Store,
  accountId: number,
  tokenHash: string,
  expiresAtMs = NOW + 60 * MINUTE,
) {
  return store.sessions.insert({
    tokenHash,
    accountId,
    createdAtMs: NOW,
    lastSeenAtMs: NOW,
    expiresAtMs,
    address: "192.0.2.1",
    userAgent: "Firefox",
  });
}
