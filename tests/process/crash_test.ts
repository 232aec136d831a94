import assert from "node:assert/strict";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { runSql } from "../sql.ts";
import { ADMIN, ALERT, AUTH, PASSWORD, settings, setUp } from "./desk.ts";
import { script, Server, until } from "./server.ts";

for (
  const [name, open] of [
    ["libSQL", createTestFile],
    ["PostgreSQL", createTestDatabase],
  ] as const
) {
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
    await endLeases(database.url);

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

  Deno.test(`kill -9 on ${name} with a bundle under way: it goes once more, whole and under the same id, and each row says so`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = {
      ...settings(database.url, infobip, smtp),
      PAGE_BUNDLING_SECONDS: "5",
    };
    const first = await Server.start({ env });
    await script("create_admin", {
      args: [ADMIN, "--name", "Maya Okafor"],
      env,
      input: `${PASSWORD}\n`,
    });
    const { key } = await setUp(first, 60);
    const post = async (number: number) => {
      const { body } = await first.request("POST", "/api/v1/alerts", {
        key,
        body: {
          ...ALERT,
          external_id: `disk-${number}`,
          title: `Disk ${number} full`,
        },
      });
      return body.id as number;
    };
    const alone = await post(1);
    await infobip.waitFor(({ taken }) => taken);
    infobip.answerNext("accept_then_hang");
    const together = [await post(2), await post(3), await post(4)];
    const whole = /^3 incidents, all critical\./;
    await infobip.waitFor(({ text }) => whole.test(text), 60_000);
    await first.kill();
    await endLeases(database.url);

    await using second = await Server.start({ env });
    const sent = (incidentId: number) =>
      until(
        async () => {
          const { body } = await second.request(
            "GET",
            `/api/v1/incidents/${incidentId}`,
            { auth: AUTH },
          );
          return body.notifications.find((
            row: { channel: string; status: string },
          ) => row.channel === "sms" && row.status === "sent");
        },
        `the page of incident ${incidentId} sent`,
        60_000,
      );
    for (const id of together) {
      const row = await sent(id);
      assert.equal(row.maybe_sent_twice, true);
      assert.equal(row.attempts, 2);
    }
    assert.equal((await sent(alone)).maybe_sent_twice, false);
    const [, one, again, ...others] = infobip.requests;
    assert.match(again?.text ?? "", whole);
    assert.equal(again?.messageId, one?.messageId);
    assert.deepEqual(others, []);
  });
}

/** As if the time were over for which the dead process alone may send what it has begun. */
async function endLeases(url: string): Promise<void> {
  await runSql(
    url,
    "UPDATE notifications SET lease_until_ms = 1 WHERE state = 'sending'",
  );
}
