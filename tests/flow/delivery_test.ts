import assert from "node:assert/strict";
import { writeSettlement } from "../../src/app/delivery/settle_notification.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const DELIVERED = { groupId: 3, id: 5, name: "DELIVERED_TO_HANDSET" };
const UNDELIVERABLE = {
  groupId: 2,
  id: 9,
  name: "UNDELIVERABLE_NOT_DELIVERED",
};

/** Maya by SMS, then by e-mail after ten minutes; Idris is the next step. */
async function platform(world: World) {
  const maya = await world.responder("maya", ["sms", "email"]);
  const idris = await world.responder("idris", ["sms"]);
  const [sms, email] = await world.store.responders.contactMethods(maya.id);
  assert.ok(sms && email);
  await world.store.responders.setContactRules(maya.id, [
    { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    { urgency: "high", contactMethodId: email.id, delayMinutes: 10 },
  ]);
  await world.team("Platform", {
    steps: () => [
      { minutes: 30, targets: [maya] },
      { minutes: 30, targets: [idris] },
    ],
  });
}

flow(
  "a page that the provider rejects for good falls back to the next contact method at once",
  async (world) => {
    await platform(world);
    world.infobip.answerNext({ rejected: 52 });
    await world.alert();
    world.expectPage("maya", "email");
    const [first] = await world.notifications();
    assert.equal(first?.state, "failed");
  },
);

flow(
  "when no contact method is left the next step is paged at once",
  async (world) => {
    await platform(world);
    world.infobip.answerNext({ rejected: 52 });
    world.smtp.answerNext({
      at: "rcpt",
      code: 550,
      text: "5.1.1 no such user",
    });
    await world.alert();
    world.expectPage("idris", "sms");
    assert.ok((await world.timeline()).includes("moved_to_next_step"));
  },
);

for (
  const [words, answer] of [
    ["an error of the provider", { status: 500 }],
    ["a page of HTML", { status: 200, body: "<html>Bad gateway</html>" }],
    ["XML", { status: 503, body: "<error/>" }],
    ["a connection that is cut", "reset"],
  ] as const
) {
  flow(
    `after ${words} the page is tried again with the same id`,
    async (world) => {
      await platform(world);
      world.infobip.answerNext(answer);
      await world.alert();
      world.expectNoPage();
      await world.advance("1m");
      world.expectPage("maya", "sms");
      const ids = world.infobip.requests.map((request) => request.messageId);
      assert.equal(new Set(ids).size, 1);
      assert.equal(ids.length, 2);
      await world.act("maya", "acknowledge");
    },
  );
}

flow(
  "a yes whose answer was lost is not sent twice: the provider knows the id",
  async (world) => {
    await platform(world);
    world.infobip.answerNext("accept_then_reset");
    await world.alert();
    world.expectPage("maya", "sms");
    await world.advance("1m");
    world.expectNoPage();
    const [page] = await world.notifications();
    assert.equal(page?.state, "sent");
    assert.equal(page.maybeSentTwice, true);
    const told = await world.timeline();
    assert.ok(told.includes("page_repeated_after_lost_answer"));
    await world.act("maya", "acknowledge");
  },
);

flow(
  "a page that the provider refused once and took then is not said to have arrived twice",
  async (world) => {
    await platform(world);
    world.infobip.answerNext({ status: 503 });
    await world.alert();
    await world.advance("1m");
    world.expectPage("maya", "sms");
    const [page] = await world.notifications();
    assert.deepEqual(
      [page?.state, page?.attempt, page?.maybeSentTwice],
      ["sent", 2, false],
    );
    await world.act("maya", "acknowledge");
  },
);

flow(
  "a report on a page whose answer was lost settles it: it is not sent again",
  async (world) => {
    await platform(world);
    world.infobip.answerNext("accept_then_reset");
    await world.alert();
    world.expectPage("maya", "sms");
    const [queued] = await world.notifications();
    assert.deepEqual([queued?.state, queued?.outcomeUnknown], ["queued", true]);
    await world.receipt(queued?.idempotencyKey ?? "", DELIVERED);
    await world.advance("1m");
    const [page] = await world.notifications();
    assert.deepEqual(
      [page?.state, page?.maybeSentTwice, page?.outcomeUnknown],
      ["delivered", false, false],
    );
    assert.equal(world.infobip.requests.length, 1);
    await world.act("maya", "acknowledge");
  },
);

flow("a busy provider is left alone for as long as it asks", async (world) => {
  await platform(world);
  world.infobip.answerNext({ status: 429, headers: { "retry-after": "120" } });
  await world.alert();
  await world.advance("119s");
  world.expectNoPage();
  await world.advance("1s");
  world.expectPage("maya", "sms");
  await world.act("maya", "acknowledge");
});

flow(
  "refused credentials are no reason to wait: the next contact method is used",
  async (world) => {
    await platform(world);
    world.infobip.answerNext({ status: 401 });
    await world.alert();
    world.expectPage("maya", "email");
  },
);

flow(
  "a provider that never recovers gives up within 15 minutes and moves on",
  async (world) => {
    await platform(world);
    world.infobip.answerAlways({ status: 500 });
    await world.alert();
    await world.advance("15m");
    world.expectPage("maya", "email");
    const [sms] = await world.notifications();
    assert.equal(sms?.state, "failed");
    assert.ok(sms.attempt <= 6);
    await world.act("maya", "acknowledge");
  },
);

flow("a receipt says delivered, once and for all", async (world) => {
  await platform(world);
  await world.alert();
  world.expectPage("maya", "sms");
  const [page] = await world.notifications();
  assert.ok(page);
  const first = await world.receipt(page.idempotencyKey, DELIVERED);
  assert.equal(first.status, 200);
  await world.receipt(page.idempotencyKey, UNDELIVERABLE);
  const [after] = await world.notifications();
  assert.equal(after?.state, "delivered");
  await world.act("maya", "acknowledge");
});

flow(
  "an undeliverable receipt moves on to the next contact method at once",
  async (world) => {
    await platform(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const [page] = await world.notifications();
    assert.ok(page);
    await world.receipt(page.idempotencyKey, UNDELIVERABLE);
    world.expectPage("maya", "email");
  },
);

flow(
  "a receipt for a message that is not ours is taken and counted",
  async (world) => {
    await platform(world);
    const answer = await world.receipt("nobody-knows-me", DELIVERED);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.unknown, 1);
  },
);

flow(
  "two responders of a step: the step goes on only when neither can be reached",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    const jonas = await world.responder("jonas", ["email"]);
    const idris = await world.responder("idris", ["sms"]);
    await world.team("Payments", {
      steps: () => [
        { minutes: 5, targets: [maya, jonas] },
        { minutes: 5, targets: [idris] },
      ],
    });
    world.infobip.answerNext({ rejected: 52 });
    await world.alert();
    world.expectPage("jonas", "email");
    world.expectNoPage();
    await world.advance("5m");
    world.expectPage("idris", "sms");
  },
);

flow(
  "a contact method that no rule names is used when those of the rules have failed",
  async (world) => {
    const maya = await world.responder("maya", ["sms", "email"]);
    const [sms] = await world.store.responders.contactMethods(maya.id);
    assert.ok(sms);
    await world.store.responders.setContactRules(maya.id, [
      { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    ]);
    await world.team("Platform", {
      steps: () => [{ minutes: 30, targets: [maya] }],
    });
    world.infobip.answerNext({ rejected: 52 });
    await world.alert();
    world.expectPage("maya", "email");
  },
);

flow(
  "a result that comes when its lease is over changes nothing",
  async (world) => {
    await platform(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const [sent] = await world.notifications();
    assert.ok(sent);
    const before = await world.timeline();
    const { engine } = world.pagerpal;
    const late = { ...sent, state: "failed", error: "too late" } as const;
    const written = await engine.store.transaction((tx) =>
      writeSettlement(
        { engine, tx, nowMs: world.nowMs },
        { notification: late, isNews: true, moveOn: true, repeats: null },
        () =>
          tx.notifications.settle(late, { owner: "node-of-old", attempt: 1 }),
      )
    );
    assert.equal(written, false);
    assert.deepEqual(await world.timeline(), before);
    world.expectNoPage();
    await world.act("maya", "acknowledge");
  },
);

/** Maya's telephone rings at once and after one and two minutes; Idris is the next step after ten. */
async function ringing(world: World) {
  const maya = await world.responder("maya", ["sms"]);
  const idris = await world.responder("idris", ["sms"]);
  const [sms] = await world.store.responders.contactMethods(maya.id);
  assert.ok(sms);
  await world.store.responders.setContactRules(
    maya.id,
    [0, 1, 2].map((delayMinutes) => ({
      urgency: "high",
      contactMethodId: sms.id,
      delayMinutes,
    })),
  );
  await world.team("Platform", {
    steps: () => [
      { minutes: 10, targets: [maya] },
      { minutes: 10, targets: [idris] },
    ],
  });
}

flow(
  "a contact method rings again at its times, until somebody acknowledges",
  async (world) => {
    await ringing(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.advance("59s");
    world.expectNoPage();
    await world.advance("1s");
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
    await world.advance("30m");
    world.expectNoPage();
    const states = (await world.notifications()).map(({ state }) => state);
    assert.deepEqual(states, ["sent", "sent", "cancelled"]);
  },
);

flow(
  "nobody waits for a dead telephone to ring again: the next step is paged at once, and once",
  async (world) => {
    await ringing(world);
    world.infobip.answerNext({ rejected: 52 });
    await world.alert();
    world.expectPage("idris", "sms");
    // It does ring again, in case it was only out of reach, and its failures hurry nobody on.
    world.infobip.answerNext({ rejected: 52 });
    await world.advance("1m");
    world.expectNoPage();
    await world.advance("1m");
    world.expectPage("maya", "sms");
    const moved = (await world.timeline())
      .filter((kind) => kind === "moved_to_next_step");
    assert.equal(moved.length, 1);
    await world.act("idris", "acknowledge");
  },
);

flow(
  "a telephone that rings again fails over to the mail, not to its own next ring",
  async (world) => {
    const maya = await world.responder("maya", ["sms", "email"]);
    const [sms, email] = await world.store.responders.contactMethods(maya.id);
    assert.ok(sms && email);
    const rule = { urgency: "high" as const, contactMethodId: sms.id };
    await world.store.responders.setContactRules(maya.id, [
      { ...rule, delayMinutes: 0 },
      { ...rule, delayMinutes: 5 },
      { ...rule, contactMethodId: email.id, delayMinutes: 9 },
    ]);
    await world.team("Platform", {
      steps: () => [{ minutes: 30, targets: [maya] }],
    });
    world.infobip.answerNext({ rejected: 52 });
    await world.alert();
    world.expectPage("maya", "email");
    await world.advance("5m");
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
  },
);

flow(
  "an address that nobody has verified is paged all the same",
  async (world) => {
    await platform(world);
    const [sms] = await world.store.responders.contactMethods(world.id("maya"));
    assert.equal(sms?.verifiedAtMs, null);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
  },
);
