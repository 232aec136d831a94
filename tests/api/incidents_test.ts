import assert from "node:assert/strict";
import { withStore } from "../stores.ts";
import { Desk, post, put } from "./desk.ts";

function test(name: string, body: (desk: Desk) => Promise<void>): void {
  Deno.test(
    name,
    () =>
      withStore("libSQL", async (store) => await body(await Desk.open(store))),
  );
}

/** A source whose alert has opened one incident that pages the responder by SMS. */
async function burning(desk: Desk): Promise<{ id: number; key: string }> {
  const admin = desk.as("admin");
  const responder = desk.accounts.responder.responderId;
  await admin(
    `/api/v1/responders/${responder}/contact-methods`,
    post({ channel: "sms", address: "+447700900123" }),
  );
  const { key } = await desk.source();
  const { body } = await fire(desk, key, { title: "Disk full" });
  return { id: body.id, key };
}

function fire(desk: Desk, key: string, alert: Record<string, unknown>) {
  return desk.ask(
    "/api/v1/alerts",
    post({ external_id: "disk-1", severity: "critical", ...alert }, {
      "x-api-key": key,
    }),
  );
}

test("an incident shows who was paged, what happened and what comes next", async (desk) => {
  const { id } = await burning(desk);
  const { status, body } = await desk.as("viewer")(`/api/v1/incidents/${id}`);
  assert.equal(status, 200);
  assert.equal(body.status, "triggered");
  assert.equal(body.opened_at, "2026-11-23T09:00:00.000Z");
  assert.equal(body.next_escalation_at, "2026-11-23T09:05:00.000Z");
  assert.equal(body.acknowledged_by, null);
  assert.match(body.payload, /Disk full/);
  assert.equal(body.timeline[0].kind, "opened");
  assert.equal(body.timeline[0].actor.type, "source");
  assert.equal(body.timeline_truncated, false);
  assert.deepEqual(
    body.notifications.map((n: Record<string, unknown>) => [
      n.channel,
      n.address,
      n.status,
      n.attempts,
    ]),
    [["sms", "+447700900123", "queued", 0]],
  );
  const same = await desk.as("viewer")(`/api/v1/incidents/${id}/notifications`);
  assert.deepEqual(same.body.items, body.notifications);
  assert.ok(!JSON.stringify(body).includes("idempotency"));
});

test("a responder acknowledges, resolves and reopens; doing it twice is a success", async (desk) => {
  const { id } = await burning(desk);
  const responder = desk.as("responder");
  const act = (verb: string) =>
    responder(`/api/v1/incidents/${id}/${verb}`, { method: "POST" });
  const acknowledged = await act("acknowledge");
  assert.equal(acknowledged.status, 200);
  assert.deepEqual(acknowledged.body.acknowledged_by, {
    type: "responder",
    id: desk.accounts.responder.responderId,
    name: "The responder",
    via: "api",
  });
  assert.equal(acknowledged.body.next_escalation_at, null);
  assert.equal((await act("acknowledge")).status, 200);
  const resolved = await act("resolve");
  assert.deepEqual(
    [resolved.body.status, resolved.body.resolution],
    ["resolved", "person"],
  );
  assert.equal((await act("resolve")).status, 200);
  for (const verb of ["acknowledge", "escalate"]) {
    const refused = await act(verb);
    assert.equal(refused.status, 409, verb);
    assert.equal(refused.body.code, "incident_resolved");
  }
  assert.equal((await act("reopen")).body.status, "triggered");
  const missing = await responder("/api/v1/incidents/4711/resolve", post({}));
  assert.equal(missing.status, 404);
});

test("an incident is reassigned to a responder who can be reached", async (desk) => {
  const { id } = await burning(desk);
  const reassign = (json: unknown) =>
    desk.as("responder")(`/api/v1/incidents/${id}/reassign`, post(json));
  for (const json of [{}, { responder_id: "x" }, { responder_id: 4711 }]) {
    assert.equal((await reassign(json)).status, 422, JSON.stringify(json));
  }
  const { responderId } = desk.accounts.admin;
  const silent = await reassign({ responder_id: responderId });
  assert.equal(silent.status, 409);
  assert.equal(silent.body.code, "responder_unreachable");
  await desk.store.responders.insertContactMethod({
    responderId,
    channel: "sms",
    address: "+447700900199",
    label: "",
    enabled: true,
  }, 0);
  const done = await reassign({ responder_id: responderId });
  assert.deepEqual([done.status, done.body.status], [200, "triggered"]);
});

test("a snooze names an instant or minutes, in the future and not for ever", async (desk) => {
  const { id } = await burning(desk);
  const snooze = (json: unknown) =>
    desk.as("responder")(`/api/v1/incidents/${id}/snooze`, post(json));
  for (
    const json of [
      {},
      { minutes: 0 },
      { minutes: 1e9 },
      { minutes: 5, until: "2026-11-23T10:00:00Z" },
      { until: "tomorrow" },
      { until: "2027-11-23T10:00:00Z" },
    ]
  ) {
    assert.equal((await snooze(json)).status, 422, JSON.stringify(json));
  }
  const past = await snooze({ until: "2026-11-23T08:00:00Z" });
  assert.equal(past.status, 409);
  const slept = await snooze({ minutes: 30 });
  assert.deepEqual(
    [slept.body.status, slept.body.snoozed_until],
    ["acknowledged", "2026-11-23T09:30:00.000Z"],
  );
  assert.equal(slept.body.acknowledgement_ends_at, slept.body.snoozed_until);
});

test("a note is written once however often its request is repeated with one key", async (desk) => {
  const { id } = await burning(desk);
  const path = `/api/v1/incidents/${id}/notes`;
  const responder = desk.as("responder");
  const key = { "idempotency-key": "note-1" };
  const note = { text: "Cleaning up /var/log.\nTen minutes." };
  const first = await responder(path, post(note, key));
  assert.equal(first.status, 201);
  assert.equal(first.body.kind, "note_added");
  assert.equal(first.body.detail.text, note.text);
  const again = await responder(path, post(note, key));
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get("idempotent-replay"), "true");
  const { body } = await responder(`/api/v1/incidents/${id}/timeline`);
  const notes = body.items.filter((e: { kind: string }) =>
    e.kind === "note_added"
  );
  assert.equal(notes.length, 1);
  for (const text of ["", "   ", "a\u0000b", "x".repeat(10_001)]) {
    assert.equal((await responder(path, post({ text }))).status, 422);
  }
  const after = await responder(
    `/api/v1/incidents/${id}/timeline?after=${first.body.id}`,
  );
  assert.deepEqual(after.body.items, []);
});

test("incidents are found by status, severity, team, source, person, text and time", async (desk) => {
  const { id, key } = await burning(desk);
  const other = await desk.source("generic", "other");
  await fire(desk, other.key, {
    external_id: "cpu-1",
    severity: "warning",
    title: "CPU at 100%_busy",
  });
  desk.nowMs += 3_600_000;
  await fire(desk, key, { external_id: "late-1", title: "Late" });
  await desk.as("responder")(`/api/v1/incidents/${id}/acknowledge`, {
    method: "POST",
  });
  const titles = async (query: string) => {
    const { status, body } = await desk.as("viewer")(
      `/api/v1/incidents?${query}`,
    );
    assert.equal(status, 200, query);
    return body.items.map((item: { title: string }) => item.title);
  };
  const all = ["Late", "CPU at 100%_busy", "Disk full"];
  assert.deepEqual(await titles(""), all);
  assert.deepEqual(await titles("status=acknowledged"), ["Disk full"]);
  assert.deepEqual(await titles("status=acknowledged,triggered"), all);
  assert.deepEqual(
    await titles("status=triggered&status=resolved"),
    all.slice(0, 2),
  );
  assert.deepEqual(await titles("severity=warning"), ["CPU at 100%_busy"]);
  assert.deepEqual(await titles(`source_id=${other.id}`), ["CPU at 100%_busy"]);
  assert.deepEqual(await titles("team_id=4711"), []);
  const person = desk.accounts.responder.responderId;
  assert.deepEqual(await titles(`assignee_id=${person}`), all);
  assert.deepEqual(await titles("assignee_id=4711"), []);
  assert.deepEqual(await titles(`source=${other.id}`), ["CPU at 100%_busy"]);
  assert.deepEqual(await titles("team=4711"), []);
  assert.deepEqual(await titles("assignee=4711"), []);
  assert.deepEqual(await titles("opened_from=2026-11-23T09:30:00Z"), ["Late"]);
  assert.deepEqual(
    await titles("opened_before=2026-11-23T09:30:00Z"),
    all.slice(1),
  );
  assert.deepEqual(await titles("text=disk"), ["Disk full"]);
  assert.deepEqual(await titles("text=%20"), all);
  for (
    const harmless of [
      "%' OR 1=1 --",
      "'; DROP TABLE incidents; --",
      "\\",
      "%",
      "_",
      '"',
      "🔥",
    ]
  ) {
    const expected = all.filter((title) => title.includes(harmless));
    assert.deepEqual(
      await titles(`text=${encodeURIComponent(harmless)}`),
      expected,
    );
  }
  for (
    const query of [
      "status=burning",
      "severity=",
      "team_id=0",
      "team_id=9007199254740993",
      "source_id=1;2",
      "text=%00",
      `text=${"x".repeat(201)}`,
      "opened_from=now",
      "opened_from=-1",
    ]
  ) {
    const { status } = await desk.as("viewer")(`/api/v1/incidents?${query}`);
    assert.equal(status, 422, query);
  }
});

test("a notification that cannot be sent again says why", async (desk) => {
  const { id } = await burning(desk);
  const { body } = await desk.as("viewer")(`/api/v1/incidents/${id}`);
  const [{ id: notification }] = body.notifications;
  const responder = desk.as("responder");
  const path = `/api/v1/notifications/${notification}/retry`;
  const refused = await responder(path, { method: "POST" });
  assert.equal(refused.status, 409);
  const row = await desk.store.notifications.find(notification);
  assert.ok(row);
  await desk.store.notifications.save({ ...row, state: "failed" }, row);
  const again = await responder(path, { method: "POST" });
  assert.deepEqual([again.status, again.body.status], [200, "queued"]);
  const missing = await responder("/api/v1/notifications/4711/retry", post({}));
  assert.equal(missing.status, 404);
});

test("a creation repeated with its key is done once, the key shown once more, and nothing readable kept", async (desk) => {
  const admin = desk.as("admin");
  const { id } = await desk.source();
  const source = (await admin(`/api/v1/alert-sources/${id}`)).body;
  const wanted = {
    name: "another",
    team_id: source.team_id,
    escalation_policy_id: source.escalation_policy_id,
  };
  const key = { "idempotency-key": "k-1" };
  const path = "/api/v1/alert-sources";
  const first = await admin(path, post(wanted, key));
  assert.equal(first.status, 201);
  assert.equal((await admin(path)).body.total, 2);
  const third = await admin(path, post(wanted, key));
  assert.equal(third.body.api_key, first.body.api_key);
  const { accounts, store } = desk;
  const kept = await store.idempotency.find(
    `account:${accounts.admin.id}`,
    "k-1",
  );
  assert.ok(kept && !kept.body.includes(first.body.api_key));
  const other = await admin(path, post({ ...wanted, name: "third" }, key));
  assert.equal(other.status, 422);
  assert.equal(other.body.code, "idempotency_key_reused");
  for (const bad of ["", "a b", "x".repeat(256), "\u00e4"]) {
    const headers = { "idempotency-key": bad };
    const answer = await admin("/api/v1/teams", post({ name: "x" }, headers));
    assert.equal(answer.status, 422, bad);
  }
});

test("a refused creation does not use its key up", async (desk) => {
  const admin = desk.as("admin");
  const key = { "idempotency-key": "k-2" };
  const refused = await admin("/api/v1/teams", post({ name: "" }, key));
  assert.equal(refused.status, 422);
  await admin("/api/v1/teams", post({ name: "taken" }));
  const taken = await admin("/api/v1/teams", post({ name: "taken" }, key));
  assert.equal(taken.status, 409);
  const done = await admin("/api/v1/teams", post({ name: "free" }, key));
  assert.equal(done.status, 201);
});

test("settings of a source are changed one by one, and its kind stays", async (desk) => {
  const admin = desk.as("admin");
  const { id } = await desk.source();
  const path = `/api/v1/alert-sources/${id}`;
  const before = (await admin(path)).body;
  const settings = { auto_resolve_after_minutes: 60, no_data: "page" };
  const after = await admin(path, { method: "PATCH", json: { settings } });
  assert.deepEqual(after.body.settings, { ...before.settings, ...settings });
  const { team_id, escalation_policy_id } = before;
  const replaced = await admin(
    path,
    put({ name: "new", kind: "grafana", team_id, escalation_policy_id }),
  );
  assert.deepEqual(
    [replaced.body.name, replaced.body.kind],
    ["new", "generic"],
  );
  for (
    const settings of [
      { default_severity: "bad" },
      { auto_resolve_after_minutes: 0 },
      { sns_topic_arn: "arn:aws:s3:::bucket" },
      { refire_cooldown_minutes: null },
    ]
  ) {
    const answer = await admin(path, { method: "PATCH", json: { settings } });
    assert.equal(answer.status, 422, JSON.stringify(settings));
  }
});
