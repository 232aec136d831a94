import assert from "node:assert/strict";
import { MIGRATED } from "../stores.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { AUTH, createAdmin, settings } from "./desk.ts";
import { Server } from "./server.ts";

Deno.test("a code that shows that somebody is reached stands in no log line and in no row of the audit log", async () => {
  await using infobip = await FakeInfobip.start();
  await using smtp = await FakeSmtp.start();
  await using database = await MIGRATED.libSQL();
  const env = {
    ...settings(database.url, infobip, smtp),
    LOG_LEVEL: "debug",
  };
  await using server = await Server.start({ env });
  await createAdmin(env);
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(method, `/api/v1${path}`, { auth: AUTH, body });
  const { body: people } = await ask("GET", "/responders");
  const methods = `/responders/${people.items[0].id}/contact-methods`;
  const codes: string[] = [];
  for (
    const [channel, address] of [
      ["sms", "+447700900123"],
      ["email", "maya.on.call@example.com"],
    ]
  ) {
    const { body: { id } } = await ask("POST", methods, { channel, address });
    const path = `${methods}/${id}/verification`;
    // An attempt that fails, one that is typed in wrongly, and then rightly.
    if (channel === "sms") infobip.answerNext({ rejected: 52 });
    else smtp.answerNext({ at: "data", code: 554, text: "No." });
    assert.ok((await ask("POST", path, {})).status >= 400);
    assert.equal((await ask("POST", path, {})).status, 202);
    const texts = channel === "sms"
      ? infobip.requests.map(({ text }) => text)
      : smtp.mails.map(({ text }) => text);
    const found = texts.flatMap((text) => text.match(/\b\d{6}\b/g) ?? []);
    const code = found.at(-1) ?? "";
    const wrong = code === "735902" ? "735903" : "735902";
    codes.push(...found, wrong);
    const typed = (code: string) => ask("POST", `${path}/confirm`, { code });
    assert.equal((await typed(wrong)).status, 422);
    const done = await typed(code);
    assert.equal(done.status, 200, JSON.stringify(done.body));
  }
  const { body: log } = await ask("GET", "/audit-log");
  const actions = log.items.map(({ action }: { action: string }) => action);
  assert.ok(actions.includes("contact_method.send_code"));
  assert.ok(actions.includes("contact_method.verify"));
  assert.ok(codes.length >= 4);
  assert.match(server.output, /verification\/confirm 200/);
  for (
    const [name, text] of [
      ["the audit log", JSON.stringify(log)],
      ["the logs", server.output],
    ] as const
  ) {
    for (const code of codes) {
      for (const form of [code, btoa(code)]) {
        // Not as a part of an instant or a port.
        assert.ok(!new RegExp(`(?<!\\d)${form}(?!\\d)`).test(text), name);
      }
    }
  }
});
