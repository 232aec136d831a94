import assert from "node:assert/strict";
import { audit } from "../../src/app/incidents/audit.ts";
import type { NotificationRepository } from "../../src/ports/notification_repository.ts";
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

/** A page is on its way when Maya acknowledges, and fails then; its next attempt would be due in two minutes. */
async function failAfterAcknowledgement(world: World): Promise<void> {
  world.infobip.answerNext({ status: 500 });
  await world.alert();
  const [queued] = await world.notifications();
  assert.ok(queued);
  world.nowMs = queued.dueAtMs;
  await dieWhileSending(world);
  await world.act("maya", "acknowledge");
  const [sending] = await world.notifications();
  assert.ok(sending?.state === "sending");
  const settled = await world.store.notifications.settle({
    ...sending,
    state: "queued",
    leaseOwner: null,
    leaseUntilMs: null,
    dueAtMs: world.nowMs + 120_000,
  }, { owner: "node-that-died", attempt: sending.attempt });
  assert.ok(settled);
}

/**
 * Does this once, right after a process has claimed something, in the transaction that queued it or afterwards, and has
 * committed that: as when it stands still there.
 */
function afterClaim(world: World, happens: () => Promise<void>): void {
  const { store } = world;
  const { transaction } = store;
  let stoodStill = false;
  const standStill = async () => {
    if (stoodStill) return;
    stoodStill = true;
    await happens();
  };
  watchClaims(store.notifications, standStill);
  store.transaction = async (work) => {
    let claimed = false;
    const done = await transaction((tx) => {
      watchClaims(tx.notifications, () => {
        claimed = true;
        return Promise.resolve();
      });
      return work(tx);
    });
    if (claimed) await standStill();
    return done;
  };
}

function watchClaims(
  notifications: NotificationRepository,
  seen: () => Promise<void>,
): void {
  const claim = notifications.claim.bind(notifications);
  notifications.claim = async (wanted) => {
    const claimed = await claim(wanted);
    if (claimed.length > 0) await seen();
    return claimed;
  };
  const insertClaimed = notifications.insertClaimed.bind(notifications);
  notifications.insertClaimed = async (pages, claims) => {
    const claimed = await insertClaimed(pages, claims);
    if (claimed.length > 0) await seen();
    return claimed;
  };
}

flow(
  "a page whose process died while sending goes out after its lease, and the row says that it may be the second",
  async (world) => {
    await onePerson(world);
    world.infobip.answerNext({ status: 503 });
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
  "a page that fails after its incident was acknowledged is not tried again, and the audit closes it",
  async (world) => {
    await onePerson(world);
    await failAfterAcknowledgement(world);
    await world.advance("10m");
    world.expectNoPage();
    await audit(world.pagerpal.engine);
    const [row] = await world.notifications();
    assert.equal(row?.state, "cancelled");
  },
);

flow(
  "a page from before the acknowledgement is not sent beside those from after its time-out",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    await world.team("Payments", {
      steps: () => [{ minutes: 60, targets: [maya] }],
      acknowledgementTimeoutMinutes: 1,
    });
    await failAfterAcknowledgement(world);
    await world.advance("10m");
    world.expectPage("maya", "sms");
    world.expectNoPage();
  },
);

flow(
  "a process that stood still after its claim leaves the page to whoever claims it next",
  async (world) => {
    await onePerson(world);
    afterClaim(world, () => {
      world.nowMs += 30_000;
      return Promise.resolve();
    });
    await world.alert();
    world.expectPage("maya", "sms");
    const [row] = await world.notifications();
    assert.equal(row?.attempt, 2);
  },
);

flow(
  "a process that stood still while its page was acknowledged does not send it",
  async (world) => {
    await onePerson(world);
    afterClaim(world, async () => {
      world.nowMs += 30_000;
      const { id } = await world.incident();
      await world.store.transaction(async (tx) => {
        const incident = await tx.incidents.lock(id);
        assert.ok(incident);
        await tx.incidents.save({ ...incident, status: "acknowledged" });
      });
    });
    await world.alert();
    world.expectNoPage();
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
