import assert from "node:assert/strict";
import { retry } from "../../src/channels/attempt.ts";
import {
  type ChannelsConfig,
  type ChannelsDeps,
  createChannels,
  type InfobipConfig,
} from "../../src/channels/channels.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { pageMessage } from "./message.ts";

const deps: ChannelsDeps = { fetch, clock: () => 0 };
const { signal } = new AbortController();

const infobip = (changes: Partial<InfobipConfig> = {}): InfobipConfig => ({
  baseUrl: "http://127.0.0.1:9",
  apiKey: "test-api-key",
  smsSender: "PagerPal",
  whatsAppSender: "+441134960000",
  whatsAppTemplate: null,
  publicBaseUrl: "https://pager.example.com/",
  receiptToken: "to/ken",
  ...changes,
});

const smtp = (port: number) => ({
  host: "127.0.0.1",
  port,
  user: null,
  password: null,
  from: "pager@example.com",
});

const LISTS: [ChannelsConfig, string[]][] = [
  [{ infobip: null, smtp: null }, []],
  [{ infobip: infobip(), smtp: smtp(25) }, ["sms", "whatsapp", "email"]],
  [{ infobip: infobip({ smsSender: null }), smtp: null }, ["whatsapp"]],
  [{ infobip: infobip({ whatsAppSender: null }), smtp: null }, ["sms"]],
  [{ infobip: null, smtp: smtp(25) }, ["email"]],
];

for (const [config, kinds] of LISTS) {
  Deno.test(`what is configured is there, and nothing else: ${kinds.join(", ") || "none"}`, () => {
    const channels = createChannels(config, deps);
    assert.deepEqual([...channels.keys()], kinds);
    for (const [kind, channel] of channels) {
      assert.equal(channel.kind, kind);
      channel.close();
    }
  });
}

Deno.test("both Infobip channels ask for reports at our address, with the token in its path", async () => {
  await using fake = await FakeInfobip.start();
  const config = { infobip: infobip({ baseUrl: fake.baseUrl }), smtp: null };
  for (const channel of createChannels(config, deps).values()) {
    assert.equal((await channel.send(pageMessage(), signal)).outcome, "sent");
  }
  const url =
    "https://pager.example.com/api/v1/notifications/infobip/receipts/to%2Fken";
  assert.deepEqual(fake.requests.map((each) => each.reportTo), [url, url]);
});

Deno.test("a provider that hangs holds up no other channel, and is left alone in the end", async () => {
  await using fake = await FakeInfobip.start();
  await using mail = await FakeSmtp.start();
  fake.answerAlways("hang");
  const heard: string[] = [];
  const channels = createChannels({
    infobip: infobip({ baseUrl: fake.baseUrl }),
    smtp: smtp(mail.port),
  }, {
    ...deps,
    limits: { maxInFlight: 3, failuresToOpen: 3 },
    onStateChange: (channel, health) =>
      heard.push(`${channel.kind} ${health.state}`),
  });
  const sms = channels.get("sms");
  const email = channels.get("email");
  assert.ok(sms && email);
  const hanging = [1, 2, 3].map(() => sms.send(pageMessage(), signal));
  const message = pageMessage({ address: "maya@example.com" });
  assert.equal((await email.send(message, signal)).outcome, "sent");
  assert.equal(sms.health().inFlight, 3);
  await fake.close();
  for (const result of await Promise.all(hanging)) {
    assert.equal(result.outcome, "retry");
  }
  assert.deepEqual(heard, ["sms open"]);
  assert.equal(email.health().state, "closed");
  email.close();
});

Deno.test("all channels of a provider together have as many messages on their way as it may have", async () => {
  await using fake = await FakeInfobip.start();
  fake.answerAlways("hang");
  const channels = createChannels(
    { infobip: infobip({ baseUrl: fake.baseUrl }), smtp: null },
    { ...deps, limits: { maxInFlight: 3, maxWaitMs: 20 } },
  );
  const sms = channels.get("sms");
  const whatsApp = channels.get("whatsapp");
  assert.ok(sms && whatsApp);
  const hanging = [sms, sms, whatsApp].map((channel) =>
    channel.send(pageMessage(), signal)
  );
  await fake.waitFor(() => fake.requests.length === 3);
  assert.deepEqual(
    await whatsApp.send(pageMessage(), signal),
    retry("Too many messages to Infobip at once."),
  );
  assert.equal(sms.health().inFlight, 2);
  assert.equal(whatsApp.health().inFlight, 1);
  await fake.close();
  await Promise.all(hanging);
  assert.equal(fake.requests.length, 3);
});

Deno.test("a host that cannot be reached is left alone by every channel, and tried by one of them", async () => {
  let nowMs = 0;
  await using fake = await FakeInfobip.start();
  const config = { infobip: infobip({ baseUrl: fake.baseUrl }), smtp: null };
  let isUp = false;
  const heard: string[] = [];
  const channels = createChannels(config, {
    fetch: (...asked) =>
      isUp
        ? fetch(...asked)
        : Promise.reject(new TypeError("client error (Connect): refused")),
    clock: () => nowMs,
    limits: { failuresToOpen: 3, openMs: 15_000 },
    onStateChange: ({ kind }, { state }) => heard.push(`${kind} ${state}`),
  });
  const sms = channels.get("sms");
  const whatsApp = channels.get("whatsapp");
  assert.ok(sms && whatsApp);
  await sms.send(pageMessage(), signal);
  await whatsApp.send(pageMessage(), signal);
  await sms.send(pageMessage(), signal);
  assert.deepEqual(heard.toSorted(), ["sms open", "whatsapp open"]);
  assert.match(whatsApp.health().lastError?.words ?? "", /refused/);
  const refused = await whatsApp.send(pageMessage(), signal);
  assert.ok(refused.outcome === "retry" && refused.untried);
  nowMs += 15_000;
  isUp = true;
  assert.equal((await whatsApp.send(pageMessage(), signal)).outcome, "sent");
  assert.equal(sms.health().state, "closed");
  assert.equal((await sms.send(pageMessage(), signal)).outcome, "sent");
});

Deno.test("a channel that fails at its provider is left alone, and the other one is not", async () => {
  await using fake = await FakeInfobip.start();
  fake.answerAlways({ status: 500 });
  const channels = createChannels(
    { infobip: infobip({ baseUrl: fake.baseUrl }), smtp: null },
    { ...deps, limits: { failuresToOpen: 2 } },
  );
  const sms = channels.get("sms");
  const whatsApp = channels.get("whatsapp");
  assert.ok(sms && whatsApp);
  await sms.send(pageMessage(), signal);
  await sms.send(pageMessage(), signal);
  assert.equal(sms.health().state, "open");
  fake.answerAlways("accept");
  assert.equal((await whatsApp.send(pageMessage(), signal)).outcome, "sent");
});
