/** Layers, their preview and who is on call, as the API tells it, on both databases. */
import assert from "node:assert/strict";
import { forEachStore } from "../stores.ts";
import { DELETE, Desk, patch, post, put } from "./desk.ts";

interface Rota {
  desk: Desk;
  admin: ReturnType<Desk["as"]>;
  teamId: number;
  path: string;
  scheduleId: number;
  maya: number;
  idris: number;
}

function test(name: string, body: (rota: Rota) => Promise<void>): void {
  forEachStore(name, async (store) => {
    const desk = await Desk.open(store);
    const admin = desk.as("admin");
    const team = await admin("/api/v1/teams", post({ name: "Payments" }));
    const teamId = team.body.id;
    const zone = { team_id: teamId, time_zone: "Europe/London" };
    const { body: { id: scheduleId } } = await admin(
      "/api/v1/schedules",
      post({ ...zone, name: "Primary" }),
    );
    await body({
      desk,
      admin,
      teamId,
      scheduleId,
      path: `/api/v1/schedules/${scheduleId}`,
      maya: desk.accounts.viewer.responderId,
      idris: desk.accounts.responder.responderId,
    });
  });
}

function weekly(responder_ids: number[], more: Record<string, unknown> = {}) {
  return {
    name: "Weekly",
    responder_ids,
    starts_at: "2026-11-16T09:00",
    ...more,
  };
}

const RANGE = "from=2026-11-23T00:00:00Z&to=2026-12-07T00:00:00Z";

test("a layer is created, read, changed, replaced, ordered and deleted", async ({ admin, path, maya, idris }) => {
  const layers = `${path}/layers`;
  assert.deepEqual((await admin(layers)).body.items, []);
  const made = await admin(
    layers,
    post(weekly([maya, idris]), { "idempotency-key": "l-1" }),
  );
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const again = await admin(
    layers,
    post(weekly([maya, idris]), { "idempotency-key": "l-1" }),
  );
  assert.deepEqual(again.body, made.body);
  const one = `${layers}/${made.body.id}`;
  assert.deepEqual((await admin(one)).body, made.body);
  const weekday = { handoff_weekday: 3, period_count: 2 };
  const changed = await admin(one, patch(weekday));
  assert.deepEqual(
    { ...changed.body, updated_at: 0 },
    { ...made.body, ...weekday, updated_at: 0 },
  );
  const replaced = await admin(one, put(weekly([idris])));
  assert.equal(replaced.body.period_count, 1);
  const second = await admin(layers, post(weekly([maya], { name: "Top" })));
  const ids = [second.body.id, made.body.id];
  const ordered = await admin(`${layers}/order`, put({ layer_ids: ids }));
  assert.deepEqual(
    ordered.body.items.map(({ id }: { id: number }) => id),
    ids,
  );
  assert.equal((await admin(one, DELETE)).status, 204);
  assert.equal((await admin(one)).status, 404);
  assert.equal((await admin(layers)).body.items.length, 1);
});

test("bad layers are refused with the field's name, and a layer is found on its own schedule only", async ({ admin, path, teamId, maya }) => {
  const layers = `${path}/layers`;
  const made = await admin(layers, post(weekly([maya])));
  const cases: [Record<string, unknown>, string][] = [
    [{ responder_ids: [] }, "responder_ids"],
    [{ responder_ids: [4711] }, "responder_ids"],
    [{ responder_ids: Array(5_000).fill(maya) }, "responder_ids"],
    [{ period_count: 0 }, "period_count"],
    [{ period_count: 53 }, "period_count"],
    [{ period_count: 1e300 }, "period_count"],
    [{ starts_at: "2026-02-30T09:00" }, "starts_at"],
    [{ starts_at: "275760-09-13T00:00" }, "starts_at"],
    [{ ends_at: "2026-11-16T09:00" }, "ends_at"],
    [{ handoff_time: "25:00" }, "handoff_time"],
    [{ name: "a\u0000b" }, "name"],
    [{
      restrictions: [
        { from_day: 1, from_time: "09:00", to_day: 1, to_time: "09:00" },
      ],
    }, "restrictions.0.to_time"],
  ];
  for (const [change, field] of cases) {
    for (
      const [where, asked] of [
        [layers, post(weekly([maya], change))],
        [`${layers}/${made.body.id}`, patch(change)],
      ] as const
    ) {
      const { status, body } = await admin(where, asked);
      assert.equal(status, 422, `${asked.method} ${field}`);
      assert.equal(body.errors[0].field, field);
    }
  }
  for (const layer_ids of [[], [made.body.id, made.body.id], [4711]]) {
    const { status, body } = await admin(
      `${layers}/order`,
      put({ layer_ids }),
    );
    assert.deepEqual([status, body.errors[0].field], [422, "layer_ids"]);
  }
  const other = await admin(
    "/api/v1/schedules",
    post({ team_id: teamId, name: "Other" }),
  );
  const elsewhere = `/api/v1/schedules/${other.body.id}/layers/${made.body.id}`;
  for (const asked of [{}, DELETE, patch({ name: "x" })]) {
    assert.equal((await admin(elsewhere, asked)).status, 404);
  }
  assert.equal((await admin("/api/v1/schedules/4711/layers")).status, 404);
});

test("who may not write may read layers, and gets no preview", async ({ desk, admin, path, maya }) => {
  const made = await admin(`${path}/layers`, post(weekly([maya])));
  const one = `${path}/layers/${made.body.id}`;
  for (const role of ["viewer", "responder"] as const) {
    const ask = desk.as(role);
    assert.equal((await ask(one)).status, 200);
    assert.equal((await ask(`${path}/shifts`)).status, 200);
    const writes = [
      [`${path}/layers`, post(weekly([maya]))],
      [`${path}/layers/order`, put({ layer_ids: [made.body.id] })],
      [`${path}/preview`, post({ layers: [] })],
      [one, patch({ name: "x" })],
      [one, put(weekly([maya]))],
      [one, DELETE],
    ] as const;
    for (const [where, asked] of writes) {
      assert.equal((await ask(where, asked)).status, 403, where);
    }
  }
});

test("a preview tells old, new and what differs, and writes nothing", async ({ admin, path, maya, idris }) => {
  const { body: low } = await admin(`${path}/layers`, post(weekly([maya])));
  const top = { ...weekly([idris]), starts_at: "2026-11-30T09:00" };
  const range = { from: "2026-11-23T00:00:00Z", to: "2026-12-07T00:00:00Z" };
  const { status, body } = await admin(
    `${path}/preview`,
    post({ ...range, layers: [{ id: low.id }, top] }),
  );
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.current.length, 1);
  assert.equal(body.proposed.length, 2);
  assert.deepEqual(
    body.changes.map((change: {
      starts_at: string;
      ends_at: string;
      before: { id: number }[];
      after: { id: number }[];
    }) => [
      change.starts_at,
      change.ends_at,
      change.before[0]?.id,
      change.after[0]?.id,
    ]),
    [["2026-11-30T09:00:00.000Z", "2026-12-07T00:00:00.000Z", maya, idris]],
  );
  assert.deepEqual((await admin(`${path}/layers`)).body.items, [low]);
  const cases: [unknown, string][] = [
    [{ id: 4711 }, "layers.1.id"],
    [{ id: low.id }, "layers.1.id"],
    [{ name: "No members" }, "layers.1.responder_ids"],
    [weekly([4711]), "layers.1.responder_ids"],
    [weekly([maya], { period_count: 53 }), "layers.1.period_count"],
  ];
  for (const [layer, field] of cases) {
    const layers = [{ id: low.id }, layer];
    const refused = await admin(`${path}/preview`, post({ layers }));
    assert.equal(refused.status, 422, field);
    assert.equal(refused.body.errors[0].field, field);
  }
  const year = { from: "2026-01-01T00:00:00Z", to: "2026-12-01T00:00:00Z" };
  const long = await admin(`${path}/preview`, post({ ...year, layers: [] }));
  assert.deepEqual([long.status, long.body.errors[0].field], [422, "to"]);
});

test("everybody on call is told at once, since when, until when and who is next", async (rota) => {
  const { admin, path, scheduleId, teamId, maya, idris } = rota;
  await admin(`${path}/layers`, post(weekly([maya, idris])));
  const other = await admin(
    "/api/v1/schedules",
    post({ team_id: teamId, name: "A gap" }),
  );
  const { body } = await admin("/api/v1/on-call");
  assert.deepEqual([body.total, body.page, body.total_pages], [2, 1, 1]);
  assert.deepEqual(body.items[0], {
    schedule_id: other.body.id,
    schedule_name: "A gap",
    team_id: teamId,
    responders: [],
    since: null,
    until: null,
    next: null,
  });
  const people = { maya: [{ id: maya, name: "The viewer" }] };
  const at = "2026-11-23T08:59:59Z";
  const asked = await admin(`/api/v1/on-call?at=${at}&responder_id=${maya}`);
  assert.deepEqual(asked.body.items, [{
    schedule_id: scheduleId,
    schedule_name: "Primary",
    team_id: teamId,
    responders: people.maya,
    since: "2026-11-16T09:00:00.000Z",
    until: "2026-11-23T09:00:00.000Z",
    next: {
      at: "2026-11-23T09:00:00.000Z",
      responders: [{ id: idris, name: "The responder" }],
    },
  }]);
  // From 09:00 it is the other one's turn.
  const later = await admin(`/api/v1/on-call?responder_id=${maya}`);
  assert.deepEqual(later.body.items, []);
  const team = (id: number) => admin(`/api/v1/on-call?team_id=${id}`);
  assert.equal((await team(teamId)).body.total, 2);
  assert.equal((await team(4711)).body.total, 0);
  assert.equal((await admin("/api/v1/on-call?at=soon")).status, 422);
  const paged = await admin("/api/v1/on-call?page=2&page_size=1");
  assert.equal(paged.body.items[0].schedule_id, scheduleId);
});

test("handoffs, gaps and one person's shifts follow the layers and what covers them", async (rota) => {
  const { admin, path, scheduleId, maya, idris } = rota;
  const nights = await admin(
    `${path}/layers`,
    post(weekly([maya, idris], { ends_at: "2026-12-03T09:00" })),
  );
  await admin(
    `${path}/overrides`,
    post({
      responder_id: maya,
      replaces_responder_id: idris,
      starts_at: "2026-11-25T09:00:00Z",
      ends_at: "2026-11-26T09:00:00Z",
    }),
  );
  const handoffs = await admin(`${path}/handoffs?${RANGE}`);
  assert.deepEqual(
    handoffs.body.items.map((
      { at, before, after }: {
        at: string;
        before: { id: number }[];
        after: { id: number }[];
      },
    ) => [at.slice(5, 10), before[0]?.id, after[0]?.id]),
    [
      ["11-23", maya, idris],
      ["11-25", idris, maya],
      ["11-26", maya, idris],
      ["11-30", idris, maya],
      ["12-03", maya, undefined],
    ],
  );
  const gaps = await admin(`${path}/gaps?${RANGE}`);
  assert.deepEqual(gaps.body.items, [{
    starts_at: "2026-12-03T09:00:00.000Z",
    ends_at: "2026-12-07T00:00:00.000Z",
  }]);
  type Shifts = { starts_at: string; schedule_id?: number }[];
  const days = (list: Shifts) => list.map((s) => s.starts_at.slice(5, 10));
  const own = await admin(`/api/v1/responders/${maya}/shifts?${RANGE}`);
  assert.deepEqual(days(own.body.items), ["11-23", "11-25", "11-30"]);
  assert.equal(own.body.items[0].schedule_id, scheduleId);
  assert.equal(own.body.items[0].schedule_name, "Primary");
  const query = `${path}/shifts?${RANGE}`;
  const his = await admin(`${query}&responder_id=${idris}`);
  assert.deepEqual(days(his.body.shifts), ["11-23", "11-26"]);
  assert.equal(his.body.gap_count, 1);
  const alone = await admin(`${query}&layer_id=${nights.body.id}`);
  assert.deepEqual(days(alone.body.shifts), [
    "11-23",
    "11-23",
    "11-30",
    "12-03",
  ]);
  assert.equal((await admin(`${query}&layer_id=4711`)).status, 404);
  assert.equal((await admin("/api/v1/responders/4711/shifts")).status, 404);
});

test("somebody on a rota cannot be deleted, and the schedule is named", async ({ admin, path }) => {
  const made = await admin(
    "/api/v1/responders",
    post({ name: "Ana", email: "ana@example.com" }),
  );
  const { id } = made.body;
  const layer = await admin(`${path}/layers`, post(weekly([id])));
  const person = `/api/v1/responders/${id}`;
  const refused = await admin(person, DELETE);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /schedule \d+ \(Primary\)/);
  await admin(`${path}/layers/${layer.body.id}`, DELETE);
  assert.equal((await admin(person, DELETE)).status, 204);
});

test("of two overrides of the same time that come at once one is refused, and told which is there", async ({ admin, path, maya, idris }) => {
  const override = (responder_id: number, more = {}) =>
    admin(
      `${path}/overrides`,
      post({
        responder_id,
        starts_at: "2026-11-25T09:00:00Z",
        ends_at: "2026-11-26T09:00:00Z",
        ...more,
      }),
    );
  const both = await Promise.all([override(maya), override(idris)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 422]);
  const refused = both.find(({ status }) => status === 422);
  assert.equal(refused?.body.errors[0].field, "starts_at");
  assert.match(refused?.body.errors[0].message, /Override \d+ covers a part/);
  // In somebody's place is another thing, unless that place is taken too.
  const replaces_responder_id = idris;
  assert.equal((await override(maya, { replaces_responder_id })).status, 201);
  assert.equal((await override(maya, { replaces_responder_id })).status, 422);
  const self = await override(idris, { replaces_responder_id });
  assert.equal(self.body.errors[0].field, "replaces_responder_id");
});

test("an override posted to the entries is refused, not made into an entry", async ({ admin, path, maya }) => {
  const posted = (kind: string, to: string) =>
    admin(
      `${path}/${to}`,
      post({
        kind,
        responder_id: maya,
        starts_at: "2026-11-25T09:00:00Z",
        ends_at: "2026-11-26T09:00:00Z",
      }),
    );
  const refused = await posted("override", "entries");
  assert.equal(refused.status, 422);
  assert.equal(refused.body.errors[0].field, "kind");
  assert.equal((await posted("entry", "overrides")).status, 422);
  assert.equal((await posted("override", "overrides")).status, 201);
});
