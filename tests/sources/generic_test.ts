import assert from "node:assert/strict";
import { NOW_MS, onlyAlert, read, refusalOf } from "./fixture.ts";

const post = (body: unknown) => read("generic", body);
const alertOf = async (body: unknown) => onlyAlert(await post(body));

Deno.test("a title is all that an alert needs", async () => {
  const alert = await alertOf({ title: "Disk full" });
  assert.equal(alert.kind, "firing");
  assert.equal(alert.title, "Disk full");
  assert.equal(alert.severity, "error");
  assert.match(alert.externalId, /^derived:[0-9a-f]{64}$/);
  assert.equal(alert.isTest, false);
  assert.equal(alert.remark, "");
});

Deno.test("every field of a full alert is taken", async () => {
  const alert = await alertOf({
    external_id: "db-1/disk",
    title: "Disk full",
    description: "97 % used\nof 1 TB",
    severity: "critical",
    status: "firing",
    starts_at: "2026-03-02T08:14:20.5+01:00",
    url: "https://mon.example.com/a/1",
    runbook_url: "https://wiki.example.com/disk",
    links: [{ label: "Graph", url: "https://mon.example.com/g" }],
    labels: { host: "db-1", used: 97, root: true },
    test: true,
    something_new: { deep: [1, 2, 3] },
  });
  assert.deepEqual({ ...alert, payload: "" }, {
    kind: "firing",
    externalId: "db-1/disk",
    title: "Disk full",
    description: "97 % used\nof 1 TB",
    severity: "critical",
    startsAtMs: Date.UTC(2026, 2, 2, 7, 14, 20, 500),
    links: [
      { label: "Open", url: "https://mon.example.com/a/1" },
      { label: "Runbook", url: "https://wiki.example.com/disk" },
      { label: "Graph", url: "https://mon.example.com/g" },
    ],
    labels: { host: "db-1", root: "true", used: "97" },
    isTest: true,
    remark: "",
    payload: "",
  });
});

Deno.test("aliases work and the main name wins", async () => {
  const alert = await alertOf({
    dedup_key: "k",
    summary: "S",
    message: "M",
    event: "resolve",
  });
  assert.deepEqual(
    [alert.externalId, alert.title, alert.description, alert.kind],
    ["k", "S", "M", "resolved"],
  );
  const both = await alertOf({
    external_id: "a",
    dedup_key: "b",
    title: "T",
    summary: "S",
    status: "firing",
    state: "ok",
  });
  assert.deepEqual([both.externalId, both.title, both.kind], [
    "a",
    "T",
    "firing",
  ]);
});

Deno.test("the usual words for severity and status are known in any case", async () => {
  const severities: [string, string][] = [
    ["crit", "critical"],
    ["FATAL", "critical"],
    ["emergency", "critical"],
    ["high", "error"],
    ["Major", "error"],
    ["warn", "warning"],
    ["minor", "warning"],
    ["medium", "warning"],
    ["low", "info"],
    ["notice", "info"],
    ["ok", "info"],
    [" P1 ", "critical"],
  ];
  for (const [severity, expected] of severities) {
    assert.equal((await alertOf({ title: "T", severity })).severity, expected);
  }
  const words: [string, string[]][] = [
    ["firing", ["firing", "Triggered", "alerting", "open", "problem", "DOWN"]],
    ["resolved", ["resolved", "recovery", "recovered", "OK", "closed", "up"]],
  ];
  for (const [kind, statuses] of words) {
    for (const status of statuses) {
      assert.equal((await alertOf({ title: "T", status })).kind, kind, status);
    }
  }
});

Deno.test("null and blank fields count as missing", async () => {
  const alert = await alertOf({
    external_id: "",
    title: "T",
    severity: null,
    status: " ",
    starts_at: null,
    labels: null,
    links: null,
    description: null,
    url: "",
  });
  assert.equal(alert.kind, "firing");
  assert.equal(alert.remark, "");
  assert.match(alert.externalId, /^derived:/);
});

Deno.test("a wrong value in a deciding field is refused by the name the sender used", async () => {
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{}, "title", /needed/],
    [{ title: "\u0000\u0007" }, "title", /needed/],
    [{ title: {} }, "title", /must be text/],
    [{ summary: [] }, "summary", /must be text/],
    [
      { title: "T", severity: "huge" },
      "severity",
      /info, warning, error, crit/,
    ],
    [{ title: "T", status: "maybe" }, "status", /firing.*resolved/],
    [{ title: "T", state: "maybe" }, "state", /state “maybe” is not known/],
    [{ title: "T", event: {} }, "event", /must be text/],
    [{ title: "T", external_id: "x".repeat(256) }, "external_id", /255/],
    [{ title: "T", dedup_key: "x".repeat(256) }, "dedup_key", /255/],
    [{ title: "T", external_id: 2 ** 60 }, "external_id", /text/],
    [{ title: "T", external_id: {} }, "external_id", /text/],
    [{ title: "T", starts_at: "yesterday" }, "starts_at", /yesterday/],
    [{ title: "T", starts_at: "9999-12-31T23:59:59Z" }, "starts_at", /future/],
    [{ title: "T", starts_at: "0000-01-01T00:00:00Z" }, "starts_at", /1970/],
    [{ title: "T", starts_at: -5 }, "starts_at", /1970/],
    [{ title: "T", starts_at: {} }, "starts_at", /RFC 3339/],
    [{ status: "ok" }, "external_id", /recovery needs/],
  ];
  for (const [body, field, message] of cases) {
    const refusal = refusalOf(await post(body));
    assert.equal(refusal.status, 422, JSON.stringify(body));
    assert.equal(refusal.field, field, JSON.stringify(body));
    assert.match(refusal.message, message);
    assert.ok(refusal.message.length < 400);
  }
});

Deno.test("an external id of exactly 255 characters is taken as it is", async () => {
  const external_id = "x".repeat(255);
  const alert = await alertOf({ title: "T", external_id });
  assert.equal(alert.externalId, external_id);
  assert.equal(
    (await alertOf({ title: "T", external_id: 42 })).externalId,
    "42",
  );
});

Deno.test("starts_at may be epoch seconds or milliseconds", async () => {
  const seconds = NOW_MS / 1000;
  for (const starts_at of [seconds, NOW_MS, String(seconds), `${NOW_MS}`]) {
    assert.equal((await alertOf({ title: "T", starts_at })).startsAtMs, NOW_MS);
  }
  for (const starts_at of [0, "0001-01-01T00:00:00Z"]) {
    assert.equal((await alertOf({ title: "T", starts_at })).startsAtMs, null);
  }
});

Deno.test("without an external id the title and stable fields are the key", async () => {
  const id = async (body: unknown) => (await alertOf(body)).externalId;
  const key = await id({ title: "Disk full", host: "db-1", severity: "high" });
  // Values, times, links and the text may differ.
  assert.equal(
    await id({
      status: "ok",
      title: " Disk full ",
      labels: { host: "db-1", used: 98 },
      description: "over",
      starts_at: NOW_MS,
      url: "https://mon.example.com",
    }),
    key,
  );
  assert.notEqual(await id({ title: "Disk full", host: "db-2" }), key);
  assert.notEqual(await id({ title: "Disk empty", host: "db-1" }), key);
  assert.notEqual(await id({ title: "Disk full", service: "db-1" }), key);
});

Deno.test("a recovery without a title is titled by its external id", async () => {
  const alert = await alertOf({ external_id: "db-1/disk", status: "resolved" });
  assert.equal(alert.kind, "resolved");
  assert.equal(alert.title, "db-1/disk");
});

Deno.test("links may be a list, an object or plain URLs; only http and https are kept", async () => {
  const listed = await alertOf({
    title: "T",
    links: [
      { text: "A", href: "https://a.example/x" },
      "http://b.example/",
      { label: "J", url: "javascript:alert(1)" },
      { label: "F", url: "file:///etc/passwd" },
      { label: "Again", url: "https://a.example/x" },
      7,
    ],
  });
  assert.deepEqual(listed.links, [
    { label: "A", url: "https://a.example/x" },
    { label: "Link", url: "http://b.example/" },
  ]);
  assert.match(listed.remark, /Left out: links that are not http/);
  const named = await alertOf({
    title: "T",
    links: { Graph: "https://g.example/" },
  });
  assert.deepEqual(named.links, [{
    label: "Graph",
    url: "https://g.example/",
  }]);
});

Deno.test("an odd optional field is left out and the alert says so", async () => {
  const alert = await alertOf({
    title: "T",
    labels: ["a"],
    links: "x",
    description: { a: 1 },
    test: "maybe",
  });
  assert.deepEqual(alert.labels, {});
  assert.equal(
    alert.remark,
    "Left out: labels (not an object), links (neither a list nor an object), description (not text).",
  );
});

Deno.test("bodies that are not one JSON object are refused", async () => {
  const cases: [string, number, RegExp][] = [
    ['{"title":"T"', 400, /ends too early/],
    ["", 400, /empty/],
    ["title=Disk", 400, /not JSON/],
    ['{"title":"T"}}', 400, /character 14/],
    ["[]", 422, /one JSON object/],
    ['"T"', 422, /one JSON object/],
    ["null", 422, /one JSON object/],
  ];
  for (const [body, status, message] of cases) {
    const refusal = refusalOf(await post(body));
    assert.equal(refusal.status, status, body);
    assert.match(refusal.message, message);
  }
});

Deno.test("hostile texts are cut and cleaned", async () => {
  const alert = await alertOf({
    title: "A\r\nBcc: x@example.com\u0000\ud800\u202e" + "x".repeat(1_000_000),
    external_id: "id\u0000",
    labels: { ["n".repeat(500)]: "v".repeat(5_000), ok: "\u0007v" },
  });
  assert.ok(alert.title.startsWith("A Bcc: x@example.com"));
  assert.equal(alert.title.length, 300);
  assert.match(alert.externalId, /^id#[0-9a-f]{64}$/);
  assert.equal(alert.labels.ok, "v");
});
