/** What must hold when requests meet, on both databases. */
import assert from "node:assert/strict";
import type { UserAccount } from "../../src/domain/responders/people.ts";
import { forEachStore } from "../stores.ts";
import { Desk, patch, post } from "./desk.ts";

function test(name: string, body: (desk: Desk) => Promise<void>): void {
  forEachStore(name, async (store) => await body(await Desk.open(store)));
}

/** Lets the passwords be remembered, so that the requests that follow do not wait for argon2id one after another. */
async function warm(desk: Desk): Promise<void> {
  for (const role of ["viewer", "admin"] as const) {
    await desk.as(role)("/api/v1/accounts/me");
  }
}

test("two admins who demote each other at the same moment do not both succeed", async (desk) => {
  await warm(desk);
  const { viewer, admin } = desk.accounts;
  const demote = (by: "viewer" | "admin", { responderId }: UserAccount) =>
    desk.as(by)(
      `/api/v1/responders/${responderId}/account`,
      patch({ role: "viewer" }),
    );
  for (let round = 0; round < 5; round++) {
    for (const { id } of [viewer, admin]) {
      await desk.store.accounts.update(id, { role: "admin" }, desk.nowMs);
    }
    const both = await Promise.all([
      demote("admin", viewer),
      demote("viewer", admin),
    ]);
    assert.equal(await desk.store.accounts.countAdmins(), 1);
    assert.equal(both.filter(({ status }) => status === 200).length, 1);
  }
});

test("a creation whose key arrives twice at the same moment is done once", async (desk) => {
  await warm(desk);
  const admin = desk.as("admin");
  const key = { "idempotency-key": "k-1" };
  const wanted = post({ name: "a script", role: "viewer" }, key);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => admin("/api/v1/api-tokens", wanted)),
  );
  assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201, 201]);
  const tokens = answers.map(({ body }) => body.token);
  assert.equal(new Set(tokens).size, 1);
  assert.equal((await admin("/api/v1/api-tokens")).body.total, 1);
});

test("a name that two take at the same moment goes to one, the other is told", async (desk) => {
  const admin = desk.as("admin");
  const answers = await Promise.all(
    Array.from(
      { length: 4 },
      () => admin("/api/v1/teams", post({ name: "Payments" })),
    ),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [201, 409, 409, 409]);
});

test("the same alert from two senders at the same moment opens one incident", async (desk) => {
  const { key } = await desk.source();
  const alert = post({ title: "Disk full", external_id: "disk-1" }, {
    "x-api-key": key,
  });
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => desk.ask("/api/v1/alerts", alert)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 201]);
  const { body } = await desk.as("viewer")("/api/v1/incidents");
  assert.deepEqual([body.total, body.items[0].alert_count], [1, 6]);
});

test("text of every script and hostile text come back as they were sent", async (desk) => {
  const admin = desk.as("admin");
  const names = [
    "Zahlungen — Müller & Söhne",
    "支払いチーム 🔥",
    "Robert'); DROP TABLE teams;--",
    '<script>alert("x")</script>',
    "%_\\\\",
  ];
  for (const name of names) {
    const made = await admin("/api/v1/teams", post({ name }));
    assert.equal(made.status, 201, name);
    assert.equal(
      (await admin(`/api/v1/teams/${made.body.id}`)).body.name,
      name,
    );
  }
});

test("what others use cannot be deleted, and the answer names them", async (desk) => {
  const admin = desk.as("admin");
  const { id } = await desk.source();
  const { body: source } = await admin(`/api/v1/alert-sources/${id}`);
  const path = `/api/v1/teams/${source.team_id}`;
  const refused = await admin(path, { method: "DELETE" });
  assert.equal(refused.status, 409);
  assert.ok(refused.body.dependents.length > 0);
});
