import assert from "node:assert/strict";
import { contract, createWorld, MINUTE, NOW, refuses } from "../fixture.ts";

const PAGE = { page: 1, pageSize: 10 };
const ACCOUNT = {
  email: "Ada@Example.com",
  passwordHash: "$argon2id$hash",
  role: "admin" as const,
  enabled: true,
};

contract("an account is found by any of its names", async (store) => {
  const { ada } = await createWorld(store);
  const { accounts } = store;
  const given = { ...ACCOUNT, responderId: ada.id };
  const account = await accounts.insert(given, NOW);
  assert.deepEqual(account, {
    ...given,
    email: "ada@example.com",
    id: account.id,
    createdAtMs: NOW,
    updatedAtMs: NOW,
  });
  assert.deepEqual(await accounts.find(account.id), account);
  assert.deepEqual(await accounts.findByEmail("ADA@example.com"), account);
  assert.deepEqual(await accounts.findByResponder(ada.id), account);
  assert.deepEqual(await accounts.list(PAGE), {
    items: [account],
    total: 1,
    page: 1,
    totalPages: 1,
  });
  assert.equal(await accounts.find(999), null);
  assert.equal(await accounts.findByEmail("nobody@example.com"), null);
  assert.equal(await accounts.findByResponder(999), null);
  await refuses(
    accounts.insert({ ...given, email: "x@example.com" }, NOW),
    "unique",
    "user_accounts.responder_id",
  );
  await refuses(
    accounts.insert({ ...given, responderId: 999, email: "y@x.org" }, NOW),
    "foreign_key",
    "user_accounts",
  );
});

contract(
  "admins are who has an enabled account with that role",
  async (store) => {
    const { ada } = await createWorld(store);
    const { accounts, responders } = store;
    assert.equal(await accounts.countAdmins(), 0);
    const account = await accounts.insert(
      { ...ACCOUNT, responderId: ada.id },
      NOW,
    );
    assert.equal(await accounts.countAdmins(), 1);
    assert.deepEqual(await responders.adminIds(), [ada.id]);
    const patch = { enabled: false, email: "NEW@example.com" };
    const disabled = await accounts.update(account.id, patch, NOW + 1);
    assert.deepEqual(disabled, {
      ...account,
      enabled: false,
      email: "new@example.com",
      updatedAtMs: NOW + 1,
    });
    assert.equal(await accounts.countAdmins(), 0);
    assert.deepEqual(await responders.adminIds(), []);
    await accounts.update(account.id, { enabled: true, role: "viewer" }, NOW);
    assert.equal(await accounts.countAdmins(), 0);
    assert.equal(await accounts.update(999, { enabled: true }, NOW), null);
    assert.equal(await accounts.delete(account.id), true);
    assert.equal(await accounts.delete(account.id), false);
  },
);

contract(
  "a token is found with its account, and goes with it",
  async (store) => {
    const { ada } = await createWorld(store);
    const account = await store.accounts.insert(
      { ...ACCOUNT, responderId: ada.id },
      NOW,
    );
    const given = {
      name: "Terraform",
      tokenId: "abcdefgh",
      tokenHash: "00".repeat(32),
      role: "responder" as const,
      accountId: account.id,
      createdAtMs: NOW,
      expiresAtMs: null,
    };
    const { tokens } = store;
    const token = await tokens.insert(given);
    assert.deepEqual(token, { ...given, id: token.id, lastUsedAtMs: null });
    assert.deepEqual(await tokens.findByTokenId("abcdefgh"), {
      token,
      account,
    });
    assert.equal(await tokens.findByTokenId("unknown"), null);
    const expiring = await tokens.insert({
      ...given,
      tokenId: "second",
      expiresAtMs: NOW + MINUTE,
    });
    const listed = await tokens.list({ accountId: account.id }, PAGE);
    assert.deepEqual(listed.items, [expiring, token]);
    assert.deepEqual((await tokens.list({}, PAGE)).items, [expiring, token]);
    assert.equal((await tokens.list({ accountId: 999 }, PAGE)).total, 0);
    await refuses(tokens.insert(given), "unique", "api_tokens.token_id");

    assert.equal(await tokens.delete(token.id), true);
    assert.equal(await tokens.delete(token.id), false);
    assert.equal(await tokens.find(token.id), null);
    await store.accounts.delete(account.id);
    assert.equal(await tokens.find(expiring.id), null);
  },
);

contract(
  "the last use of a token is exact to a minute and never goes back",
  async (store) => {
    const { ada } = await createWorld(store);
    const account = await store.accounts.insert(
      { ...ACCOUNT, responderId: ada.id },
      NOW,
    );
    const { id } = await store.tokens.insert({
      name: "Terraform",
      tokenId: "abcdefgh",
      tokenHash: "",
      role: "viewer",
      accountId: account.id,
      createdAtMs: NOW,
      expiresAtMs: null,
    });
    const used = async (atMs: number) => {
      await store.tokens.recordUse(id, atMs);
      return (await store.tokens.find(id))?.lastUsedAtMs;
    };
    assert.equal(await used(NOW), NOW);
    assert.equal(await used(NOW + MINUTE - 1), NOW);
    assert.equal(await used(NOW + MINUTE), NOW + MINUTE);
    assert.equal(await used(NOW), NOW + MINUTE);
    await store.tokens.recordUse(999, NOW);
  },
);

contract(
  "a job keeps its newest run on each node, and counts",
  async (store) => {
    const run = {
      name: "escalation",
      node: "a",
      startedAtMs: NOW,
      durationMs: 12.4,
      outcome: "ok" as const,
      message: "3 escalated",
    };
    const { jobs } = store;
    await jobs.record(run);
    await jobs.record({
      ...run,
      startedAtMs: NOW + MINUTE,
      outcome: "failed",
      message: "No database",
    });
    await jobs.record({ ...run, startedAtMs: NOW - MINUTE, message: "late" });
    await jobs.record({ ...run, node: "b" });
    await jobs.record({ ...run, name: "audit", node: "b" });
    const rows = await jobs.list();
    assert.deepEqual(rows.map(({ name, node }) => `${name} ${node}`), [
      "audit b",
      "escalation a",
      "escalation b",
    ]);
    assert.deepEqual(rows[1], {
      ...run,
      startedAtMs: NOW + MINUTE,
      durationMs: 12,
      outcome: "failed",
      message: "No database",
      runs: 3,
      failures: 1,
    });
    assert.equal(await jobs.prune(NOW + 1), 2);
    assert.deepEqual((await jobs.list()).map(({ node }) => node), ["a"]);
  },
);

contract("a message is taken once in its scope", async (store) => {
  const { seenMessages } = store;
  const long = "m".repeat(10_000);
  for (const id of ["1", long, "", "a'b\"%\\"]) {
    assert.equal(await seenMessages.has("source:1", id), false);
    assert.equal(await seenMessages.record("source:1", id, NOW), true);
    assert.equal(await seenMessages.has("source:1", id), true);
    assert.equal(await seenMessages.record("source:1", id, NOW + 9), false);
    assert.equal(await seenMessages.record("source:2", id, NOW), true);
  }
  assert.equal(await seenMessages.record("source:1", `${long}2`, NOW), true);
  assert.equal(await seenMessages.prune(NOW), 0);
  assert.equal(await seenMessages.prune(NOW + 1), 9);
  assert.equal(await seenMessages.record("source:1", "1", NOW), true);
});

contract(
  "a message that was taken in a transaction that failed is taken again",
  async (store) => {
    const error = new Error("Later");
    const work = store.transaction(async (tx) => {
      assert.equal(await tx.seenMessages.record("source:1", "1", NOW), true);
      throw error;
    });
    await assert.rejects(work, error);
    assert.equal(await store.seenMessages.record("source:1", "1", NOW), true);
  },
);

contract(
  "one of ten that take the same message at once has it",
  async (store, { openAnother }) => {
    const other = await openAnother();
    const taken = await Promise.all(
      Array.from(
        { length: 10 },
        (_, n) =>
          (n % 2 ? store : other).seenMessages.record("source:1", "1", NOW),
      ),
    );
    assert.equal(
      taken.filter((first) => first).length,
      1,
    );
  },
);

contract("pruning goes on past one batch", async (store) => {
  // Each of these statements goes over the network to a libSQL server, and a transaction has a limit of time.
  for (let from = 0; from < 2_100; from += 300) {
    await store.transaction(async (tx) => {
      for (let n = from; n < from + 300; n++) {
        await tx.seenMessages.record("source:1", String(n), NOW);
      }
    });
  }
  assert.equal(await store.seenMessages.prune(NOW + 1), 2_100);
});

contract("an answer is kept once for its key", async (store) => {
  const { idempotency } = store;
  const response = { requestHash: "aa", status: 201, body: '{"id":1}' };
  const key = "k".repeat(5_000);
  assert.equal(await idempotency.find("account:1", key), null);
  assert.equal(await idempotency.insert("account:1", key, response, NOW), true);
  const other = { ...response, status: 200 };
  assert.equal(await idempotency.insert("account:1", key, other, NOW), false);
  assert.equal(await idempotency.insert("account:2", key, other, NOW), true);
  assert.deepEqual(await idempotency.find("account:1", key), response);
  assert.equal(await idempotency.prune(NOW), 0);
  assert.equal(await idempotency.prune(NOW + 1), 2);
  assert.equal(await idempotency.find("account:1", key), null);
});

contract("the audit log is read from its end", async (store) => {
  const entry = {
    atMs: NOW,
    actor: "ada@example.com",
    accountId: 1,
    action: "team.update",
    objectKind: "team",
    objectId: 7,
    detail: '{"before":{},"after":{}}',
  };
  const { auditLog } = store;
  await auditLog.add(entry);
  await auditLog.add({ ...entry, accountId: null, actor: "system" });
  await auditLog.add({ ...entry, objectId: 8 });
  await auditLog.add({ ...entry, objectKind: "responder" });
  const list = async (filter: Parameters<typeof auditLog.list>[0]) =>
    (await auditLog.list(filter, PAGE)).items.map(({ actor, ...rest }) =>
      `${rest.objectKind} ${rest.objectId} ${actor}`
    );
  assert.deepEqual(await list({}), [
    "responder 7 ada@example.com",
    "team 8 ada@example.com",
    "team 7 system",
    "team 7 ada@example.com",
  ]);
  assert.equal((await list({ objectKind: "team" })).length, 3);
  assert.deepEqual(await list({ objectKind: "team", objectId: 8 }), [
    "team 8 ada@example.com",
  ]);
  const { items } = await auditLog.list({ objectId: 8 }, PAGE);
  assert.deepEqual(items, [{ ...entry, objectId: 8, id: items[0]?.id }]);
});
