import assert from "node:assert/strict";
import { createInfobipWhatsApp } from "../../src/channels/infobip_whatsapp.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { codeMessage, pageMessage } from "./message.ts";
import { sample } from "./samples.ts";

const ID = "3f0d9c1e-6f57-4f2e-9a57-1f3f2b6d7c10";
const LINK = "https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg";
const RECEIPTS = "https://pager.example.com/receipts/x";

function channel(
  fake: FakeInfobip,
  template: { name: string; language: string } | null,
) {
  return createInfobipWhatsApp({
    baseUrl: `${fake.baseUrl}/`,
    apiKey: "test-api-key",
    receiptUrl: RECEIPTS,
    sender: "+441134960000",
    template,
  }, { fetch, clock: () => 0 });
}

const { signal } = new AbortController();

Deno.test("with a template a page goes out as that template, with three placeholders", async () => {
  await using fake = await FakeInfobip.start();
  const template = { name: "pagerpal_page", language: "en_GB" };
  const result = await channel(fake, template).send(pageMessage(), signal);
  assert.deepEqual(result, { outcome: "sent", providerMessageId: ID });
  const request = await fake.waitFor(() => true);
  assert.equal(request.path, "/whatsapp/1/message/template");
  assert.deepEqual(request.body, {
    messages: [{
      from: "441134960000",
      to: "447700900123",
      messageId: ID,
      callbackData: ID,
      notifyUrl: RECEIPTS,
      urlOptions: { shortenUrl: false, trackClicks: false },
      content: {
        templateName: "pagerpal_page",
        templateData: {
          body: {
            placeholders: [
              "Critical #1842: Checkout API: error rate above 20 %",
              "Payments",
              `Acknowledge: ${LINK}`,
            ],
          },
        },
        language: "en_GB",
      },
    }],
  });
});

Deno.test("without a template a page goes out as free text, one object", async () => {
  await using fake = await FakeInfobip.start();
  const result = await channel(fake, null).send(pageMessage(), signal);
  assert.deepEqual(result, { outcome: "sent", providerMessageId: ID });
  const request = await fake.waitFor(() => true);
  assert.equal(request.path, "/whatsapp/1/message/text");
  assert.equal(request.body.messages, undefined);
  assert.equal(request.body.content.previewUrl, false);
  assert.ok(request.body.content.text.endsWith(`Acknowledge: ${LINK}`));
});

Deno.test("a code goes out as free text, and with a template for pages only it says why not", async () => {
  await using fake = await FakeInfobip.start();
  const sent = await channel(fake, null).send(codeMessage(), signal);
  assert.equal(sent.outcome, "sent");
  const request = await fake.waitFor(() => true);
  assert.match(request.body.content.text, /^204681 is your PagerPal code/);
  const template = { name: "pagerpal_page", language: "en_GB" };
  const refused = await channel(fake, template).send(codeMessage(), signal);
  assert.equal(refused.outcome, "permanent");
  assert.match(refused.error, /category Authentication/);
  assert.equal(fake.requests.length, 1);
});

for (
  const [name, status, outcome] of [
    ["wa-template-response-200.json", 200, "sent"],
    ["wa-text-response-200.json", 200, "sent"],
    ["wa-template-response-400-whitespace.json", 400, "permanent"],
    ["wa-text-response-400.json", 400, "permanent"],
  ] as const
) {
  Deno.test(`Infobip's ${name} makes it ${outcome}`, async () => {
    await using fake = await FakeInfobip.start();
    fake.answerNext({ status, body: await sample(name) });
    const result = await channel(fake, null).send(pageMessage(), signal);
    assert.equal(result.outcome, outcome);
  });
}
