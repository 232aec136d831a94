import assert from "node:assert/strict";
import type { Connection } from "../../src/store/connection/connection.ts";
import { openStore } from "../../src/store/open.ts";
import { TcpProxy } from "../fakes/tcp_proxy.ts";
import { until } from "../process/server.ts";
import { MIGRATED } from "../stores.ts";
import { type Outage, OUTAGES, type Reach } from "./outages.ts";
import { World } from "./world.ts";

/** Runs the body in a world whose database can be reached past its store. */
async function inReach(
  on: Outage["on"],
  body: (world: World, reach: Reach) => Promise<void>,
): Promise<void> {
  await using database = await MIGRATED[on]();
  const address = new URL(database.url);
  const proxy = on === "PostgreSQL"
    ? await TcpProxy.to({
      host: address.hostname,
      port: Number(address.port),
    })
    : null;
  if (proxy) address.port = String(proxy.port);
  let connection: Connection | null = null;
  const store = await openStore({
    url: proxy ? address.href : database.url,
    around: (given) => connection = given,
  });
  assert.ok(connection);
  const world = await World.open(store);
  try {
    await body(world, { url: database.url, connection, proxy });
  } finally {
    await world.close();
    await proxy?.[Symbol.asyncDispose]();
  }
}

/** A team whose first step pages Idris and whose second Maya, and what posts alerts to it. */
async function furnished(world: World) {
  const idris = await world.responder("idris", ["sms"]);
  const maya = await world.responder("maya", ["sms"]);
  const { key } = await world.team("Payments", {
    steps: () => [
      { minutes: 5, targets: [idris] },
      { minutes: 5, targets: [maya] },
    ],
  });
  return async (externalId: string): Promise<number> => {
    const response = await world.pagerpal.fetch(
      new Request("https://pager.example.com/api/v1/alerts", {
        method: "POST",
        headers: { "x-api-key": key },
        body: JSON.stringify({
          title: `Disk ${externalId}`,
          external_id: externalId,
          // So much that no room that is left over by chance takes many.
          description: "x".repeat(9_000),
        }),
      }),
    );
    const answer = await response.json();
    if (response.status !== 503) return response.status;
    assert.equal(answer.code, "database_unavailable");
    assert.ok(Number(response.headers.get("retry-after")) >= 1);
    return 503;
  };
}

/** What is not ready, but for the jobs: nobody runs them here, and the clock goes on. */
async function reasons(world: World): Promise<string[]> {
  world.nowMs += 2_000;
  const { body } = await world.request("/health/ready");
  return body.reasons.filter((reason: string) => !/has not run/.test(reason));
}

const pages = (world: World, text: string) =>
  world.infobip.taken.filter((each) => each.text.includes(text)).length;

for (const outage of OUTAGES) {
  Deno.test(`while the database ${outage.name}, alerts are answered 503 and nothing is lost (${outage.on})`, () =>
    inReach(outage.on, async (world, reach) => {
      const post = await furnished(world);
      await world.pagerpal.start();
      assert.equal(await post("before"), 201);
      await until(
        () => Promise.resolve(pages(world, "Disk before") || null),
        "the page before",
      );
      assert.deepEqual(await reasons(world), []);

      const end = await outage.begin(reach);
      const during = Array.from({ length: 12 }, (_, n) => `during-${n}`);
      const answers = await Promise.all(during.map(post));
      assert.deepEqual(
        answers.filter((status) => status >= 500 && status !== 503),
        [],
      );
      const refused = during.filter((_, n) => answers[n] === 503);
      assert.ok(refused.length > 0, `${answers}`);
      assert.match((await reasons(world)).join(" "), outage.says);
      // The next step of what was opened before falls due meanwhile.
      world.nowMs += 6 * 60_000;
      await end();

      await until(async () => {
        const left = await reasons(world);
        if (left.length === 0) return true;
        // Only a write that needs room shows that there is some.
        await post("again");
        return null;
      }, "the database ready again");
      for (const externalId of refused) {
        assert.equal(await post(externalId), 201);
      }
      await until(
        () =>
          Promise.resolve(
            during.every((each) => pages(world, `Disk ${each} `) > 0) || null,
          ),
        "every page",
      );
      await until(
        () => Promise.resolve(pages(world, "Disk before") === 2 || null),
        "the next step, by itself",
      );
      const { total } = await world.store.incidents
        .list({}, { page: 1, pageSize: 1 });
      assert.ok(total === 13 || total === 14, `${total}`);
      for (const each of during) {
        const first = world.infobip.taken.filter(({ to, text }) =>
          to.endsWith("11") && text.includes(`Disk ${each} `)
        );
        assert.equal(first.length, 1, `${each} was paged once`);
      }
    }));
}

for (
  const outage of OUTAGES.filter(({ name }) =>
    name === "takes no writes" || name === "refuses connections"
  )
) {
  Deno.test(`what a provider answers while the database ${outage.name} is recorded afterwards, and not sent again (${outage.on})`, () =>
    inReach(outage.on, async (world, reach) => {
      const post = await furnished(world);
      await world.pagerpal.start();
      const answered = Promise.withResolvers<void>();
      world.infobip.answerNext({ acceptAfter: answered.promise });
      assert.equal(await post("one"), 201);
      await world.infobip.waitFor(({ taken }) => taken);
      const end = await outage.begin(reach);
      const refused = Promise.withResolvers<void>();
      world.store.watch({
        committed() {},
        unavailable: () => refused.resolve(),
      });
      answered.resolve();
      await refused.promise;
      await end();
      const page = await until(async () => {
        const found = await world.notifications().catch(() => []);
        return found[0]?.state === "sent" ? found[0] : null;
      }, "the page recorded as sent");
      assert.equal(page.attempt, 1);
      assert.equal(page.maybeSentTwice, false);
      assert.equal(world.infobip.requests.length, 1);
    }));
}

Deno.test("while connections to PostgreSQL are cut again and again, every alert is refused or durable", () =>
  inReach("PostgreSQL", async (world, { proxy }) => {
    assert.ok(proxy);
    const post = await furnished(world);
    await world.pagerpal.start();
    const all = Array.from({ length: 120 }, (_, n) => `cut-${n}`);
    let posting = true;
    const cutting = (async () => {
      while (posting) {
        proxy.cut();
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    const answers: number[] = [];
    for (const some of [all.slice(0, 40), all.slice(40, 80), all.slice(80)]) {
      answers.push(...await Promise.all(some.map(post)));
    }
    posting = false;
    await cutting;
    assert.ok(answers.includes(503), "some were refused");
    for (const [n, externalId] of all.entries()) {
      const status = answers[n];
      assert.ok(status === 201 || status === 503, `${externalId} ${status}`);
      // One that was refused may be durable all the same: then it is there already.
      const again = await until(async () => {
        const status = await post(externalId);
        return status === 503 ? null : status;
      }, `${externalId} taken`);
      assert.ok(again === 200 || (status === 503 && again === 201), `${again}`);
    }
    const { total } = await world.store.incidents
      .list({}, { page: 1, pageSize: 1 });
    assert.equal(total, all.length);
    await until(
      () =>
        Promise.resolve(
          all.every((each) => pages(world, `Disk ${each} `) > 0) || null,
        ),
      "every page",
    );
    const ids = world.infobip.taken.map(({ messageId }) => messageId);
    assert.equal(new Set(ids).size, ids.length, "no phone rang twice");
  }));
