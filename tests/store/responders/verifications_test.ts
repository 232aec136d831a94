import assert from "node:assert/strict";
import type { Repositories } from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW } from "../fixture.ts";

const UNTIL = NOW + 15 * MINUTE;

async function createMethod(store: Repositories) {
  const { ada } = await createWorld(store);
  return await store.responders.insertContactMethod({
    responderId: ada.id,
    channel: "sms",
    address: "+447700900123",
    label: "",
    enabled: true,
  }, NOW);
}

function sending(contactMethodId: number, salt = "aa") {
  return {
    contactMethodId,
    channel: "sms" as const,
    address: "+447700900123",
    salt,
    codeHash: "00".repeat(32),
    createdAtMs: NOW,
    expiresAtMs: UNTIL,
  };
}

contract(
  "a try is counted before it is told, five times at most",
  async (store) => {
    const { id } = await createMethod(store);
    assert.equal(await store.verifications.takeTry(id, NOW), null);
    await store.verifications.put(sending(id));
    for (const tries of [1, 2, 3, 4, 5]) {
      assert.deepEqual(
        await store.verifications.takeTry(id, NOW),
        { ...sending(id), tries },
      );
    }
    assert.equal(await store.verifications.takeTry(id, NOW), null);
    assert.equal((await store.verifications.find(id))?.tries, 5);
    assert.deepEqual(await store.verifications.listPending([id], NOW), []);
  },
);

contract(
  "a hundred tries at once, from two processes, get five",
  async (store, backend) => {
    const { id } = await createMethod(store);
    await store.verifications.put(sending(id));
    const other = await backend.openAnother();
    const tries = await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) =>
          (index % 2 === 0 ? store : other).verifications.takeTry(id, NOW),
      ),
    );
    const given = tries.filter((one) => one !== null).map(({ tries }) => tries);
    assert.deepEqual(given.toSorted(), [1, 2, 3, 4, 5]);
  },
);

contract("no try is given from the instant of expiry on", async (store) => {
  const { id } = await createMethod(store);
  await store.verifications.put(sending(id));
  assert.ok(await store.verifications.takeTry(id, UNTIL - 1));
  assert.equal(await store.verifications.takeTry(id, UNTIL), null);
  assert.deepEqual(await store.verifications.listPending([id], UNTIL), []);
  assert.equal((await store.verifications.listPending([id], NOW)).length, 1);
});

contract(
  "a new code takes the place of the older one, tries and all",
  async (store) => {
    const { id } = await createMethod(store);
    await store.verifications.put(sending(id));
    await store.verifications.takeTry(id, NOW);
    await store.verifications.put(sending(id, "bb"));
    assert.equal((await store.verifications.takeTry(id, NOW))?.tries, 1);
    assert.equal(await store.verifications.delete(id, "aa"), false);
    assert.equal(await store.verifications.delete(id, "bb"), true);
    assert.equal(await store.verifications.find(id), null);
  },
);

contract(
  "codes go with their contact method, and when they have expired",
  async (store) => {
    const { id } = await createMethod(store);
    await store.verifications.put(sending(id));
    assert.equal(await store.verifications.prune(UNTIL - 1), 0);
    assert.equal(await store.verifications.prune(UNTIL), 1);
    await store.verifications.put(sending(id));
    await store.responders.deleteContactMethod(id);
    assert.equal(await store.verifications.find(id), null);
  },
);

contract(
  "a contact method is verified for the address that was proved, and no other",
  async (store) => {
    const { responders } = store;
    const { id, verifiedAtMs } = await createMethod(store);
    assert.equal(verifiedAtMs, null);
    const proved = { channel: "sms", address: "+447700900123" } as const;
    const other = { ...proved, address: "+447700900124" };
    assert.equal(await responders.verifyContactMethod(id, other, NOW), null);
    const verified = await responders.verifyContactMethod(id, proved, NOW);
    assert.equal(verified?.verifiedAtMs, NOW);
    assert.deepEqual(await responders.findContactMethod(id), verified);
    const still = await responders.updateContactMethod(
      id,
      { ...proved, label: "Night phone", enabled: false },
      NOW + 1,
    );
    assert.equal(still?.verifiedAtMs, NOW);
    const patched = await responders.updateContactMethod(
      id,
      { label: "" },
      NOW,
    );
    assert.equal(patched?.verifiedAtMs, NOW);
  },
);

for (
  const change of [
    { address: "+447700900124" },
    { channel: "whatsapp" },
  ] as const
) {
  const [what] = Object.keys(change);
  contract(
    `with another ${what} a contact method is not verified any more`,
    async (store) => {
      const { id, channel, address } = await createMethod(store);
      const { responders } = store;
      await responders.verifyContactMethod(id, { channel, address }, NOW);
      const changed = await responders.updateContactMethod(id, change, NOW);
      assert.equal(changed?.verifiedAtMs, null);
      const [reachable] = await responders.reachable([
        changed?.responderId ?? 0,
      ]);
      assert.equal(reachable?.contactMethods[0]?.verifiedAtMs, null);
    },
  );
}
