import assert from "node:assert/strict";
import type { TestDatabase } from "../databases.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { TcpProxy } from "../fakes/tcp_proxy.ts";
import { holdLock } from "../sql.ts";
import { MIGRATED } from "../stores.ts";
import { ALERT, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

interface Case {
  name: string;
  open(): Promise<TestDatabase>;
  /** Promises the address that the process is given, and what makes the database go away; that, how it comes back. */
  around(url: string): Promise<{
    url: string;
    away(): Promise<() => Promise<void>>;
    close(): Promise<void>;
  }>;
  says: RegExp;
}

const CASES: Case[] = [
  {
    name: "PostgreSQL goes away and comes back",
    open: MIGRATED.PostgreSQL,
    says: /cannot be reached/,
    async around(url) {
      const address = new URL(url);
      const proxy = await TcpProxy.to({
        host: address.hostname,
        port: Number(address.port),
      });
      address.port = String(proxy.port);
      return {
        url: address.href,
        async away() {
          await proxy.refuse();
          return () => proxy.restore();
        },
        close: () => proxy[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "another process holds the lock of the SQLite file",
    open: MIGRATED.libSQL,
    says: /locked by another process|does not answer in time/,
    around: (url) =>
      Promise.resolve({
        url,
        away: () => holdLock(url),
        close: () => Promise.resolve(),
      }),
  },
];

/** How many lines the process has written that say this. */
const lines = (server: Server, words: RegExp) =>
  server.output.split("\n").filter((line) => words.test(line)).length;

for (const { name, open, around, says } of CASES) {
  Deno.test(`the real process while ${name}: 503 with Retry-After, said once, and it goes on by itself`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await open();
    const { url, away, close } = await around(database.url);
    const env = settings(url, infobip, smtp);
    const server = await Server.start({ env });
    try {
      await createAdmin(env);
      const { key } = await setUp(server, 60);
      const post = async (title: string) => {
        const response = await fetch(`${server.baseUrl}/api/v1/alerts`, {
          method: "POST",
          headers: { "x-api-key": key },
          body: JSON.stringify({ ...ALERT, external_id: title, title }),
        });
        await response.body?.cancel();
        return response;
      };
      assert.equal((await post("before")).status, 201);
      await infobip.waitFor(({ text }) => text.includes("before"));

      const back = await away();
      const refused = await Promise.all(
        Array.from({ length: 8 }, (_, n) => post(`during ${n}`)),
      );
      for (const { status, headers } of refused) {
        assert.equal(status, 503);
        assert.ok(Number(headers.get("retry-after")) >= 1);
      }
      const ready = await server.request("GET", "/health/ready");
      assert.equal(ready.status, 503);
      assert.match(ready.body.reasons.join(" "), says);
      assert.equal((await server.request("GET", "/health")).status, 200);
      await back();
      await until(async () => {
        const { status } = await server.request("GET", "/health/ready");
        return status === 200 || null;
      }, "the process ready again");
      // A line at level info may leave a turn of the event loop after an answer.
      await until(
        () => Promise.resolve(lines(server, /The database is back/) || null),
        "the log line of its return",
      );
      for (let n = 0; n < 8; n++) {
        assert.equal((await post(`during ${n}`)).status, 201);
        await infobip.waitFor(({ text }) => text.includes(`during ${n}`));
      }
      assert.equal(infobip.requests.length, 9);
      assert.equal(lines(server, /Alerts are answered 503/), 1);
      assert.equal(lines(server, /The database is back after/), 1);
      assert.equal(await server.stop(), 0);
    } finally {
      await server.stop();
      await close();
    }
  });
}
