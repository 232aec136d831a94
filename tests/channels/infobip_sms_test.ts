import assert from "node:assert/strict";
import {
  createInfobipSms,
  type InfobipSmsOptions,
} from "../../src/channels/infobip_sms.ts";
import type { InfobipDeps } from "../../src/channels/infobip_api.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import { FakeInfobip, type InfobipAnswer } from "../fakes/infobip.ts";
import { codeMessage, pageMessage } from "./message.ts";
import { sample } from "./samples.ts";

const NOW = Date.UTC(2026, 2, 2, 7, 14, 23);

interface Setting {
  options?: Partial<InfobipSmsOptions>;
  deps?: Partial<InfobipDeps>;
  message?: OutgoingMessage;
  signal?: AbortSignal;
}

async function send(fake: FakeInfobip, setting: Setting = {}) {
  const channel = createInfobipSms({
    baseUrl: fake.baseUrl,
    apiKey: "test-api-key",
    receiptUrl: null,
    sender: "PagerPal",
    ...setting.options,
  }, { fetch, clock: () => NOW, ...setting.deps });
  const signal = setting.signal ?? new AbortController().signal;
  return await channel.send(setting.message ?? pageMessage(), signal);
}

async function resultOf(answer: InfobipAnswer) {
  await using fake = await FakeInfobip.start();
  fake.answerNext(answer);
  return await send(fake);
}

/** Whether the provider may have the message although nobody has said so. */
function isUnknown(result: SendResult): boolean {
  assert.equal(result.outcome, "retry");
  return result.outcome === "retry" && result.outcomeUnknown === true;
}

Deno.test("an SMS goes to Infobip's v3 endpoint with our id, a short validity and no link shortening", async () => {
  await using fake = await FakeInfobip.start();
  const receiptUrl =
    "https://pager.example.com/api/v1/notifications/infobip/receipts/secret";
  const result = await send(fake, { options: { receiptUrl } });
  const id = "3f0d9c1e-6f57-4f2e-9a57-1f3f2b6d7c10";
  assert.deepEqual(result, { outcome: "sent", providerMessageId: id });
  const request = await fake.waitFor(() => true);
  assert.equal(request.path, "/sms/3/messages");
  assert.equal(request.headers["authorization"], "App test-api-key");
  assert.equal(request.headers["accept"], "application/json");
  assert.deepEqual(request.body, {
    messages: [{
      sender: "PagerPal",
      destinations: [{ to: "447700900123", messageId: id }],
      content: {
        text:
          "Critical #1842: Checkout API: error rate above 20 % (Payments)." +
          " Acknowledge: https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg",
      },
      options: { validityPeriod: { amount: 15, timeUnit: "MINUTES" } },
      webhooks: {
        delivery: { url: receiptUrl, intermediateReport: true },
        contentType: "application/json",
        callbackData: id,
      },
    }],
    options: { tracking: { shortenUrl: false, trackClicks: false } },
  });
});

Deno.test("no delivery reports are asked for where nobody could deliver them", async () => {
  await using fake = await FakeInfobip.start();
  await send(fake);
  assert.equal((await fake.waitFor(() => true)).reportTo, null);
});

Deno.test("a title in another script arrives transliterated, on one line", async () => {
  await using fake = await FakeInfobip.start();
  const title = "Пожар 🔥 в “Zürich”\nTo: ł\u0000";
  await send(fake, { message: pageMessage({ incident: { title } }) });
  const { text } = await fake.waitFor(() => true);
  assert.match(text, /^Critical #1842: Pozhar :fire: v "Zürich" To: l \(/);
});

Deno.test("the same message sent again after an unknown outcome is sent, and reached the phone once", async () => {
  await using fake = await FakeInfobip.start();
  fake.answerNext("accept_then_reset");
  assert.equal(isUnknown(await send(fake)), true);
  assert.equal((await send(fake)).outcome, "sent");
  assert.equal(fake.taken.length, 1);
});

const ANSWERS: [string, number, RegExp | "sent"][] = [
  ["sms-v3-response-200.json", 200, "sent"],
  ["sms-v3-response-200-rejected-duplicate-id.json", 200, "sent"],
  ["sms-v3-response-200-rejected-destination.json", 200, /not valid/],
  ["sms-v3-response-200-rejected-flooding.json", 200, /within the hour/],
  ["sms-v3-response-200-rejected-no-credits.json", 200, /no credit/],
  ["sms-v3-response-200-rejected-sender.json", 200, /sender is not allowed/],
  ["sms-v3-response-200-rejected-trial-destination.json", 200, /trial/],
  ["error-v3-400.json", 400, /property\.path: Violation message/],
  ["error-v3-401.json", 401, /refused our credentials/],
  ["error-v3-403.json", 403, /refused our credentials/],
  ["error-old-400.json", 400, /size must be between/],
  ["error-old-401-login-details.json", 401, /Invalid login details/],
  ["error-xml-401.xml", 401, /refused our credentials/],
];

for (const [name, status, expected] of ANSWERS) {
  const outcome = expected === "sent" ? "sent" : "permanent";
  Deno.test(`Infobip's ${name} with ${status} makes it ${outcome}`, async () => {
    const body = await sample(name);
    const result = await resultOf({ status, body });
    assert.equal(result.outcome, outcome);
    if (expected !== "sent") {
      assert.ok(result.outcome === "permanent");
      assert.match(result.error, expected);
    }
  });
}

const STATUSES: [groupId: number, id: number, outcome: string][] = [
  [0, 0, "sent"],
  [1, 3, "sent"],
  [1, 7, "sent"],
  [3, 2, "sent"],
  [3, 5, "sent"],
  [9, 999, "sent"],
  [2, 4, "permanent"],
  [2, 9, "permanent"],
  [2, 100, "retry"],
  [4, 15, "permanent"],
  [4, 29, "sent"],
  [5, 6, "permanent"],
  [5, 10, "permanent"],
  [5, 14, "permanent"],
  [5, 21, "retry"],
  [5, 23, "sent"],
  [5, 25, "permanent"],
  [5, 777, "permanent"],
  // The same ids in other groups mean other things.
  [1, 12, "sent"],
  [1, 52, "sent"],
];

for (const [groupId, id, outcome] of STATUSES) {
  Deno.test(`status ${id} of group ${groupId} in a 200 makes it ${outcome}`, async () => {
    const messageStatus = { groupId, id, name: "ANY_NAME" };
    const result = await resultOf({ messageStatus });
    assert.equal(result.outcome, outcome, JSON.stringify(result));
  });
}

const UNREADABLE: [string, string][] = [
  ["an HTML page", "<!DOCTYPE html><html>Welcome to HotelWiFi</html>"],
  ["XML", "<?xml version='1.0'?><ok/>"],
  ["nothing", ""],
  ["another JSON", "{}"],
  ["no messages", '{"messages":[]}'],
  ["a message without a status", '{"messages":[{"messageId":"x"}]}'],
  [
    "more than 64 KiB",
    `{"pad":"${"x".repeat(70_000)}","messages":[{"messageId":"x",` +
    '"status":{"groupId":1,"id":7}}]}',
  ],
];

for (const [what, body] of UNREADABLE) {
  Deno.test(`a 200 with ${what} leaves the outcome unknown: retry`, async () => {
    const result = await resultOf({ status: 200, body });
    assert.equal(isUnknown(result), true);
  });
}

Deno.test("our message is found in an answer about several", async () => {
  const entry = (messageId: string, groupId: number) => ({
    messageId,
    status: { groupId, id: 52, name: "X" },
  });
  const ours = pageMessage().idempotencyKey;
  const body = JSON.stringify({ messages: [entry("a", 5), entry(ours, 1)] });
  const result = await resultOf({ status: 200, body });
  assert.deepEqual(result, { outcome: "sent", providerMessageId: ours });
});

const WAITS: [string | null, number | null][] = [
  ["3", 3_000],
  ["0", 0],
  ["99999", 900_000],
  ["Mon, 02 Mar 2026 07:15:23 GMT", 60_000],
  ["Mon, 02 Mar 2026 07:00:00 GMT", 0],
  ["Tue, 03 Mar 2026 07:00:00 GMT", 900_000],
  ["soon", null],
  [null, null],
];

for (const [value, retryAfterMs] of WAITS) {
  Deno.test(`a 429 with Retry-After ${value} asks to wait ${retryAfterMs} ms`, async () => {
    const headers = value === null ? {} : { "Retry-After": value };
    const result = await resultOf({ status: 429, headers, body: "{}" });
    assert.ok(result.outcome === "retry");
    assert.equal(result.retryAfterMs, retryAfterMs);
  });
}

Deno.test("a 503 that names a time is believed too", async () => {
  const headers = { "Retry-After": "20" };
  const result = await resultOf({ status: 503, headers });
  assert.ok(result.outcome === "retry");
  assert.equal(result.retryAfterMs, 20_000);
});

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  const unknown = [500, 502, 504].includes(status);
  Deno.test(`HTTP ${status} with an HTML body makes it retry, and the outcome is ${unknown ? "unknown" : "known"}`, async () => {
    const body = "<html>Bad gateway</html>";
    const result = await resultOf({ status, body });
    assert.equal(isUnknown(result), unknown);
  });
}

for (const answer of ["reset", "hang", "accept_then_hang"] as const) {
  Deno.test(`when Infobip's answer is ${answer} the outcome is unknown`, async () => {
    await using fake = await FakeInfobip.start();
    fake.answerNext(answer);
    const result = await send(fake, { signal: AbortSignal.timeout(200) });
    assert.equal(isUnknown(result), true);
  });
}

for (const status of [302, 404, 405]) {
  Deno.test(`HTTP ${status} says to check the address of the API, and the key goes no further`, async () => {
    await using elsewhere = await FakeInfobip.start();
    const headers = { Location: `${elsewhere.baseUrl}/sms/3/messages` };
    const result = await resultOf({ status, headers });
    assert.ok(result.outcome === "permanent");
    assert.match(result.error, /INFOBIP_BASE_URL/);
    assert.equal(elsewhere.requests.length, 0);
  });
}

Deno.test("a host that cannot be reached makes it retry, in words without its address", async () => {
  await using fake = await FakeInfobip.start();
  const options = { baseUrl: fake.baseUrl };
  await fake.close();
  const result = await send(fake, { options });
  assert.ok(result.outcome === "retry");
  assert.equal(
    result.error,
    "Infobip cannot be reached: the connection was refused.",
  );
  assert.equal(isUnknown(result), false);
});

Deno.test("a code is an SMS like a page, the code first", async () => {
  await using fake = await FakeInfobip.start();
  const message = codeMessage();
  const result = await send(fake, { message });
  assert.deepEqual(result, {
    outcome: "sent",
    providerMessageId: message.idempotencyKey,
  });
  const request = await fake.waitFor(() => true);
  assert.equal(request.to, "447700900123");
  assert.match(request.text, /^204681 is your PagerPal code\. .* 15 minutes/);
  const [{ options }] = request.body.messages;
  assert.deepEqual(options.validityPeriod, {
    amount: 15,
    timeUnit: "MINUTES",
  });
});
