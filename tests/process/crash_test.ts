import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { openStore } from "../../src/store/open.ts";
import { runSql } from "../sql.ts";
import { ALERT, AUTH, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

for (
  const [name, open] of [
    ["libSQL", MIGRATED.libSQL],
    ["PostgreSQL", MIGRATED.PostgreSQL],
  ] as const
) {
  Deno.test(`kill -9 on ${name}: what was committed goes out after the restart, and the rows tell which may go out twice`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    const first = await Server.start({ env });
    await createAdmin(env);
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
    await createAdmin(env);
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

  Deno.test(`kill -9 on ${name} in a flood: every alert that was answered 2xx is there with its page`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    const server = await Server.start({
      env: { ...env, ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000" },
    });
    await createAdmin(env);
    const { key } = await setUp(server, 60);
    const answered = await flood(server, { key, killAfter: 300 });

    const store = await openStore({ url: database.url });
    try {
      for (const id of answered) {
        assert.equal((await store.incidents.find(id))?.status, "triggered");
        const [page] = await store.notifications.listByIncident(id);
        assert.equal(page?.kind, "page", `incident ${id} has no page`);
      }
      // Nothing is there in parts: an incident without a page would page nobody.
      assert.deepEqual(await store.incidents.stranded(1), []);
    } finally {
      await store.close();
    }
  });
}

/** Posts alerts on many connections until so many are answered, and kills the process among the others. */
async function flood(
  server: Server,
  { key, killAfter }: { key: string; killAfter: number },
): Promise<number[]> {
  const answered: number[] = [];
  let killed: Promise<void> | null = null;
  let next = 0;
  const post = async () => {
    while (killed === null) {
      const body = { ...ALERT, external_id: `flood-${next++}` };
      const reply = await server.request("POST", "/api/v1/alerts", {
        key,
        body,
      }).catch(() => null);
      if (reply?.status !== 201) continue;
      answered.push(reply.body.id);
      if (answered.length >= killAfter) killed ??= server.kill();
    }
  };
  await Promise.all(Array.from({ length: 24 }, () => post()));
  await killed;
  assert.ok(next > answered.length);
  return answered;
}

/** As if the time were over for which the dead process alone may send what it has begun. */
async function endLeases(url: string): Promise<void> {
  await runSql(
    url,
    "UPDATE notifications SET lease_until_ms = 1 WHERE state = 'sending'",
  );
}
