/** What every channel must do, whatever its provider: one table of answers, and no secret in any error. */
import assert from "node:assert/strict";
import type {
  Channel,
  OutgoingMessage,
  SendResult,
} from "../../src/ports/channel.ts";
import { receiptUrl } from "../../src/channels/infobip_api.ts";
import { createInfobipSms } from "../../src/channels/infobip_sms.ts";
import { createInfobipWhatsApp } from "../../src/channels/infobip_whatsapp.ts";
import { createSmtp } from "../../src/channels/smtp.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import {
  bundleMessage,
  codeMessage,
  noticeMessage,
  pageMessage,
  resolutionMessage,
} from "./message.ts";

/** The API key and the mail password alike. */
const SECRET = "5e1f0c7a9b2d4e6f8091-secret";
/** What AUTH PLAIN sends. */
const LOGIN = btoa(`\0pager\0${SECRET}`);
const TOKEN = "receipt-token-0123456789abcdef";
const ACK_TOKEN = "Jw3kT9-x_QmZ1vB7yR4sLg";
const RECEIPTS = receiptUrl("https://pager.example.com", TOKEN);
/** What an unkind provider repeats in its errors. */
const CODE = codeMessage().code;
const ECHO = `App ${SECRET} ${CODE} ${btoa(CODE)} ${btoa(SECRET)} ` +
  `see https://pager.example.com/a/${ACK_TOKEN} and ${RECEIPTS}`;

const SITUATIONS = [
  "accepts",
  "takes a repetition for one",
  "refuses the message for good",
  "refuses our credentials",
  "fails for now",
  "cuts the connection",
  "takes the message and cuts the connection",
  "never answers",
] as const;
type Situation = (typeof SITUATIONS)[number];

const EXPECTED: Record<Situation, SendResult["outcome"]> = {
  "accepts": "sent",
  "takes a repetition for one": "sent",
  "refuses the message for good": "permanent",
  "refuses our credentials": "permanent",
  "fails for now": "retry",
  "cuts the connection": "retry",
  "takes the message and cuts the connection": "retry",
  "never answers": "retry",
};

interface Provider extends AsyncDisposable {
  channel: Channel;
  address: string;
  bring(situation: Situation): void;
  /** How often it was asked to take a message. */
  asked(): number;
  /** The text of each message that it took. */
  texts(): string[];
}

const account = (infobip: FakeInfobip) => ({
  baseUrl: infobip.baseUrl,
  apiKey: SECRET,
  receiptUrl: RECEIPTS,
});
const deps = { fetch, clock: () => 0 };

async function infobip(
  create: (fake: FakeInfobip) => Channel,
): Promise<Provider> {
  const fake = await FakeInfobip.start({ apiKey: SECRET });
  const error = JSON.stringify({
    description: ECHO,
    violations: [{ property: "content.text", violation: ECHO }],
  });
  const old = JSON.stringify({
    requestError: {
      serviceException: { text: ECHO, validationErrors: { text: [ECHO] } },
    },
  });
  return {
    channel: create(fake),
    address: "+447700900123",
    asked: () => fake.requests.length,
    texts: () => fake.taken.map(({ text }) => text),
    bring(situation) {
      switch (situation) {
        case "accepts":
          return fake.answerAlways("accept");
        case "takes a repetition for one":
          return fake.answerAlways({ rejected: 23 });
        case "refuses the message for good":
          return fake.answerAlways({ status: 400, body: error });
        case "refuses our credentials":
          return fake.answerAlways({ status: 401, body: old });
        case "fails for now":
          return fake.answerAlways({ status: 500, body: old });
        case "cuts the connection":
          return fake.answerAlways("reset");
        case "takes the message and cuts the connection":
          return fake.answerAlways("accept_then_reset");
        case "never answers":
          return fake.answerAlways("hang");
      }
    },
    [Symbol.asyncDispose]: () => fake.close(),
  };
}

async function smtp(): Promise<Provider> {
  const text = `${LOGIN} ${ECHO}`;
  const fake = await FakeSmtp.start({
    credentials: { user: "pager", password: SECRET },
  });
  const channel = createSmtp({
    host: "127.0.0.1",
    port: fake.port,
    user: "pager",
    password: SECRET,
    from: "PagerPal <pager@example.com>",
  });
  return {
    channel,
    address: "maya@example.com",
    asked: () => fake.mails.length,
    texts: () => fake.mails.map(({ subject, text }) => `${subject}\n${text}`),
    bring(situation) {
      switch (situation) {
        case "accepts":
        case "takes a repetition for one":
          return fake.answerAlways("accept");
        case "refuses the message for good":
          return fake.answerAlways({ at: "data", code: 554, text });
        case "refuses our credentials":
          return fake.answerAlways({ at: "auth", code: 535, text });
        case "fails for now":
          return fake.answerAlways({ at: "data", code: 451, text });
        case "cuts the connection":
          return fake.answerAlways({ at: "connect", code: 421, text });
        case "takes the message and cuts the connection":
          return fake.answerAlways("accept_then_reset");
        case "never answers":
          return fake.answerAlways("hang");
      }
    },
    async [Symbol.asyncDispose]() {
      channel.close();
      await fake.close();
    },
  };
}

const PROVIDERS: Record<string, () => Promise<Provider>> = {
  "SMS": () =>
    infobip((fake) =>
      createInfobipSms({ ...account(fake), sender: "PagerPal" }, deps)
    ),
  "WhatsApp text": () =>
    infobip((fake) =>
      createInfobipWhatsApp({
        ...account(fake),
        sender: "+441134960000",
        template: null,
      }, deps)
    ),
  "WhatsApp template": () =>
    infobip((fake) =>
      createInfobipWhatsApp({
        ...account(fake),
        sender: "+441134960000",
        template: { name: "pagerpal", language: "en" },
      }, deps)
    ),
  "mail": smtp,
};

for (const [name, start] of Object.entries(PROVIDERS)) {
  for (const situation of SITUATIONS) {
    const outcome = EXPECTED[situation];
    Deno.test(`${name}: a provider that ${situation} makes it ${outcome}`, async () => {
      await using provider = await start();
      provider.bring(situation);
      const message = pageMessage({ address: provider.address });
      const result = await send(provider, message, situation);
      assert.equal(result.outcome, outcome, JSON.stringify(result));
      if (result.outcome !== "sent") assertFitToShow(result.error);
    });

    for (
      const [what, message] of [
        ["a bundle", bundleMessage()],
        ["a notice", noticeMessage()],
      ] as const
    ) {
      Deno.test(`${name}: a provider that ${situation} makes ${what} ${outcome}`, async () => {
        await using provider = await start();
        provider.bring(situation);
        const { address } = provider;
        const result = await send(provider, { ...message, address }, situation);
        assert.equal(result.outcome, outcome, JSON.stringify(result));
        if (result.outcome !== "sent") assertFitToShow(result.error);
      });
    }

    // A template for pages takes no codes, whatever the provider does.
    const ofCode = name === "WhatsApp template" ? "permanent" : outcome;
    Deno.test(`${name}: a provider that ${situation} makes a code ${ofCode}, and no error repeats it`, async () => {
      await using provider = await start();
      provider.bring(situation);
      const message = codeMessage({ address: provider.address });
      const result = await send(provider, message, situation);
      assert.equal(result.outcome, ofCode, JSON.stringify(result));
      if (result.outcome !== "sent") {
        assertFitToShow(result.error, [CODE, btoa(CODE)]);
      }
      if (name === "WhatsApp template") assert.equal(provider.asked(), 0);
    });
  }

  Deno.test(`${name}: an address of another kind is refused for good and nobody is asked`, async () => {
    await using provider = await start();
    for (const address of ["", "447700900123", "+0123", "a b@c", "a@b,c@d"]) {
      const { signal } = new AbortController();
      const message = pageMessage({ address });
      const result = await provider.channel.send(message, signal);
      assert.equal(result.outcome, "permanent", address);
    }
    assert.equal(provider.asked(), 0);
  });

  Deno.test(`${name}: an attempt that was given up before it began is a retry`, async () => {
    await using provider = await start();
    const { address, channel } = provider;
    const message = pageMessage({ address });
    const result = await channel.send(message, AbortSignal.abort());
    assert.equal(result.outcome, "retry");
    assert.equal(provider.asked(), 0);
  });

  Deno.test(`${name}: a resolution goes out as a page does`, async () => {
    await using provider = await start();
    const { address, channel } = provider;
    const { signal } = new AbortController();
    const message = resolutionMessage({ address });
    const result = await channel.send(message, signal);
    assert.equal(result.outcome, "sent", JSON.stringify(result));
  });
}

for (const [name, start] of Object.entries(PROVIDERS)) {
  Deno.test(`${name}: a bundle is one message that says how many, what is worst, and where to acknowledge all`, async () => {
    await using provider = await start();
    const { address } = provider;
    await send(provider, bundleMessage({ address }), "accepts");
    assert.equal(provider.asked(), 1);
    const [text = ""] = provider.texts();
    assert.match(text, /3 incidents, 1 critical/);
    assert.match(text, /#1842\b/);
    assert.ok(text.includes(`https://pager.example.com/a/${ACK_TOKEN}`), text);
  });

  Deno.test(`${name}: a notice is one message with its text and its link, and nothing to acknowledge`, async () => {
    await using provider = await start();
    const { address } = provider;
    await send(provider, noticeMessage({ address }), "accepts");
    assert.equal(provider.asked(), 1);
    const [text = ""] = provider.texts();
    assert.match(text, /Your shift on Payments primary begins Mon 2 Mar 09:00/);
    assert.match(text, /https:\/\/pager\.example\.com\/schedules\/1/);
    assert.doesNotMatch(text, /acknowledge/i);
  });
}

async function send(
  { channel }: Provider,
  message: OutgoingMessage,
  situation: Situation,
): Promise<SendResult> {
  const signal = situation === "never answers"
    ? AbortSignal.timeout(300)
    : new AbortController().signal;
  return await channel.send(message, signal);
}

function assertFitToShow(error: string, secrets: string[] = []) {
  const always = [SECRET, btoa(SECRET), LOGIN, TOKEN, ACK_TOKEN];
  for (const secret of [...always, ...secrets]) {
    assert.ok(!error.includes(secret), error);
  }
  assert.ok(error.length <= 260, error);
  assert.match(error, /^[A-Z].*\.$/);
}
