import assert from "node:assert/strict";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

/** Opens the circuit of SMS with pages to somebody else, who acknowledges them all. */
async function breakSms(world: World): Promise<void> {
  const sam = await world.responder("sam", ["sms"]);
  const { key } = await world.team("Others", {
    steps: () => [{ minutes: 60, targets: [sam] }],
  });
  world.infobip.answerAlways({ status: 500 });
  for (let n = 0; n < 5; n++) {
    await world.alert({ external_id: `others ${n}` }, { key });
    await world.act("sam", "acknowledge");
  }
}

/** Maya by SMS, and by e-mail only after ten minutes. */
async function smsThenEmail(world: World): Promise<string> {
  const maya = await world.responder("maya", ["sms", "email"]);
  const [sms, email] = await world.store.responders.contactMethods(maya.id);
  assert.ok(sms && email);
  await world.store.responders.setContactRules(maya.id, [
    { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    { urgency: "high", contactMethodId: email.id, delayMinutes: 10 },
  ]);
  const { key } = await world.team("Platform", {
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
  return key;
}

flow(
  "while a provider is left alone a person is paged by their next contact method at once, and once",
  async (world) => {
    await breakSms(world);
    const key = await smsThenEmail(world);
    await world.alert({}, { key });
    world.expectPage("maya", "email");
    await world.advance("14s");
    world.expectNoPage();
    world.infobip.answerAlways("accept");
    await world.advance("1s");
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
  },
);

flow(
  "a contact method that no rule names is used too while the provider of the others is left alone",
  async (world) => {
    await breakSms(world);
    const maya = await world.responder("maya", ["sms", "email"]);
    const [sms] = await world.store.responders.contactMethods(maya.id);
    assert.ok(sms);
    await world.store.responders.setContactRules(maya.id, [
      { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
      { urgency: "high", contactMethodId: sms.id, delayMinutes: 5 },
    ]);
    const { key } = await world.team("Platform", {
      steps: () => [{ minutes: 60, targets: [maya] }],
    });
    await world.alert({}, { key });
    world.expectPage("maya", "email");
    await world.act("maya", "acknowledge");
  },
);

flow(
  "when every provider of a person is left alone, their pages wait and do not chase each other",
  async (world) => {
    await breakSms(world);
    const key = await smsThenEmail(world);
    world.smtp.answerAlways({ at: "rcpt", code: 451, text: "4.3.0 try later" });
    await world.alert({}, { key });
    world.expectNoPage();
    const rows = await world.notifications();
    assert.deepEqual(rows.map(({ state }) => state), ["queued", "queued"]);
    await world.act("maya", "acknowledge");
  },
);

flow(
  "pages wait for one that tries the provider, and none of them is an attempt or a line in the story again",
  async (world) => {
    await breakSms(world);
    const idris = await world.responder("idris", ["sms"]);
    const { key } = await world.team("Platform", {
      steps: () => [{ minutes: 60, targets: [idris] }],
    });
    await world.alert({}, { key });
    const [waiting] = await world.notifications();
    assert.equal(waiting?.state, "queued");
    assert.equal(waiting.attempt, 0);
    assert.equal(waiting.dueAtMs, world.nowMs + 15_000);
    assert.match(waiting.error ?? "", /left alone/);
    // It is claimed once more before the pause is over.
    world.nowMs += 5_000;
    const early = { ...waiting, dueAtMs: world.nowMs };
    await world.store.notifications.save(early, waiting);
    await world.settled();
    const told = await world.timeline();
    assert.equal(told.filter((kind) => kind === "page_retry").length, 1);
    world.infobip.answerAlways("accept");
    await world.advance("10s");
    world.expectPage("idris", "sms");
    await world.act("idris", "acknowledge");
  },
);

flow(
  "no provider is sent more at once than allowed, and one that hangs takes no place of another",
  async (world) => {
    const people = await Promise.all(
      Array.from(
        { length: 5 },
        (_, n) => world.responder(`person${n}`, ["sms", "whatsapp", "email"]),
      ),
    );
    const { key } = await world.team("Everybody", {
      steps: () => [{ minutes: 60, targets: people }],
    });
    world.infobip.answerAlways("hang");
    await world.request("/api/v1/alerts", {
      method: "POST",
      headers: { "x-api-key": key },
      body: JSON.stringify({ title: "Down", external_id: "down" }),
    });
    const delivering = world.pagerpal.deliverer
      .deliver({ firstAttemptsOnly: false });
    const { smtp, infobip } = world;
    await infobip.waitFor(() => infobip.requests.length >= 2);
    await smtp.waitFor(() => smtp.mails.length >= 5);
    for (let n = 0; n < 5; n++) world.expectPage(`person${n}`, "email");
    assert.equal(infobip.requests.length, 2);
    await infobip.close();
    await delivering;
    await world.act("person0", "acknowledge");
  },
  { env: { NOTIFICATION_CONCURRENCY: "2" } },
);
