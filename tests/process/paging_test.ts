import assert from "node:assert/strict";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { ADMIN, ALERT, AUTH, PASSWORD, settings, setUp } from "./desk.ts";
import { script, Server } from "./server.ts";

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
}
