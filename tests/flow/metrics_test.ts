import assert from "node:assert/strict";
import { audit } from "../../src/app/incidents/audit.ts";
import { Exposition } from "../monitoring/exposition.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const TOKEN = "the-token-of-prometheus";
const WATCHED = { env: { METRICS_TOKEN: TOKEN } };
const INFOBIP = { channel: "sms", provider: "Infobip" };

/** Old enough that what was read before does not count any more. */
async function scrape(world: World): Promise<Exposition> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { status, body } = await world.request("/metrics", { headers });
  assert.equal(status, 200);
  return new Exposition(body);
}

async function platform(world: World) {
  const maya = await world.responder("maya", ["sms"]);
  const idris = await world.responder("idris", ["sms"]);
  await world.team("Platform", {
    steps: () => [
      { minutes: 5, targets: [maya] },
      { minutes: 5, targets: [idris] },
    ],
  });
}

flow(
  "metrics tell how long the first page took, and of no later one",
  async (world) => {
    await platform(world);
    world.infobip.answerNext({ status: 429, headers: { "retry-after": "7" } });
    await world.alert();
    await world.advance("7s");
    world.expectPage("maya", "sms");
    const first = await scrape(world);
    const name = "pagerpal_alert_to_page_seconds";
    assert.deepEqual(first.histogram(name), { count: 1, sum: 7 });
    await world.advance("5m");
    world.expectPage("idris", "sms");
    assert.deepEqual((await scrape(world)).histogram(name), {
      count: 1,
      sum: 7,
    });
    const sent = { channel: "sms", outcome: "sent" };
    assert.equal((await scrape(world)).value("pagerpal_pages_total", sent), 2);
    await world.act("maya", "acknowledge");
  },
  WATCHED,
);

flow(
  "metrics tell of the oldest page that nobody has taken yet, through all its retries",
  async (world) => {
    await platform(world);
    const name = "pagerpal_oldest_undelivered_page_age_seconds";
    assert.equal((await scrape(world)).value(name), 0);
    world.infobip.answerAlways({ status: 500 });
    await world.alert();
    await world.advance("20s");
    const late = await scrape(world);
    assert.equal(late.value(name), 20);
    const waiting = { channel: "sms", state: "waiting" };
    const queued = late.value("pagerpal_notifications", waiting);
    const due = late.value("pagerpal_notifications", {
      ...waiting,
      state: "due",
    });
    assert.equal((queued ?? 0) + (due ?? 0), 1);
    await world.act("maya", "acknowledge");
    await world.advance("6s");
    assert.equal((await scrape(world)).value(name), 0, "nobody waits any more");
  },
  WATCHED,
);

flow("metrics tell how late an escalation was", async (world) => {
  await platform(world);
  await world.alert();
  world.expectPage("maya", "sms");
  // Nobody looks for five minutes and two seconds: this process stood still.
  world.nowMs += 302_000;
  const name = "pagerpal_oldest_due_escalation_age_seconds";
  assert.equal((await scrape(world)).value(name), 2);
  await world.settled();
  world.expectPage("idris", "sms");
  const { count, sum } = (await scrape(world))
    .histogram("pagerpal_escalation_lateness_seconds");
  assert.deepEqual([count, sum], [1, 2]);
  await world.act("maya", "acknowledge");
}, WATCHED);

flow(
  "metrics count what providers answer, and show an open circuit",
  async (world) => {
    await platform(world);
    world.infobip.answerAlways({ status: 500 });
    for (let n = 0; n < 6; n++) {
      await world.alert({
        external_id: `alert ${n}`,
      });
    }
    const seen = await scrape(world);
    const attempts = "pagerpal_provider_attempts_total";
    assert.equal(seen.value(attempts, { ...INFOBIP, outcome: "retry" }), 5);
    assert.equal(seen.value(attempts, { ...INFOBIP, outcome: "sent" }), 0);
    const refusals = "pagerpal_provider_refusals_total";
    assert.equal(
      seen.value(refusals, { ...INFOBIP, reason: "circuit_open" }),
      1,
    );
    const circuit = "pagerpal_circuit_state";
    assert.equal(seen.value(circuit, { ...INFOBIP, state: "open" }), 1);
    assert.equal(seen.value(circuit, { ...INFOBIP, state: "closed" }), 0);
    assert.equal(seen.value("pagerpal_circuit_opened_total", INFOBIP), 1);
    const email = { channel: "email", provider: "SMTP" };
    assert.equal(seen.value(circuit, { ...email, state: "closed" }), 1);
    const seconds = "pagerpal_provider_attempt_duration_seconds";
    assert.equal(seen.histogram(seconds, INFOBIP).count, 5);
  },
  WATCHED,
);

flow(
  "metrics tell of a lease that ran out and of the page that may have gone twice",
  async (world) => {
    await platform(world);
    await world.store.transaction(() => Promise.resolve());
    world.infobip.answerNext({ status: 500 });
    await world.alert();
    const [queued] = await world.notifications();
    assert.ok(queued);
    world.nowMs = queued.dueAtMs;
    await world.store.notifications.claim({
      channel: "sms",
      owner: "node-that-died",
      nowMs: world.nowMs,
      leaseUntilMs: world.nowMs + 20_000,
      limit: 10,
      firstAttemptsOnly: false,
      bundlingMs: 0,
    });
    await world.advance("10s");
    const held = { channel: "sms", state: "sending" };
    assert.equal(
      (await scrape(world)).value("pagerpal_notifications", held),
      1,
    );
    await world.advance("10s");
    world.expectPage("maya", "sms");
    const seen = await scrape(world);
    const sms = { channel: "sms" };
    assert.equal(seen.value("pagerpal_lease_expiries_total", sms), 1);
    assert.equal(seen.value("pagerpal_pages_maybe_sent_twice_total", sms), 1);
    await world.act("maya", "acknowledge");
  },
  WATCHED,
);

flow(
  "metrics count alerts by what became of them, incidents and what the self-audit found",
  async (world) => {
    await platform(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.alert();
    const incident = await world.incident();
    await world.store.transaction((tx) =>
      tx.incidents.save({ ...incident, nextActionAtMs: null })
    );
    await audit(world.pagerpal.engine);
    const seen = await scrape(world);
    const alerts = (outcome: string) =>
      seen.value("pagerpal_alerts_total", { source_kind: "generic", outcome });
    assert.deepEqual([alerts("opened"), alerts("updated")], [1, 1]);
    const open = { status: "triggered", severity: "critical" };
    assert.equal(seen.value("pagerpal_incidents_open", open), 1);
    const findings = "pagerpal_audit_findings_total";
    assert.equal(seen.value(findings, { kind: "rearmed" }), 1);
    assert.equal(seen.value(findings, { kind: "unmended" }), 0);
    await world.advance("20m");
    world.expectPage("idris", "sms");
    assert.equal(
      (await scrape(world)).value("pagerpal_incidents_exhausted"),
      1,
    );
    await world.act("maya", "acknowledge");
  },
  WATCHED,
);

flow(
  "requests are counted by their pattern, so that no key and no stranger's path is in a metric",
  async (world) => {
    await platform(world);
    const key = "ppABCDEFGHsecretsecretsecret";
    await world.request(`/api/v1/alerts/${key}`, {
      method: "POST",
      body: "{}",
    });
    await world.request("/wp-login.php?token=abc");
    await world.request("/health", { method: "BREW" }).catch(() => null);
    const seen = await scrape(world);
    const requests = "pagerpal_http_requests_total";
    const byPath = { route: "/api/v1/alerts/{key}", method: "POST" };
    assert.equal(seen.value(requests, { ...byPath, status: "4xx" }), 1);
    const unknown = { route: "none", method: "GET", status: "4xx" };
    assert.equal(seen.value(requests, unknown), 1);
    assert.ok(!seen.text.includes(key) && !seen.text.includes("wp-login"));
    assert.ok(!seen.text.includes("BREW"));
  },
  WATCHED,
);

flow(
  "a source that sends too much is counted as rate limited",
  async (world) => {
    await platform(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.alert();
    const seen = await scrape(world);
    assert.equal(
      seen.value("pagerpal_http_requests_rate_limited_total", {
        route: "/api/v1/alerts",
      }),
      1,
    );
    await world.act("maya", "acknowledge");
  },
  {
    env: { ...WATCHED.env, ALERT_SOURCE_RATE_LIMIT_CAPACITY: "1" },
  },
);
