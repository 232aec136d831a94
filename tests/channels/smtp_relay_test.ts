import assert from "node:assert/strict";
import { tryLogin } from "../../src/channels/smtp_relay.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { freePort } from "../process/server.ts";

const CREDENTIALS = { user: "pager", password: "hunter2-hunter2" };

function login(port: number, password: string | null = null) {
  return tryLogin({
    ...{ host: "127.0.0.1", port, password },
    user: password === null ? null : CREDENTIALS.user,
    from: "PagerPal <pager@pager.example.com>",
  }, new AbortController().signal);
}

Deno.test("a relay that lets us in is let go again, and no mail was sent", async () => {
  await using known = await FakeSmtp.start();
  assert.equal(await login(known.port), null);
  await using asking = await FakeSmtp.start({ credentials: CREDENTIALS });
  assert.equal(await login(asking.port, CREDENTIALS.password), null);
  assert.deepEqual([...known.mails, ...asking.mails], []);
});

Deno.test("a relay that refuses the login, or is not there, is told in words without the password", async () => {
  await using smtp = await FakeSmtp.start({ credentials: CREDENTIALS });
  const refused = await login(smtp.port, "wrong-password");
  assert.match(refused ?? "", /refused our credentials \(535/);
  assert.ok(!refused?.includes("wrong-password"));
  assert.match(
    await login(freePort()) ?? "",
    /connection to the mail server failed/,
  );
  smtp.answerNext({ at: "connect", code: 421, text: "4.3.2 closing" });
  assert.match(await login(smtp.port) ?? "", /asks to try later \(421/);
});
