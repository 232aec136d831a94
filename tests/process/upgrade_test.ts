import assert from "node:assert/strict";
import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { newerVersion, NEXT_NUMBER } from "../other_version.ts";
import { ALERT, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

/** What the version after this one may do to the database while this one works on it. */
const EXPANDS = `
ALTER TABLE incidents ADD COLUMN mood TEXT;
ALTER TABLE notifications ADD COLUMN loudness INTEGER NOT NULL DEFAULT 3;
UPDATE incidents SET mood = 'calm';
CREATE TABLE moods (id @identity@, name @text@ NOT NULL UNIQUE);
CREATE INDEX incidents_by_mood ON incidents (mood);`;

/** What this version cannot work with. */
const BREAKS = "ALTER TABLE policy_turns RENAME TO given_turns;";

const AT_ONCE = 24;

const PRODUCTION = {
  ENVIRONMENT: "production",
  SECRET_KEY: "0123456789abcdef0123456789abcdef",
  PAGERPAL_BASE_URL: "https://pager.example.com",
  ALLOWED_ORIGINS: "https://pager.example.com",
};

for (
  const [name, open] of [
    ["libSQL", createTestFile],
    ["PostgreSQL", createTestDatabase],
  ] as const
) {
  Deno.test(`the only process on ${name} goes on paging while a newer version migrates and after it, also when it is started again`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    await using newer = await newerVersion(`${NEXT_NUMBER}_moods.sql`, EXPANDS);
    const { url } = database;
    await migrate({ url }, Date.now());
    const env = {
      ...settings(url, infobip, smtp),
      ...PRODUCTION,
      ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000",
    };
    const server = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(server, 60);

    let posted = 0;
    // As senders do: what is answered 503 is sent again.
    const post = async (to: Server) => {
      const n = ++posted;
      const body = {
        ...ALERT,
        external_id: `alert-${n}`,
        title: `Alert ${n}.`,
      };
      const reply = await until(async () => {
        const reply = await to.request("POST", "/api/v1/alerts", { key, body });
        return reply.status === 503 ? null : reply;
      }, `an answer to alert ${n}`);
      assert.ok([200, 201].includes(reply.status), JSON.stringify(reply.body));
    };
    const everyPage = () =>
      until(
        () => Promise.resolve(infobip.taken.length === posted || null),
        `${posted} pages`,
        120_000,
      );
    let isMigrated = false;
    // Every connection of the process works, and knows the tables as they were.
    const posting = Array.from({ length: AT_ONCE }, async () => {
      do await post(server); while (!isMigrated);
    });
    const migrated = await infobip.waitFor(
      () => infobip.taken.length > 10,
      60_000,
    )
      .then(() => migrate({ url, folder: newer.folder }, Date.now()))
      .finally(() => isMigrated = true);
    await Promise.all(posting);
    assert.deepEqual(migrated, [`${NEXT_NUMBER}_moods.sql`]);
    await until(
      () => Promise.resolve(server.output.includes("can work on it") || null),
      "the node noticing the newer database",
    );
    await post(server);
    await everyPage();
    const ready = await server.request("GET", "/health/ready");
    assert.deepEqual(ready.body, { status: "ready", reasons: [] });
    assert.equal(await server.stop(), 0);

    await using again = await Server.start({ env });
    await post(again);
    await everyPage();
    assert.equal(infobip.requests.length, posted, "each page once");
  });

  Deno.test(`a process on ${name} stands back after a migration that it would have to know, and does not start on it`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const file = `${NEXT_NUMBER}_turns.needs_${NEXT_NUMBER}.sql`;
    await using newer = await newerVersion(file, BREAKS);
    const { url } = database;
    await migrate({ url }, Date.now());
    const env = { ...settings(url, infobip, smtp), ...PRODUCTION };
    await using server = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(server, 60);
    await migrate({ url, folder: newer.folder }, Date.now());
    await until(async () => {
      const { status } = await server.request("GET", "/health/ready");
      return status === 503 || null;
    }, "the node standing back");
    const taken = await server.request("POST", "/api/v1/alerts", {
      key,
      body: ALERT,
    });
    assert.equal(taken.status, 201);
    assert.equal(await server.stop(), 0);
    assert.deepEqual(infobip.requests, []);
    await assert.rejects(
      Server.start({ env }).then((started) => started.stop()),
      new RegExp(`ended with 1: .*${file}.*Start the newer version`, "s"),
    );
  });
}
