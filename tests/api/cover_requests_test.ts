import assert from "node:assert/strict";
import { forEachStore, withStore } from "../stores.ts";
import { Desk, NOW_MS, post } from "./desk.ts";

const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(NOW_MS + hours * HOUR_MS).toISOString();

/** The responder is on call for a day; responder and admin are of the team. */
async function rota(desk: Desk) {
  const { store, accounts } = desk;
  const team = await store.teams.insert(
    { name: "Payments", description: "" },
    NOW_MS,
  );
  const members = [accounts.responder.responderId, accounts.admin.responderId];
  await store.teams.setMembers(team.id, members);
  const { body: schedule } = await desk.as("admin")(
    "/api/v1/schedules",
    post({ team_id: team.id, name: "Primary" }),
  );
  assert.equal(schedule.handoff_notice_minutes, 15);
  await store.schedules.insertEntry({
    scheduleId: schedule.id,
    responderId: accounts.responder.responderId,
    replacesResponderId: null,
    kind: "entry",
    startsAtMs: NOW_MS - HOUR_MS,
    endsAtMs: NOW_MS + 24 * HOUR_MS,
  }, NOW_MS);
  return `/api/v1/schedules/${schedule.id}`;
}

function test(name: string, body: (desk: Desk, path: string) => Promise<void>) {
  Deno.test(name, () =>
    withStore("libSQL", async (store) => {
      const desk = await Desk.open(store);
      await body(desk, await rota(desk));
    }));
}

test(
  "a colleague accepts: an override from now on, notices, and rows in the audit log",
  async (desk, path) => {
    const responder = desk.as("responder");
    const admin = desk.as("admin");
    const { responderId } = desk.accounts.responder;
    const asked = await responder(
      `${path}/cover-requests`,
      post({ starts_at: at(-0.5), ends_at: at(3), note: "Dentist" }),
    );
    assert.equal(asked.status, 201);
    assert.equal(asked.body.requester_id, responderId);
    const mine = await admin("/api/v1/cover-requests");
    assert.equal(mine.body.total, 1);
    const one = `/api/v1/cover-requests/${asked.body.id}`;
    const own = await responder(`${one}/accept`, post({}));
    assert.equal(own.status, 403);
    const accepted = await admin(`${one}/accept`, post({}));
    assert.equal(accepted.status, 200);
    assert.equal(accepted.body.status, "accepted");
    assert.equal(accepted.body.override_ids.length, 1);
    const again = await admin(`${one}/accept`, post({}));
    assert.deepEqual(again.body, accepted.body);
    const { body } = await desk.as("viewer")(`${path}/shifts?from=${at(0)}`);
    assert.deepEqual(
      body.shifts.slice(0, 2).map((shift: { responders: unknown[] }) =>
        shift.responders
      ),
      [[{ id: desk.accounts.admin.responderId, name: "The admin" }], [
        { id: responderId, name: "The responder" },
      ]],
    );
    const { items } = await desk.store.auditLog.list({}, {
      page: 1,
      pageSize: 3,
    });
    assert.deepEqual(items.map(({ action }) => action), [
      "cover_request.accept",
      "schedule_override.create",
      "cover_request.create",
    ]);
    const late = await responder(`${one}/cancel`, post({}));
    assert.equal(late.status, 409);
    assert.match(late.body.detail, /is accepted already, by The admin\./);
  },
);

test(
  "a request is refused in words that name the field",
  async (desk, path) => {
    const responder = desk.as("responder");
    const ask = async (fields: Record<string, unknown>) => {
      const { status, body } = await responder(
        `${path}/cover-requests`,
        post({ starts_at: at(1), ends_at: at(2), ...fields }),
      );
      return [status, body.errors?.[0]?.field];
    };
    const admin = desk.accounts.admin.responderId;
    assert.deepEqual(await ask({ requester_id: admin }), [403, undefined]);
    assert.deepEqual(await ask({ ends_at: at(1) }), [422, "ends_at"]);
    assert.deepEqual(await ask({ starts_at: at(30), ends_at: at(31) }), [
      422,
      "starts_at",
    ]);
    assert.deepEqual(await ask({ asked_responder_id: 999 }), [
      422,
      "asked_responder_id",
    ]);
    assert.deepEqual(await ask({}), [201, undefined]);
    assert.deepEqual(await ask({}), [409, undefined]);
    const viewer = await desk.as("viewer")(`${path}/cover-requests`);
    assert.equal(viewer.body.total, 1);
  },
);

test(
  "who was asked by name declines, and the requester is told",
  async (desk, path) => {
    const asked = await desk.as("responder")(
      `${path}/cover-requests`,
      post({
        starts_at: at(1),
        ends_at: at(2),
        asked_responder_id: desk.accounts.admin.responderId,
      }),
    );
    const one = `/api/v1/cover-requests/${asked.body.id}`;
    const { body } = await desk.as("admin")(`${one}/decline`, post({}));
    assert.equal(body.status, "declined");
    const all = await desk.as("responder")("/api/v1/cover-requests?mine=all");
    assert.equal(all.body.total, 1);
    assert.equal((await desk.as("viewer")(one)).body.status, "declined");
  },
);

test(
  "replacing a schedule without a word on notices leaves them as they are",
  async (desk, path) => {
    const admin = desk.as("admin");
    const change = (method: string, json: unknown) =>
      admin(path, { method, json });
    const off = await change("PATCH", { handoff_notice_minutes: null });
    assert.equal(off.body.handoff_notice_minutes, null);
    const replaced = await change("PUT", {
      team_id: off.body.team_id,
      name: "Second",
    });
    assert.equal(replaced.body.handoff_notice_minutes, null);
    const wrong = await change("PATCH", { handoff_notice_minutes: -1 });
    assert.equal(wrong.status, 422);
  },
);

forEachStore(
  "of two who accept at the same moment one has it, and the other is told who",
  async (store) => {
    const desk = await Desk.open(store);
    const path = await rota(desk);
    const { viewer, responder, admin } = desk.accounts;
    await store.accounts.update(viewer.id, { role: "responder" }, NOW_MS);
    const { body: schedule } = await desk.as("admin")(path);
    await store.teams.setMembers(
      schedule.team_id,
      [viewer, responder, admin].map(({ responderId }) => responderId),
    );
    for (let round = 0; round < 3; round++) {
      const asked = await desk.as("responder")(
        `${path}/cover-requests`,
        post({ starts_at: at(1 + round), ends_at: at(2 + round) }),
      );
      assert.equal(asked.status, 201);
      const one = `/api/v1/cover-requests/${asked.body.id}`;
      await desk.as("viewer")(one);
      const both = await Promise.all(
        (["viewer", "admin"] as const).map((role) =>
          desk.as(role)(`${one}/accept`, post({}))
        ),
      );
      const [won, lost] = both.toSorted((a, b) => a.status - b.status);
      assert.deepEqual([won?.status, lost?.status], [200, 409]);
      const winner = both[0]?.status === 200 ? viewer : admin;
      assert.equal(won?.body.override_ids.length, 1);
      const name = winner === viewer ? "The viewer" : "The admin";
      assert.match(
        lost?.body.detail,
        new RegExp(`is accepted already, by ${name}\\.`),
      );
    }
    const overrides = await store.schedules
      .entries([schedule.id], NOW_MS, NOW_MS + 24 * HOUR_MS);
    assert.equal(
      overrides.filter(({ kind }) => kind === "override").length,
      3,
    );
  },
);
