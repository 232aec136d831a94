import assert from "node:assert/strict";
import { withStore } from "../stores.ts";
import { DELETE, Desk, patch, post, put } from "./desk.ts";

function test(name: string, body: (desk: Desk) => Promise<void>): void {
  Deno.test(
    name,
    () =>
      withStore("libSQL", async (store) => await body(await Desk.open(store))),
  );
}

test("a team is created, read, listed, changed, replaced and deleted, and the audit log tells each", async (desk) => {
  const admin = desk.as("admin");
  const made = await admin("/api/v1/teams", post({ name: " Payments " }));
  assert.equal(made.status, 201);
  assert.equal(made.body.name, "Payments");
  assert.equal(made.body.created_at, "2026-11-23T09:00:00.000Z");
  const path = `/api/v1/teams/${made.body.id}`;
  assert.deepEqual((await admin(path)).body, made.body);
  const list = await admin("/api/v1/teams");
  assert.deepEqual(
    [list.body.total, list.body.page, list.body.total_pages],
    [1, 1, 1],
  );
  const changed = await admin(path, patch({ description: "Cards" }));
  assert.deepEqual(
    [changed.body.name, changed.body.description],
    ["Payments", "Cards"],
  );
  const replaced = await admin(path, put({ name: "Money" }));
  assert.deepEqual(
    [replaced.body.name, replaced.body.description],
    ["Money", ""],
  );
  assert.equal((await admin(path, DELETE)).status, 204);
  assert.equal((await admin(path)).status, 404);
  assert.equal((await admin(path, DELETE)).status, 404);

  const log = await admin("/api/v1/audit-log?object_kind=team");
  assert.deepEqual(
    log.body.items.map((entry: { action: string }) => entry.action),
    ["team.delete", "team.update", "team.update", "team.create"],
  );
  assert.deepEqual(log.body.items[2].detail, {
    description: { from: "", to: "Cards" },
  });
  assert.equal(log.body.items[0].actor, "admin@example.com");
});

test("a name that is taken is a conflict on the field", async (desk) => {
  const admin = desk.as("admin");
  await admin("/api/v1/teams", post({ name: "Payments" }));
  const again = await admin("/api/v1/teams", post({ name: "Payments" }));
  assert.equal(again.status, 409);
  assert.equal(again.body.errors[0].field, "name");
});

test("wrong values are refused with their field, whatever they are", async (desk) => {
  const admin = desk.as("admin");
  for (
    const [json, field] of [
      [{}, "name"],
      [{ name: "  " }, "name"],
      [{ name: "x".repeat(101) }, "name"],
      [{ name: "a\u0000b" }, "name"],
      [{ name: "a\nb" }, "name"],
      [{ name: "\ud800" }, "name"],
      [{ name: "\u202eevil" }, "name"],
      [{ name: 7 }, "name"],
      [{ name: "x", description: "a\u0007" }, "description"],
    ] as const
  ) {
    const answer = await admin("/api/v1/teams", post(json));
    assert.equal(answer.status, 422, JSON.stringify(json));
    assert.equal(answer.body.errors[0].field, field);
  }
  for (const json of [[], null, "x", 1]) {
    assert.equal((await admin("/api/v1/teams", post(json))).status, 422);
  }
  const { body: { id } } = await admin("/api/v1/teams", post({ name: "x" }));
  for (const json of [{}, { nothing_known: 1 }]) {
    assert.equal((await admin(`/api/v1/teams/${id}`, patch(json))).status, 422);
  }
});

test("pages are bounded, and a page beyond the last is empty", async (desk) => {
  const admin = desk.as("admin");
  for (const name of ["a", "b", "c"]) {
    await admin("/api/v1/teams", post({ name }));
  }
  const second = await admin("/api/v1/teams?page=2&page_size=2");
  assert.deepEqual(
    [second.body.items.length, second.body.total, second.body.total_pages],
    [1, 3, 2],
  );
  assert.deepEqual((await admin("/api/v1/teams?page=9")).body.items, []);
  for (
    const query of [
      "page=0",
      "page=-1",
      "page=x",
      "page=1.5",
      "page=1e3",
      "page=999999999999",
      "page_size=0",
      "page_size=201",
      "page=1&page=2",
    ]
  ) {
    assert.equal((await admin(`/api/v1/teams?${query}`)).status, 422, query);
  }
});

test("an id that cannot exist is 404 or 422, never an error of ours", async (desk) => {
  const admin = desk.as("admin");
  for (
    const id of [
      "0",
      "-1",
      "1.0",
      "01",
      "9007199254740992",
      "9007199254740993",
      "99999999999999999999",
      "1%27%20OR%201=1",
      "..%2f1",
      "%00",
      "١",
    ]
  ) {
    for (const asked of [{}, DELETE, patch({ name: "x" })]) {
      const { status } = await admin(`/api/v1/teams/${id}`, asked);
      assert.equal(status, 404, id);
    }
  }
  assert.equal((await admin("/api/v1/teams/9007199254740991")).status, 404);
  const schedule = { name: "x", time_zone: "UTC" };
  for (const team_id of [0, -1, 1.5, 2 ** 53, 1e300, "1", null]) {
    const answer = await admin(
      "/api/v1/schedules",
      post({ ...schedule, team_id }),
    );
    assert.equal(answer.status, 422, String(team_id));
    assert.equal(answer.body.errors[0].field, "team_id");
  }
});

test("a reference to what is not there names its field", async (desk) => {
  const admin = desk.as("admin");
  const team = await admin("/api/v1/teams", post({ name: "Payments" }));
  const team_id = team.body.id;
  const policy = { team_id, name: "p" };
  const step = (type: string) => ({
    delay_minutes: 5,
    targets: [{ type, id: 4711 }],
  });
  for (
    const [path, json, field] of [
      ["schedules", { team_id: 4711, name: "s" }, "team_id"],
      [
        "escalation-policies",
        { ...policy, steps: [step("responder")] },
        "steps.0.targets",
      ],
      [
        "escalation-policies",
        { ...policy, steps: [step("schedule")] },
        "steps.0.targets",
      ],
      [
        "escalation-policies",
        { ...policy, steps: [step("team")] },
        "steps.0.targets",
      ],
      [
        "alert-sources",
        { team_id, name: "s", escalation_policy_id: 4711 },
        "escalation_policy_id",
      ],
    ] as const
  ) {
    const answer = await admin(`/api/v1/${path}`, post(json));
    assert.equal(answer.status, 422, `${path} ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.errors[0].field, field);
  }
});

test("what others use cannot be deleted, and the answer names them", async (desk) => {
  const admin = desk.as("admin");
  const { id } = await desk.source();
  const source = (await admin(`/api/v1/alert-sources/${id}`)).body;
  for (
    const [path, kind] of [
      [`teams/${source.team_id}`, "alert_source"],
      [`escalation-policies/${source.escalation_policy_id}`, "alert_source"],
      [
        `responders/${desk.accounts.responder.responderId}`,
        "escalation_policy",
      ],
    ] as const
  ) {
    const answer = await admin(`/api/v1/${path}`, DELETE);
    assert.equal(answer.status, 409, path);
    assert.equal(answer.body.code, "still_referenced");
    const kinds = answer.body.dependents.map((d: { kind: string }) => d.kind);
    assert.ok(kinds.includes(kind), `${path}: ${kinds}`);
  }
});

test("members of a team are set, added and removed", async (desk) => {
  const admin = desk.as("admin");
  const { body: { id } } = await admin("/api/v1/teams", post({ name: "x" }));
  const path = `/api/v1/teams/${id}/members`;
  const [a, b] = [
    desk.accounts.viewer.responderId,
    desk.accounts.admin.responderId,
  ];
  const names = (answer: { body: { items: { id: number }[] } }) =>
    answer.body.items.map((item) => item.id).sort();
  assert.deepEqual(names(await admin(path, put({ responder_ids: [a, a] }))), [
    a,
  ]);
  assert.deepEqual(names(await admin(path, post({ responder_id: b }))), [a, b]);
  assert.deepEqual(names(await admin(path)), [a, b]);
  assert.equal((await admin(`${path}/${a}`, DELETE)).status, 204);
  assert.equal((await admin(`${path}/${a}`, DELETE)).status, 404);
  assert.deepEqual(names(await admin(path)), [b]);
  const unknown = await admin(path, put({ responder_ids: [4711] }));
  assert.equal(unknown.status, 422);
  assert.deepEqual(names(await admin(`/api/v1/responders?team_id=${id}`)), [b]);
  assert.equal((await admin("/api/v1/teams/4711/members")).status, 404);
});

test("a responder's time zone and address are checked", async (desk) => {
  const admin = desk.as("admin");
  const valid = { name: "Maya", email: "maya@example.com" };
  const made = await admin(
    "/api/v1/responders",
    post({ ...valid, time_zone: "Asia/Kolkata" }),
  );
  assert.equal(made.status, 201);
  for (
    const [json, field] of [
      [{ ...valid, time_zone: "Mars/Olympus" }, "time_zone"],
      [{ ...valid, time_zone: "+02:00" }, "time_zone"],
      [{ ...valid, email: "maya" }, "email"],
      [{ ...valid, email: "maya@example.com\r\nBcc: x@y.example" }, "email"],
    ] as const
  ) {
    const answer = await admin("/api/v1/responders", post(json));
    assert.equal(answer.status, 422, JSON.stringify(json));
    assert.equal(answer.body.errors[0].field, field);
  }
});

test("phone numbers are kept as E.164, and a number without its country is refused", async (desk) => {
  const admin = desk.as("admin");
  const path =
    `/api/v1/responders/${desk.accounts.viewer.responderId}/contact-methods`;
  const made = await admin(
    path,
    post({ channel: "sms", address: "+44 (0) 7700 900-123" }),
  );
  assert.equal(made.status, 201);
  assert.equal(made.body.address, "+447700900123");
  for (
    const json of [
      { channel: "sms", address: "07700 900123" },
      { channel: "whatsapp", address: "+1" },
      { channel: "sms", address: "+447700900123\n" + "x" },
      { channel: "sms", address: "maya@example.com" },
      { channel: "email", address: "+447700900123" },
      { channel: "email", address: "a@b.example\r\nBcc: c@d.example" },
    ]
  ) {
    const answer = await admin(path, post(json));
    assert.equal(answer.status, 422, JSON.stringify(json));
    assert.equal(answer.body.errors[0].field, "address");
  }
  const one = `${path}/${made.body.id}`;
  const wrongChannel = await admin(one, patch({ channel: "email" }));
  assert.equal(wrongChannel.status, 422);
  const off = await admin(one, patch({ enabled: false }));
  assert.deepEqual([off.body.enabled, off.body.address], [
    false,
    "+447700900123",
  ]);
  const elsewhere = one.replace(
    /responders\/\d+/,
    `responders/${desk.accounts.admin.responderId}`,
  );
  assert.equal((await admin(elsewhere)).status, 404);
  assert.equal((await admin(elsewhere, DELETE)).status, 404);
  assert.equal((await admin(one, DELETE)).status, 204);
});

test("contact rules may use the responder's own contact methods only", async (desk) => {
  const admin = desk.as("admin");
  const mine = `/api/v1/responders/${desk.accounts.viewer.responderId}`;
  const theirs = `/api/v1/responders/${desk.accounts.admin.responderId}`;
  const method = await admin(
    `${mine}/contact-methods`,
    post({ channel: "email", address: "maya@example.com" }),
  );
  const rules = [{
    urgency: "high",
    contact_method_id: method.body.id,
    delay_minutes: 0.5,
  }];
  const set = await admin(`${mine}/contact-rules`, put({ rules }));
  assert.deepEqual(set.body.items, rules);
  assert.deepEqual((await admin(`${mine}/contact-rules`)).body.items, rules);
  const foreign = await admin(`${theirs}/contact-rules`, put({ rules }));
  assert.equal(foreign.status, 422);
  assert.equal(foreign.body.errors[0].field, "rules.0.contact_method_id");
});

test("who is on call follows entries and overrides, at any instant and over a range", async (desk) => {
  const admin = desk.as("admin");
  const [maya, idris] = [
    desk.accounts.viewer.responderId,
    desk.accounts.responder.responderId,
  ];
  const team = await admin("/api/v1/teams", post({ name: "Payments" }));
  const schedule = await admin(
    "/api/v1/schedules",
    post({ team_id: team.body.id, name: "Primary", time_zone: "Europe/Paris" }),
  );
  const path = `/api/v1/schedules/${schedule.body.id}`;
  const entry = await admin(
    `${path}/entries`,
    post({
      responder_id: maya,
      starts_at: "2026-11-23T10:00:00+01:00",
      ends_at: "2026-11-24T09:00:00Z",
    }),
  );
  assert.equal(entry.body.starts_at, "2026-11-23T09:00:00.000Z");
  await admin(
    `${path}/overrides`,
    post({
      responder_id: idris,
      starts_at: "2026-11-23T20:00:00Z",
      ends_at: "2026-11-23T22:00:00Z",
    }),
  );
  const onCall = async (query = "") =>
    (await admin(`${path}/on-call${query}`)).body.responders
      .map((r: { id: number }) => r.id);
  assert.deepEqual(await onCall(), [maya]);
  assert.deepEqual(await onCall("?at=2026-11-23T21:00:00Z"), [idris]);
  assert.deepEqual(await onCall("?at=2026-11-24T09:00:00Z"), []);
  const { body } = await admin(
    `${path}/shifts?from=2026-11-23T09:00:00Z&to=2026-11-25T09:00:00Z`,
  );
  assert.deepEqual(
    body.shifts.map((
      s: { ends_at: string; overridden: boolean; responders: unknown[] },
    ) => [s.ends_at.slice(0, 13), s.overridden, s.responders.length]),
    [
      ["2026-11-23T20", false, 1],
      ["2026-11-23T22", true, 1],
      ["2026-11-24T09", false, 1],
      ["2026-11-25T09", false, 0],
    ],
  );
  assert.equal(body.gap_count, 1);
  const lists = [`${path}/entries`, `${path}/overrides`];
  for (const list of lists) {
    assert.equal((await admin(list)).body.items.length, 1);
  }
  const misplaced = `${path}/overrides/${entry.body.id}`;
  assert.equal((await admin(misplaced, DELETE)).status, 404);
  const moved = await admin(
    `${path}/entries/${entry.body.id}`,
    patch({ ends_at: "2026-11-23T08:00:00Z" }),
  );
  assert.equal(moved.body.errors[0].field, "ends_at");
  for (
    const query of [
      "from=2026-11-23",
      "from=yesterday",
      "from=2026-11-23T09:00:00",
      "from=2026-11-23T09:00:00Z&to=2026-11-23T09:00:00Z",
      "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
      "from=99999-01-01T00:00:00Z",
    ]
  ) {
    assert.equal((await admin(`${path}/shifts?${query}`)).status, 422, query);
  }
});

test("a policy keeps its steps as they were written, and bounds them", async (desk) => {
  const admin = desk.as("admin");
  const id = desk.accounts.viewer.responderId;
  const team = await admin("/api/v1/teams", post({ name: "Payments" }));
  const step = { delay_minutes: 0.5, targets: [{ type: "responder", id }] };
  const policy = {
    team_id: team.body.id,
    name: "Primary",
    steps: [step, step],
  };
  const made = await admin("/api/v1/escalation-policies", post(policy));
  assert.equal(made.status, 201);
  const plain = { round_robin: false, severities: [], business_hours: null };
  assert.deepEqual(made.body.steps, [{ ...step, ...plain }, {
    ...step,
    ...plain,
  }]);
  assert.deepEqual(
    [made.body.repeat_count, made.body.acknowledgement_timeout_minutes],
    [0, null],
  );
  for (
    const change of [
      { steps: [] },
      { steps: Array(21).fill(step) },
      { steps: [{ ...step, delay_minutes: 0 }] },
      { steps: [{ ...step, delay_minutes: null }] },
      { steps: [{ ...step, targets: [] }] },
      { steps: [{ ...step, targets: [{ type: "account", id }] }] },
      { repeat_count: 21 },
      { repeat_count: 1.5 },
      { acknowledgement_timeout_minutes: 0 },
    ]
  ) {
    const path = `/api/v1/escalation-policies/${made.body.id}`;
    const answer = await admin(path, patch(change));
    assert.equal(answer.status, 422, JSON.stringify(change));
  }
});
