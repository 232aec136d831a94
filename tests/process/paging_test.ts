import assert from "node:assert/strict";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { script, Server, until } from "./server.ts";

const ADMIN = "maya@example.com";
const PASSWORD = "lantern gravel otter meridian";
const AUTH = `${ADMIN}:${PASSWORD}`;

interface Setup {
  key: string;
  sourceId: number;
}

/** Sets up by the API what the README's walk-through sets up: Maya by SMS, then Idris by e-mail. */
async function setUp(server: Server, delayMinutes: number): Promise<Setup> {
  const create = async (path: string, body: unknown) => {
    const reply = await server.request("POST", `/api/v1${path}`, {
      auth: AUTH,
      body,
    });
    assert.equal(reply.status, 201, `${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const team = await create("/teams", { name: "Payments" });
  const maya = await server.request("GET", "/api/v1/responders", {
    auth: AUTH,
  });
  const mayaId = maya.body.items[0].id;
  await create(`/responders/${mayaId}/contact-methods`, {
    channel: "sms",
    address: "+447700900123",
  });
  const idris = await create("/responders", {
    name: "Idris Bello",
    email: "idris@example.com",
  });
  await create(`/responders/${idris.id}/contact-methods`, {
    channel: "email",
    address: "idris@example.com",
  });
  const schedule = await create("/schedules", {
    name: "Payments primary",
    team_id: team.id,
    time_zone: "Europe/London",
  });
  await create(`/schedules/${schedule.id}/entries`, {
    responder_id: mayaId,
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const policy = await create("/escalation-policies", {
    name: "Payments, day and night",
    team_id: team.id,
    repeat_count: 0,
    steps: [
      {
        delay_minutes: delayMinutes,
        targets: [{ type: "schedule", id: schedule.id }],
      },
      { delay_minutes: 60, targets: [{ type: "responder", id: idris.id }] },
    ],
  });
  const source = await create("/alert-sources", {
    name: "Checkout",
    kind: "generic",
    team_id: team.id,
    escalation_policy_id: policy.id,
  });
  return { key: source.api_key, sourceId: source.id };
}

function settings(
  url: string,
  infobip: FakeInfobip,
  smtp: FakeSmtp,
): Record<string, string> {
  return {
    DATABASE_URL: url,
    NOTIFICATION_SENDING_ENABLED: "true",
    NOTIFICATION_CONCURRENCY: "1",
    INFOBIP_BASE_URL: infobip.baseUrl,
    INFOBIP_API_KEY: "test-api-key",
    INFOBIP_SMS_SENDER: "PagerPal",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(smtp.port),
    SMTP_FROM: "pager@example.com",
  };
}

const ALERT = {
  external_id: "checkout-5xx",
  title: "Checkout API: error rate above 20 %",
  severity: "critical",
};

for (
  const [name, open] of [
    ["libSQL", createTestFile],
    ["PostgreSQL", createTestDatabase],
  ] as const
) {
  Deno.test(`the real process on ${name}: alert, page, next step, acknowledge, silence, recovery`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    await using server = await Server.start({ env });
    await script("create_admin", {
      args: [ADMIN, "--name", "Maya Okafor"],
      env,
      input: `${PASSWORD}\n`,
    });
    const { key } = await setUp(server, 0.05);

    const opened = await server.request("POST", "/api/v1/alerts", {
      key,
      body: ALERT,
    });
    assert.equal(opened.status, 201);
    const sms = await infobip.waitFor(({ to }) => to === "447700900123");
    const mail = await smtp.waitFor(({ to }) => to === "idris@example.com");
    const link = /https?:\/\/\S+\/a\/\S+/.exec(mail.text)?.[0];
    assert.ok(link && sms.text.includes("/a/"));

    const path = new URL(link).pathname;
    const looked = await server.request("GET", path);
    assert.equal(looked.status, 200);
    const still = await server.request(
      "GET",
      `/api/v1/incidents/${opened.body.id}`,
      { auth: AUTH },
    );
    assert.equal(still.body.status, "triggered", "a GET never acknowledges");
    const posted = await server.request("POST", path);
    assert.equal(posted.status, 303);
    const owned = await server.request(
      "GET",
      `/api/v1/incidents/${opened.body.id}`,
      { auth: AUTH },
    );
    assert.equal(owned.body.status, "acknowledged");
    assert.equal(owned.body.next_escalation_at, null);

    const recovered = await server.request("POST", "/api/v1/alerts", {
      key,
      body: { ...ALERT, status: "resolved" },
    });
    assert.equal(recovered.body.status, "resolved");
    assert.equal(infobip.requests.length, 1);
    const toIdris = smtp.mails.filter(({ to }) => to === "idris@example.com");
    assert.equal(toIdris.length, 1);
    assert.equal(await server.stop(), 0);
  });

  Deno.test(`kill -9 on ${name}: what was committed goes out after the restart, and the rows tell which may go out twice`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    const first = await Server.start({ env });
    await script("create_admin", {
      args: [ADMIN, "--name", "Maya Okafor"],
      env,
      input: `${PASSWORD}\n`,
    });
    const { key } = await setUp(first, 60);

    // The first page is taken by the provider, whose answer never comes; with
    // one place on the channel the second is committed and not begun.
    infobip.answerNext("accept_then_hang");
    const one = await first.request("POST", "/api/v1/alerts", {
      key,
      body: ALERT,
    });
    await infobip.waitFor(({ taken }) => taken);
    const two = await first.request("POST", "/api/v1/alerts", {
      key,
      body: { ...ALERT, external_id: "disk-full", title: "Disk full" },
    });
    assert.equal(two.status, 201);
    await first.kill();

    await using second = await Server.start({ env });
    await infobip.waitFor(({ text }) => text.includes("Disk full"), 60_000);
    const page = async (incidentId: number) => {
      const { body } = await second.request(
        "GET",
        `/api/v1/incidents/${incidentId}`,
        { auth: AUTH },
      );
      return body.notifications.find((row: { channel: string }) =>
        row.channel === "sms"
      );
    };
    const resent = await until(
      async () => {
        const row = await page(one.body.id);
        return row.status === "sent" ? row : null;
      },
      "the first page sent",
      60_000,
    );
    assert.equal(resent.maybe_sent_twice, true);
    assert.equal(resent.attempts, 2);
    const fresh = await until(async () => {
      const row = await page(two.body.id);
      return row.status === "sent" ? row : null;
    }, "the second page sent");
    assert.equal(fresh.maybe_sent_twice, false);
    assert.equal(fresh.attempts, 1);
    const rang = infobip.taken.map(({ messageId }) => messageId);
    assert.equal(
      new Set(rang).size,
      2,
      "both times the provider was given the same id",
    );
    assert.equal(rang.length, 2);
  });
}
