import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { changes, untilOpen } from "../sse.ts";
import { NEWER_MIGRATION, runSql, WITHOUT_NEWER_MIGRATION } from "../sql.ts";
import { ALERT, AUTH, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

interface Shown {
  name: string;
  state: string;
}

async function nodesOf(server: Server): Promise<Shown[]> {
  const { body } = await server.request("GET", "/api/v1/system/nodes", {
    auth: AUTH,
  });
  return body.nodes;
}

for (
  const [name, open] of [
    ["libSQL", MIGRATED.libSQL],
    ["PostgreSQL", MIGRATED.PostgreSQL],
  ] as const
) {
  Deno.test(`a process on ${name} stands back while a newer one has migrated the database, and says so`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    await using server = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(server, 5);
    await runSql(database.url, NEWER_MIGRATION);
    const reasons = await until(async () => {
      const { status, body } = await server.request("GET", "/health/ready");
      return status === 503 ? body.reasons : null;
    }, "the node standing back");
    assert.match(
      reasons.join(" "),
      /newer version of PagerPal, so this node stands back/,
    );
    const taken = await server.request("POST", "/api/v1/alerts", {
      key,
      body: ALERT,
    });
    assert.equal(taken.status, 201);
    const [node] = await until(async () => {
      const nodes = await nodesOf(server);
      return nodes[0]?.state === "standing_back" ? nodes : null;
    }, "the node shown as standing back");
    assert.ok(node);
    assert.deepEqual(infobip.requests, []);
    await runSql(database.url, WITHOUT_NEWER_MIGRATION);
    await infobip.waitFor(({ taken }) => taken, 20_000);
    const said = server.output.match(/ stands back: /g) ?? [];
    assert.equal(said.length, 1, "once");
  });

  Deno.test(`SIGTERM on ${name}: what is on its way is recorded, the other node goes on, and both are seen`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    await using first = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(first, 60);
    await using second = await Server.start({ env });
    const answered = Promise.withResolvers<void>();
    infobip.answerNext({ acceptAfter: answered.promise });
    const post = (server: Server, externalId: string) =>
      server.request("POST", "/api/v1/alerts", {
        key,
        body: { ...ALERT, external_id: externalId, title: externalId },
      });
    const one = await post(first, "on its way");
    await infobip.waitFor(({ text }) => text.includes("on its way"));
    const shown = async (id: number) => {
      const { body } = await second.request("GET", `/api/v1/incidents/${id}`, {
        auth: AUTH,
      });
      return body.notifications.find((each: { channel: string }) =>
        each.channel === "sms"
      );
    };
    const holder = (await shown(one.body.id)).node;
    assert.ok((await nodesOf(second)).some(({ name }) => name === holder));
    const stopped = first.stop();
    await until(async () => {
      const states = (await nodesOf(second)).map(({ state }) => state);
      return states.includes("draining") || null;
    }, "the first node stopping");
    const two = await post(second, "for the other");
    await infobip.waitFor(({ text }) => text.includes("for the other"));
    answered.resolve();
    assert.equal(await stopped, 0);
    const nodes = await nodesOf(second);
    assert.equal(new Set(nodes.map(({ name }) => name)).size, 2);
    assert.deepEqual(
      nodes.map(({ state }) => state).toSorted(),
      ["running", "stopped"],
    );
    for (const { body: { id } } of [one, two]) {
      const page = await shown(id);
      assert.equal(page.status, "sent");
      assert.equal(page.attempts, 1);
      assert.equal(page.maybe_sent_twice, false);
    }
    assert.equal(infobip.requests.length, 2);
  });

  Deno.test(`two processes on ${name}: a page open on one hears of what the other takes`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = settings(database.url, infobip, smtp);
    await using first = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(first, 60);
    await using second = await Server.start({ env });
    const response = await fetch(`${second.baseUrl}/events?seen=none`, {
      headers: { authorization: `Basic ${btoa(AUTH)}` },
    });
    const seen = changes(response);
    await untilOpen(seen, 0);
    for (const [count, externalId] of ["one", "two", "three"].entries()) {
      await first.request("POST", "/api/v1/alerts", {
        key,
        body: { ...ALERT, external_id: externalId },
      });
      await untilOpen(seen, count + 1);
    }
    assert.equal(await second.stop(), 0);
    while (!(await seen.next()).done);
  });
}
