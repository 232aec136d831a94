import assert from "node:assert/strict";
import { StoreConflictError } from "../../src/ports/store.ts";
import { withStore } from "../stores.ts";
import { basic, Desk, patch, post, RECEIPT_TOKEN } from "./desk.ts";

function test(
  name: string,
  body: (desk: Desk) => Promise<void>,
  more: Parameters<typeof Desk.open>[1] = {},
): void {
  Deno.test(name, () =>
    withStore(
      "libSQL",
      async (store) => await body(await Desk.open(store, more)),
    ));
}

const ALERT = {
  title: "Disk full",
  external_id: "disk-1",
  severity: "critical",
};
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms";
const GRAFANA = {
  status: "firing",
  alerts: [
    {
      status: "firing",
      labels: { alertname: "HighLoad" },
      annotations: { summary: "Load is high" },
      startsAt: "2026-11-23T08:59:00Z",
      endsAt: "0001-01-01T00:00:00Z",
      fingerprint: "c6eadffa33fcdf37",
    },
    {
      status: "resolved",
      labels: { alertname: "Other" },
      annotations: {},
      startsAt: "2026-11-23T08:00:00Z",
      endsAt: "2026-11-23T08:30:00Z",
      fingerprint: "0000000000000001",
    },
  ],
};

test("a generic alert answers the incident it opened with 201, and 200 when it fires again", async (desk) => {
  const { key } = await desk.source();
  const headers = { "x-api-key": key };
  const opened = await desk.ask("/api/v1/alerts", post(ALERT, headers));
  assert.equal(opened.status, 201);
  const { id, title, status, severity, external_id, outcome } = opened.body;
  assert.deepEqual(
    { title, status, severity, external_id, outcome },
    { ...ALERT, status: "triggered", outcome: "opened" },
  );
  assert.equal(opened.body.team.name, "Team of generic");
  assert.equal(opened.body.source.name, "generic");
  const again = await desk.ask("/api/v1/alerts/", post(ALERT, headers));
  assert.equal(again.status, 200);
  assert.deepEqual([again.body.id, again.body.alert_count], [id, 2]);
});

test("a recovery for nothing open is accepted and noted", async (desk) => {
  const { key } = await desk.source();
  const recovery = { ...ALERT, status: "resolved" };
  const { status, body } = await desk.ask(
    "/api/v1/alerts",
    post(recovery, { "x-api-key": key }),
  );
  assert.equal(status, 200);
  assert.deepEqual([body.status, body.incident_id], ["noted", null]);
});

test("a webhook answers 202 with counts and the incidents' ids", async (desk) => {
  const { key } = await desk.source("grafana");
  const { status, body } = await desk.ask(
    "/api/v1/webhooks/grafana",
    post(GRAFANA, { "x-api-key": key }),
  );
  assert.equal(status, 202);
  assert.deepEqual(
    { ...body, incident_ids: body.incident_ids.length },
    {
      received: 2,
      opened: 1,
      updated: 0,
      resolved: 0,
      noted: 1,
      repeated: false,
      incident_ids: 1,
    },
  );
});

test("the key is taken from the path, X-API-Key, a Bearer token and a Basic password, by POST and by PUT", async (desk) => {
  const { key } = await desk.source("alertmanager");
  const path = "/api/v1/webhooks/alertmanager";
  const json = { version: "4", status: "firing", alerts: [] };
  for (
    const [address, headers] of [
      [`${path}/${key}`, {}],
      [`${path}/${key}/`, {}],
      [path, { "x-api-key": key }],
      [`${path}/`, { "x-api-key": key }],
      [path, { authorization: `Bearer ${key}` }],
      [path, { authorization: basic("anybody", key) }],
      [path, { authorization: basic("", key) }],
    ] as const
  ) {
    for (const method of ["POST", "PUT"]) {
      const answer = await desk.ask(address, { method, json, headers });
      assert.equal(answer.status, 202, `${method} ${address}`);
    }
  }
});

test("no key, an unknown one, a wrong secret, a switched-off source and another scheme are answered alike", async (desk) => {
  const { id, key } = await desk.source();
  const off = await desk.source("generic", "switched off");
  const admin = desk.as("admin");
  await admin(`/api/v1/alert-sources/${off.id}`, patch({ enabled: false }));
  const answers = [];
  for (
    const headers of [
      {},
      { "x-api-key": "" },
      { "x-api-key": `pp${"a".repeat(30)}` },
      { "x-api-key": key.slice(0, -1) + (key.endsWith("a") ? "b" : "a") },
      { "x-api-key": key.toLowerCase() + "x" },
      { "x-api-key": off.key },
      { "x-api-key": "k".repeat(20_000) },
      { authorization: "Digest x" },
      { authorization: basic(key, "") },
    ] as Record<string, string>[]
  ) {
    const answer = await desk.ask("/api/v1/alerts", post(ALERT, headers));
    assert.equal(answer.status, 401, JSON.stringify(headers).slice(0, 60));
    // Amazon SNS sends the credentials of its URL only when it is asked to.
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm=/);
    answers.push(JSON.stringify({ ...answer.body, request_id: "" }));
  }
  assert.equal(new Set(answers).size, 1);
  assert.equal((await admin("/api/v1/incidents")).body.total, 0);
  const source = await admin(`/api/v1/alert-sources/${id}`);
  assert.equal(source.body.last_problem, null);
});

test("a key at the endpoint of another kind is told where its source posts to", async (desk) => {
  const { key } = await desk.source("grafana");
  const { status, body } = await desk.ask(
    "/api/v1/alerts",
    post(ALERT, { "x-api-key": key }),
  );
  assert.equal(status, 403);
  assert.equal(body.code, "wrong_endpoint");
  assert.match(body.detail, /\/api\/v1\/webhooks\/grafana/);
});

test("a regenerated key works, the old one does not, and neither is shown again", async (desk) => {
  const { id, key } = await desk.source();
  const admin = desk.as("admin");
  const path = `/api/v1/alert-sources/${id}`;
  const fresh = await admin(`${path}/regenerate-key`, post({}));
  assert.match(fresh.body.api_key, /^pp[A-Za-z0-9]{30}$/);
  const ask = (key: string) =>
    desk.ask("/api/v1/alerts", post(ALERT, { "x-api-key": key }));
  assert.equal((await ask(key)).status, 401);
  assert.equal((await ask(fresh.body.api_key)).status, 201);
  for (const where of [path, "/api/v1/alert-sources", "/api/v1/audit-log"]) {
    const text = JSON.stringify((await admin(where)).body);
    for (const secret of [key, fresh.body.api_key]) {
      assert.ok(!text.includes(secret.slice(10)), where);
    }
  }
  const { masked_api_key } = (await admin(path)).body;
  assert.equal(
    masked_api_key,
    fresh.body.api_key.slice(0, 10) + "*".repeat(22),
  );
});

test("the type that a sender gives its body does not matter, nor do bytes that are no UTF-8", async (desk) => {
  const { key } = await desk.source();
  for (
    const type of [
      "text/plain; charset=UTF-8",
      "application/x-www-form-urlencoded",
      "application/octet-stream",
      "nonsense",
    ]
  ) {
    const { status } = await desk.ask("/api/v1/alerts", {
      method: "POST",
      body: JSON.stringify({ ...ALERT, external_id: type }),
      headers: { "x-api-key": key, "content-type": type },
    });
    assert.equal(status, 201, type);
  }
  const bytes = new TextEncoder().encode(
    '\ufeff{"title":"caf?","external_id":"x"}',
  );
  bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9;
  const latin1 = await desk.ask("/api/v1/alerts", {
    method: "POST",
    body: bytes,
    headers: { "x-api-key": key },
  });
  assert.equal(latin1.status, 201);
  assert.equal(latin1.body.title, "caf\ufffd");
});

test("what a format refuses names its field and is shown on the source until the next good request", async (desk) => {
  const { id, key } = await desk.source();
  const headers = { "x-api-key": key };
  const problem = async () =>
    (await desk.as("admin")(`/api/v1/alert-sources/${id}`)).body.last_problem;
  for (const body of ["", "{", "null", "[]", '"x"', "\0", "{}"]) {
    const answer = await desk.ask("/api/v1/alerts", {
      method: "POST",
      body,
      headers,
    });
    assert.ok([400, 422].includes(answer.status), `${body} ${answer.status}`);
    assert.equal(await problem(), answer.body.detail);
  }
  await desk.ask("/api/v1/alerts", post(ALERT, headers));
  assert.equal(await problem(), null);
});

test("a body beyond the limit is 413 and shown on the source, also when its length is not told", async (desk) => {
  const { id, key } = await desk.source();
  const big = new Uint8Array(512 * 1024 + 1).fill(32);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(big.subarray(0, 500_000));
      controller.enqueue(big.subarray(500_000));
      controller.close();
    },
  });
  for (const body of [big, stream]) {
    const answer = await desk.ask("/api/v1/alerts", {
      method: "POST",
      body,
      headers: { "x-api-key": key },
    });
    assert.equal(answer.status, 413);
    assert.equal(answer.body.code, "body_too_large");
  }
  const source = await desk.as("admin")(`/api/v1/alert-sources/${id}`);
  assert.match(source.body.last_problem, /larger than 512 KiB/);
  const packed = await desk.ask("/api/v1/alerts", {
    ...post(ALERT, { "x-api-key": key, "content-encoding": "gzip" }),
  });
  assert.equal(packed.body.code, "unsupported_encoding");
});

test(
  "a source that sends more than its share is 429 with Retry-After, the others are not held up",
  async (desk) => {
    const one = await desk.source("generic", "one");
    const other = await desk.source("generic", "other");
    const send = (key: string) =>
      desk.ask("/api/v1/alerts", post(ALERT, { "x-api-key": key }));
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await send(one.key)).status);
    assert.deepEqual(statuses, [201, 200, 200, 429, 429]);
    const refused = await send(one.key);
    assert.equal(refused.body.code, "rate_limited");
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal((await send(other.key)).status, 201);
    desk.nowMs += 1_000;
    assert.equal((await send(one.key)).status, 200);
  },
  { bucket: { capacity: 3, refillPerSecond: 1 } },
);

test(
  "a reading that holds no alert is written to the source, one that cannot be made now is 503",
  async (desk) => {
    const { id, key } = await desk.source("cloudwatch");
    const send = (text: string) =>
      desk.ask(`/api/v1/webhooks/cloudwatch/${key}`, {
        method: "POST",
        body: text,
      });
    const handled = await send("confirm");
    assert.equal(handled.status, 200);
    assert.equal(handled.body.status, "handled");
    const path = `/api/v1/alert-sources/${id}`;
    const admin = desk.as("admin");
    const waiting = await admin(path);
    assert.equal(waiting.body.sns.pending_topic_arn, TOPIC);
    assert.equal(waiting.body.last_problem, "A subscription waits.");
    assert.ok(!JSON.stringify(waiting.body).includes("a-confirmation-token"));
    const away = await send("away");
    assert.equal(away.status, 503);
    assert.ok(away.headers.get("retry-after"));

    const approve = `${path}/approve-sns-subscription`;
    const approved = await admin(approve, post({}));
    assert.equal(approved.status, 200);
    assert.equal(approved.body.settings.sns_topic_arn, TOPIC);
    assert.deepEqual(approved.body.sns, {
      pending_topic_arn: null,
      subscription_arn: `${TOPIC}:1`,
      disconnected_at: null,
    });
    const nothing = await admin(approve, post({}));
    assert.equal(nothing.status, 409);
    assert.equal(nothing.body.code, "no_pending_subscription");
  },
  {
    sources: { cloudwatch: fakeCloudWatch() } as never,
    confirmSnsSubscription: ({ sns }) =>
      Promise.resolve(
        sns.pendingToken === "a-confirmation-token"
          ? { ok: true, subscriptionArn: `${sns.pendingTopicArn}:1` }
          : { ok: false, message: "wrong token" },
      ),
  },
);

function fakeCloudWatch() {
  return {
    kind: "cloudwatch",
    bodyLimit: "event",
    read: ({ body }: { body: string }) =>
      body === "away"
        ? { kind: "unavailable", message: "SNS cannot be asked." }
        : {
          kind: "handled",
          message: "Waits for approval.",
          problem: "A subscription waits.",
          update: {
            sns: {
              pendingTopicArn: TOPIC,
              pendingToken: "a-confirmation-token",
              subscriptionArn: null,
              disconnectedAtMs: null,
            },
          },
        },
  };
}

test(
  "a database that does not take the alert makes 503 of it, never a refusal that the sender would drop",
  async (desk) => {
    const { key } = await desk.source();
    const { status, headers } = await desk.ask(
      "/api/v1/alerts",
      post(ALERT, { "x-api-key": key }),
    );
    assert.equal(status, 503);
    assert.ok(headers.get("retry-after"));
  },
  {
    intakeQueue: {
      ingest: () =>
        Promise.reject(new StoreConflictError("unique", "incidents")),
    },
  },
);

test(
  "a service that has more to do than it can take in says so before it looks at a body",
  async (desk) => {
    const { key } = await desk.source();
    const { status, headers } = await desk.ask(
      "/api/v1/alerts",
      post(ALERT, { "x-api-key": key }),
    );
    assert.equal(status, 503);
    assert.ok(headers.get("retry-after"));
    assert.equal(await desk.store.incidents.countOpen(), 0);
  },
  { intakeQueue: { isFull: () => true } },
);

test("receipts need their token, and those for unknown messages are counted, not refused", async (desk) => {
  const path = "/api/v1/notifications/infobip/receipts";
  const receipts = {
    results: [{
      messageId: "unknown",
      status: {
        groupId: 3,
        groupName: "DELIVERED",
        id: 5,
        name: "DELIVERED_TO_HANDSET",
      },
      error: { groupId: 0, id: 0, name: "NO_ERROR" },
    }],
  };
  const token = { "x-infobip-receipt-token": RECEIPT_TOKEN };
  const taken = await desk.ask(path, post(receipts, token));
  assert.equal(taken.status, 200);
  assert.deepEqual(taken.body, { received: 1, updated: 0, unknown: 1 });
  const inPath = await desk.ask(`${path}/${RECEIPT_TOKEN}`, post(receipts));
  assert.equal(inPath.status, 200);
  for (const wrong of ["", "a-receipt-toke", `${RECEIPT_TOKEN}x`]) {
    const headers = { "x-infobip-receipt-token": wrong };
    assert.equal((await desk.ask(path, post(receipts, headers))).status, 401);
  }
  assert.equal((await desk.ask(path, post(receipts))).status, 401);
  const broken = { method: "POST", body: "{", headers: token };
  assert.equal((await desk.ask(path, broken)).status, 400);
  assert.equal((await desk.ask(path, post({}, token))).status, 422);
});

test("without a configured token no receipt is taken", async (desk) => {
  const path = "/api/v1/notifications/infobip/receipts";
  for (const headers of [{}, { "x-infobip-receipt-token": "" }]) {
    const answer = await desk.ask(path, post({ results: [] }, headers));
    assert.equal(answer.status, 401);
  }
}, { config: { receiptToken: null } as never });
