import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { ALERT, AUTH, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

const NODES = 3;
const ALERTS = 240;
const AT_ONCE = 24;

for (
  const [name, open] of [
    ["one SQLite file", MIGRATED.libSQL],
    ["PostgreSQL", MIGRATED.PostgreSQL],
  ] as const
) {
  Deno.test(`three processes on ${name}: of hundreds of alerts to all of them at once, each is paged exactly once`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const env = {
      ...settings(database.url, infobip, smtp),
      NOTIFICATION_CONCURRENCY: "8",
      ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000",
    };
    await using servers = new AsyncDisposableStack();
    const start = async () => servers.use(await Server.start({ env }));
    const first = await start();
    await createAdmin(env);
    const { key } = await setUp(first, 60);
    const nodes = [first];
    while (nodes.length < NODES) nodes.push(await start());

    let next = 0;
    const post = async () => {
      while (next < ALERTS) {
        const n = next++;
        const node = nodes[n % NODES];
        assert.ok(node);
        const { status, body } = await node.request("POST", "/api/v1/alerts", {
          key,
          body: { ...ALERT, external_id: `alert-${n}`, title: `Alert ${n}.` },
        });
        assert.equal(status, 201, JSON.stringify(body));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, post));
    await until(
      () => Promise.resolve(infobip.taken.length >= ALERTS || null),
      "every page",
      120_000,
    );
    // What would be sent once more is sent by now: nothing is left to do.
    await until(async () => {
      const answers = await Promise.all(
        nodes.map((node) =>
          node.request("GET", "/api/v1/system/nodes", { auth: AUTH })
        ),
      );
      const [{ body } = { body: null }] = answers;
      return body?.nodes.length === NODES || null;
    }, "all nodes");
    assert.equal(infobip.requests.length, ALERTS);
    assert.equal(
      new Set(infobip.requests.map(({ messageId }) => messageId)).size,
      ALERTS,
    );
    assert.equal(
      new Set(infobip.requests.map(({ text }) => /Alert \d+\./.exec(text)?.[0]))
        .size,
      ALERTS,
    );
    for (const node of nodes) assert.equal(await node.stop(), 0);
    assert.equal(infobip.requests.length, ALERTS);
  });
}
