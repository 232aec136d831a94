import assert from "node:assert/strict";
import { audit } from "../../src/app/audit.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

async function onePerson(world: World) {
  const maya = await world.responder("maya", ["sms"]);
  await world.team("Payments", {
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
}

/** Claims what is due as another process would, and then does nothing: it has died. */
async function dieWhileSending(world: World): Promise<void> {
  await world.store.notifications.claim({
    channel: "sms",
    owner: "node-that-died",
    nowMs: world.nowMs,
    leaseUntilMs: world.nowMs + 20_000,
    limit: 10,
    firstAttemptsOnly: false,
    bundlingMs: 0,
  });
}

flow(
  "a page whose process died while sending goes out after its lease, and the row says that it may be the second",
  async (world) => {
    await onePerson(world);
    world.infobip.answerNext({ status: 500 });
    await world.alert();
    await world.advance("1s");
    const [queued] = await world.notifications();
    assert.ok(queued?.state === "queued");
    world.nowMs = queued.dueAtMs;
    await dieWhileSending(world);
    await world.advance("19s");
    world.expectNoPage();
    await world.advance("1s");
    world.expectPage("maya", "sms");
    const [sent] = await world.notifications();
    assert.equal(sent?.state, "sent");
    assert.equal(sent.maybeSentTwice, true);
    assert.ok((await world.timeline()).includes("page_repeated_after_crash"));
    await world.act("maya", "acknowledge");
  },
);

flow(
  "a page that was never begun before the crash goes out unmarked",
  async (world) => {
    await onePerson(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const [sent] = await world.notifications();
    assert.equal(sent?.maybeSentTwice, false);
    assert.equal(sent.attempt, 1);
  },
);

flow(
  "a page that was being sent when the incident was acknowledged is not begun again",
  async (world) => {
    await onePerson(world);
    world.infobip.answerNext({ status: 500 });
    await world.alert();
    const [queued] = await world.notifications();
    assert.ok(queued);
    world.nowMs = queued.dueAtMs;
    await dieWhileSending(world);
    await world.act("maya", "acknowledge");
    await world.advance("1h");
    world.expectNoPage();
    await audit(world.pagerpal.engine);
    const [row] = await world.notifications();
    assert.equal(row?.state, "cancelled");
  },
);

flow(
  "the self-audit arms an incident again that nothing was going to happen to",
  async (world) => {
    await onePerson(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.store.transaction(async (tx) => {
      const incident = await tx.incidents.lock((await world.incident()).id);
      assert.ok(incident);
      await tx.incidents.save({ ...incident, nextActionAtMs: null });
    });
    await world.advance("3h");
    world.expectNoPage();
    const { rearmed } = await audit(world.pagerpal.engine);
    assert.equal(rearmed, 1);
    await world.advance("1s");
    const incident = await world.incident();
    assert.notEqual(incident.exhaustedAtMs, null);
    assert.ok((await world.timeline()).includes("rearmed_by_audit"));
  },
);
