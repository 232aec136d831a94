import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { Exposition } from "../monitoring/exposition.ts";
import { OtlpCollector } from "../fakes/otlp.ts";
import { ALERT, AUTH, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

async function scrape(
  { baseUrl }: Server,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(`${baseUrl}/metrics`, { headers });
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text: await response.text() };
}

Deno.test("the real process serves its metrics to this machine, and to nobody who came through a proxy", async () => {
  await using infobip = await FakeInfobip.start();
  await using smtp = await FakeSmtp.start();
  await using database = await MIGRATED.libSQL();
  const env = settings(database.url, infobip, smtp);
  await using server = await Server.start({ env });
  await createAdmin(env);
  const { key } = await setUp(server, 60);
  await server.request("POST", "/api/v1/alerts", { key, body: ALERT });
  await infobip.waitFor(({ to }) => to === "447700900123");
  const measured = await until(async () => {
    const { text } = await scrape(server);
    const found = new Exposition(text);
    const { count } = found.histogram("pagerpal_alert_to_page_seconds");
    return count === 1 ? found : null;
  }, "the time from the alert to its page");
  const { sum } = measured.histogram("pagerpal_alert_to_page_seconds");
  assert.ok(sum !== null && sum < 60);
  const sms = { channel: "sms", provider: "Infobip" };
  assert.equal(
    measured.value("pagerpal_provider_attempts_total", {
      ...sms,
      outcome: "sent",
    }),
    1,
  );
  assert.ok((measured.value("process_resident_memory_bytes") ?? 0) > 1e7);
  assert.ok((measured.value("process_cpu_seconds_total") ?? 0) > 0);
  assert.equal(measured.value("pagerpal_database_up"), 1);
  const forwarded = await scrape(server, { "x-forwarded-for": "127.0.0.1" });
  assert.equal(forwarded.status, 403);
  assert.match(forwarded.type, /^application\/problem\+json/);
});

Deno.test("with a token the metrics are for who sends it; behind a trusted proxy nobody is local", async () => {
  await using database = await MIGRATED.libSQL();
  const env = { DATABASE_URL: database.url, TRUSTED_PROXIES: "127.0.0.1" };
  {
    await using server = await Server.start({ env });
    assert.equal((await scrape(server)).status, 403);
  }
  const METRICS_TOKEN = "prometheus-knows-this";
  await using server = await Server.start({ env: { ...env, METRICS_TOKEN } });
  assert.equal((await scrape(server)).status, 401);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  assert.equal((await scrape(server, bearer("wrong"))).status, 401);
  const basic = btoa(`x:${METRICS_TOKEN}`);
  const withBasic = await scrape(server, { authorization: `Basic ${basic}` });
  assert.equal(withBasic.status, 401);
  const { status, type } = await scrape(server, bearer(METRICS_TOKEN));
  assert.equal(status, 200);
  assert.match(type, /^text\/plain; version=0\.0\.4/);
  assert.ok(!server.output.includes(METRICS_TOKEN));
});

Deno.test("traces name routes, hold no key and no address, and are named by the log", async () => {
  await using collector = OtlpCollector.start();
  await using infobip = await FakeInfobip.start();
  await using smtp = await FakeSmtp.start();
  await using database = await MIGRATED.libSQL();
  const env = {
    ...settings(database.url, infobip, smtp),
    ...collector.environment,
  };
  await using server = await Server.start({ env });
  await createAdmin(settings(database.url, infobip, smtp));
  const { key } = await setUp(server, 60);
  const path = `/api/v1/alerts/${key}?token=query-secret`;
  const theirs = "0af7651916cd43dd8448eb211c80319c";
  const answer = await server.request("POST", path, {
    body: ALERT,
    headers: {
      traceparent: `00-${theirs}-b7ad6b7169203331-01`,
      baggage: "said=baggage-secret",
    },
  });
  assert.equal(answer.status, 201);
  await infobip.waitFor(({ to }) => to === "447700900123");
  const send = await until(
    () => Promise.resolve(collector.span("send")),
    "the span of the page",
  );
  assert.equal(send.attributes.channel, "sms");
  assert.equal(send.attributes.incident_id, String(answer.body.id));
  const request = await until(
    () => Promise.resolve(collector.span("POST /api/v1/alerts/{key}")),
    "the span of the alert",
  );
  assert.equal(request.kind, 2, "a server's span");
  assert.equal(request.traceId, theirs, "the sender's trace goes on");
  assert.equal(request.attributes["http.route"], "/api/v1/alerts/{key}");
  assert.equal(request.attributes["http.response.status_code"], "201");
  assert.ok(collector.span("claim"));
  const line = server.output.split("\n")
    .find((each) => each.includes('"POST"') && each.includes("/alerts/"));
  assert.equal(JSON.parse(line ?? "{}").trace_id, request.traceId);
  await server.stop();
  for (
    const secret of [
      ...[key, "query-secret", "baggage-secret"],
      ...["447700900123", "test-api-key", AUTH],
    ]
  ) {
    assert.ok(!collector.text.includes(secret), secret);
  }
});
