import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { AUTH, createAdmin } from "./desk.ts";
import { Server } from "./server.ts";

Deno.test("the real process serves a calendar without a login, and never logs its address", async () => {
  await using database = await MIGRATED.libSQL();
  const env = { DATABASE_URL: database.url, LOG_LEVEL: "debug" };
  await using server = await Server.start({ env });
  await createAdmin(env);
  const made = await server.request(
    "POST",
    "/api/v1/accounts/me/calendar-feeds",
    { auth: AUTH, body: {} },
  );
  assert.equal(made.status, 201);
  const path = new URL(made.body.url).pathname;
  const calendar = await fetch(server.baseUrl + path);
  assert.equal(calendar.status, 200);
  assert.match(await calendar.text(), /^BEGIN:VCALENDAR\r\n/);
  const head = await fetch(server.baseUrl + path, { method: "HEAD" });
  assert.equal(
    head.headers.get("content-type"),
    "text/calendar; charset=utf-8",
  );
  const etag = head.headers.get("etag") ?? "";
  const known = await fetch(server.baseUrl + path, {
    headers: { "if-none-match": etag },
  });
  assert.equal(known.status, 304);
  const posted = await fetch(server.baseUrl + path, { method: "POST" });
  assert.equal(posted.status, 405);
  await posted.body?.cancel();
  await server.stop();
  const [, secret = ""] = /ppc_\w{8}(\w{32})/.exec(path) ?? [];
  assert.equal(secret.length, 32);
  assert.match(server.output, /\/ical\/\[redacted\]/);
  assert.ok(!server.output.includes(secret));
});
