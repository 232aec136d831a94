import assert from "node:assert/strict";
import { withStore } from "../stores.ts";
import { DELETE, Desk, NOW_MS, post } from "./desk.ts";

const MINE = "/api/v1/accounts/me/calendar-feeds";

function test(name: string, body: (desk: Desk, path: string) => Promise<void>) {
  Deno.test(name, () =>
    withStore("libSQL", async (store) => {
      const desk = await Desk.open(store);
      const { id: teamId } = await store.teams.insert(
        { name: "Payments", description: "" },
        NOW_MS,
      );
      const { body: schedule } = await desk.as("admin")(
        "/api/v1/schedules",
        post({ team_id: teamId, name: "Primary" }),
      );
      await body(desk, `/api/v1/schedules/${schedule.id}/calendar-feeds`);
    }));
}

test(
  "everybody makes addresses for themselves; the address is shown once",
  async (desk, path) => {
    for (const role of ["viewer", "responder", "admin"] as const) {
      const ask = desk.as(role);
      const made = await ask(path, post({ include_gaps: true }));
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.match(made.body.url, /\/ical\/ppc_\w{40}\.ics$/);
      assert.equal(made.body.include_gaps, true);
      assert.equal(made.body.account_id, desk.accounts[role].id);
      const { body } = await ask(path);
      assert.ok(!("url" in body.items[0]));
      assert.equal(body.items.length, role === "admin" ? 3 : 1);
      const mine = await ask(MINE, post({}));
      assert.equal(mine.body.schedule_id, null);
      assert.equal((await ask(MINE)).body.items.length, 1);
    }
  },
);

test(
  "somebody else's address is not there, but admins may revoke it and not have it",
  async (desk, path) => {
    const { body: feed } = await desk.as("viewer")(path, post({}));
    const one = `${path}/${feed.id}`;
    const responder = desk.as("responder");
    assert.equal((await responder(`${one}/replace`, post({}))).status, 404);
    assert.equal((await responder(one, DELETE)).status, 404);
    const admin = desk.as("admin");
    assert.equal((await admin(`${one}/replace`, post({}))).status, 404);
    const elsewhere = await admin(`${MINE}/${feed.id}`, DELETE);
    assert.equal(
      elsewhere.status,
      404,
      "a schedule's address is none of one's own",
    );
    assert.equal((await admin(one, DELETE)).status, 204);
    assert.equal((await desk.as("viewer")(path)).body.items.length, 0);
  },
);

test(
  "a repeated creation with the same key answers the same address",
  async (desk, path) => {
    const ask = desk.as("viewer");
    const headers = { "idempotency-key": "once" };
    const first = await ask(path, post({}, headers));
    const again = await ask(path, post({}, headers));
    assert.deepEqual(again.body, first.body);
    assert.equal((await ask(path)).body.items.length, 1);
  },
);

test(
  "another address takes the place of the one before",
  async (desk, path) => {
    const ask = desk.as("viewer");
    const { body: before } = await ask(path, post({}));
    const { status, body: after } = await ask(
      `${path}/${before.id}/replace`,
      post({}),
    );
    assert.equal(status, 200);
    assert.equal(after.id, before.id);
    assert.notEqual(after.url, before.url);
    const log = await desk.store.auditLog.list({}, { page: 1, pageSize: 5 });
    assert.equal(log.items[0]?.action, "calendar_feed.replace");
  },
);

test(
  "nonsense is refused by name, and so is the fifty-first address",
  async (desk, path) => {
    const ask = desk.as("viewer");
    const wrong = await ask(path, post({ include_gaps: "yes" }));
    assert.equal(wrong.status, 422);
    assert.equal(wrong.body.errors[0].field, "include_gaps");
    assert.equal((await ask(path.replace("1", "9"), post({}))).status, 404);
    assert.equal((await desk.ask(path)).status, 401);
    for (let n = 0; n < 50; n++) {
      assert.equal((await ask(path, post({}))).status, 201);
    }
    const more = await ask(MINE, post({}));
    assert.equal(more.status, 409);
    assert.equal(more.body.code, "too_many_feeds");
  },
);

test("an API token makes no addresses", async (desk, path) => {
  const made = await desk.as("admin")(
    "/api/v1/api-tokens",
    post({ name: "CI", role: "viewer" }),
  );
  assert.equal(made.status, 201);
  const headers = { authorization: `Bearer ${made.body.token}` };
  const refused = await desk.ask(path, post({}, headers));
  assert.equal(refused.status, 403, JSON.stringify(made.body));
  assert.equal(refused.body.code, "token_not_allowed");
});
