import assert from "node:assert/strict";
import { askAccount } from "../../src/channels/infobip_account.ts";
import { FakeInfobip } from "../fakes/infobip.ts";

const KEY = "test-api-key";

function ask(
  baseUrl: string,
  apiKey = KEY,
  signal = AbortSignal.timeout(9_000),
) {
  return askAccount({ baseUrl, apiKey }, { fetch, clock: Date.now, signal });
}

Deno.test("an account that knows the key is known, and nothing was sent", async () => {
  await using infobip = await FakeInfobip.start();
  assert.deepEqual(await ask(`${infobip.baseUrl}/`), { outcome: "known" });
  assert.equal(infobip.logsRead, 1);
  assert.deepEqual(infobip.requests, []);
});

Deno.test("a key that is not known, one with few rights and a server that fails are told apart", async () => {
  await using infobip = await FakeInfobip.start();
  assert.deepEqual(await ask(infobip.baseUrl, "another-key"), {
    outcome: "failed",
    error: "The provider refused our credentials (401: Invalid login details).",
  });
  infobip.answerNext({ status: 403 }, { status: 500, body: `no ${KEY}` });
  assert.deepEqual(await ask(infobip.baseUrl), { outcome: "limited" });
  assert.deepEqual(await ask(infobip.baseUrl), {
    outcome: "failed",
    error: "Infobip failed (500).",
  });
  await infobip.close();
  assert.deepEqual(await ask(infobip.baseUrl), {
    outcome: "failed",
    error: "Infobip cannot be reached: the connection was refused.",
  });
});

Deno.test("the key goes to no other host, and a server that is silent is given up", async () => {
  await using infobip = await FakeInfobip.start();
  await using other = await FakeInfobip.start();
  infobip.answerNext({ status: 302, headers: { location: other.baseUrl } });
  assert.match(JSON.stringify(await ask(infobip.baseUrl)), /answered 302/);
  assert.equal(other.logsRead, 0);
  infobip.answerNext("hang");
  const controller = new AbortController();
  const asked = ask(infobip.baseUrl, KEY, controller.signal);
  controller.abort();
  assert.match(JSON.stringify(await asked), /did not answer in time/);
});
