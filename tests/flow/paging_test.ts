import assert from "node:assert/strict";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

/** Maya is on call, then Idris; Ana is the team's third member. */
async function payments(world: World, policy = {}) {
  const idris = await world.responder("idris", ["email"]);
  await world.responder("maya", ["sms"]);
  const ana = await world.responder("ana", ["sms"]);
  const team = await world.team("Payments", {
    steps: async (id) => [
      { minutes: 5, targets: [await world.schedule(id, ["maya"])] },
      { minutes: 10, targets: [idris] },
    ],
    ...policy,
  });
  await world.store.teams.setMembers(team.teamId, [ana.id]);
  return team;
}

flow(
  "an alert pages who is on call, escalates, stops at the acknowledgement, and recovers",
  async (world) => {
    await payments(world);
    const opened = await world.alert();
    assert.equal(opened.status, 201);
    assert.equal(opened.body.status, "triggered");
    const page = world.expectPage("maya", "sms");
    assert.match(page.text, /Checkout API/);
    await world.advance("4m");
    world.expectNoPage();
    await world.advance("1m");
    world.expectPage("idris", "email");
    await world.act("idris", "acknowledge");
    await world.advance("2h");
    world.expectNoPage();
    const recovered = await world.alert({ status: "resolved" });
    assert.equal(recovered.body.status, "resolved");
    assert.deepEqual(await world.timeline(), [
      "opened",
      "step_paged",
      "page_sent",
      "step_paged",
      "page_sent",
      "acknowledged",
      "recovered",
    ]);
  },
);

flow(
  "an alert that fires again is counted and pages nobody twice",
  async (world) => {
    await payments(world);
    await world.alert();
    world.expectPage("maya", "sms");
    const again = await world.alert();
    assert.equal(again.status, 200);
    assert.equal(again.body.alert_count, 2);
    world.expectNoPage();
  },
);

flow(
  "nobody answers: after the last repeat the team is paged and the incident says so",
  async (world) => {
    await payments(world, { repeatCount: 1 });
    await world.alert();
    for (let round = 0; round < 2; round++) {
      world.expectPage("maya", "sms");
      await world.advance("5m");
      world.expectPage("idris", "email");
      await world.advance("10m");
    }
    world.expectPage("ana", "sms");
    const incident = await world.incident();
    assert.equal(incident.status, "triggered");
    assert.equal(incident.exhaustedAtMs, world.nowMs);
    await world.advance("24h");
    world.expectNoPage();
  },
);

flow(
  "an edited policy does not reroute an incident that is escalating",
  async (world) => {
    const { source } = await payments(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.store.policies.update(source.escalationPolicyId, {
      steps: [{
        ...PLAIN_STEP,
        delayMinutes: 1,
        targets: [{ kind: "responder", id: world.id("ana") }],
      }],
    }, world.nowMs);
    await world.advance("5m");
    world.expectPage("idris", "email");
  },
);

flow(
  "a resolve before the first retry is over sends nothing more",
  async (world) => {
    await payments(world);
    world.infobip.answerNext({ status: 500 });
    await world.alert();
    await world.act("idris", "resolve");
    await world.advance("1h");
    const [notification] = await world.notifications();
    assert.equal(notification?.state, "cancelled");
  },
);

flow("a step with nobody on call is skipped at once", async (world) => {
  await payments(world);
  await world.advance("24h");
  await world.alert();
  world.expectPage("idris", "email");
  assert.deepEqual((await world.timeline()).slice(0, 3), [
    "opened",
    "step_skipped",
    "step_paged",
  ]);
});

flow("a reopened incident is paged from the first step", async (world) => {
  await payments(world);
  await world.alert();
  world.expectPage("maya", "sms");
  await world.act("maya", "resolve");
  await world.act("maya", "reopen");
  world.expectPage("maya", "sms");
  assert.equal((await world.incident()).nextStep, 1);
});

flow("escalating by hand pages the next step now", async (world) => {
  await payments(world);
  await world.alert();
  world.expectPage("maya", "sms");
  await world.act("maya", "escalate");
  world.expectPage("idris", "email");
});

flow(
  "an acknowledged incident that is forgotten pages again",
  async (world) => {
    await payments(world, { acknowledgementTimeoutMinutes: 30 });
    await world.alert();
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
    await world.advance("29m");
    world.expectNoPage();
    await world.advance("1m");
    world.expectPage("maya", "sms");
    assert.equal((await world.incident()).status, "triggered");
  },
);

flow(
  "an alert that becomes urgent pages again by the rules for urgent pages",
  async (world) => {
    await payments(world);
    const maya = world.id("maya");
    const [sms] = await world.store.responders.contactMethods(maya);
    assert.ok(sms);
    await world.store.responders.setContactRules(maya, [
      { urgency: "low", contactMethodId: sms.id, delayMinutes: 3 },
      { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    ]);
    await world.alert({ severity: "warning" });
    world.expectNoPage();
    await world.alert({ severity: "critical" });
    world.expectPage("maya", "sms");
    await world.advance("4m");
    world.expectNoPage();
  },
);

flow(
  "those who were paged and asked to be told hear that it is over, but not who ended it",
  async (world) => {
    const maya = await world.responder("maya", ["sms"], {
      notifyOnResolve: true,
    });
    const idris = await world.responder("idris", ["email"], {
      notifyOnResolve: true,
    });
    await world.team("Payments", {
      steps: () => [{ minutes: 5, targets: [maya, idris] }],
    });
    await world.alert();
    world.expectPage("maya", "sms");
    world.expectPage("idris", "email");
    await world.act("maya", "resolve");
    assert.match(world.expectPage("idris", "email").text, /resolved/i);
  },
);

flow(
  "a test alert opens a marked incident that pages nobody and closes by itself",
  async (world) => {
    await payments(world);
    await world.alert({ test: true });
    assert.equal((await world.incident()).isTest, true);
    await world.advance("10m");
    assert.equal((await world.incident()).resolvedBy, "age");
  },
);

flow(
  "a source that never says it is over closes its incidents by age",
  async (world) => {
    await payments(world, { settings: { autoResolveAfterMinutes: 30 } });
    await world.alert();
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
    await world.advance("20m");
    await world.alert();
    await world.advance("29m");
    assert.equal((await world.incident()).status, "acknowledged");
    await world.advance("1m");
    assert.equal((await world.incident()).resolvedBy, "age");
  },
);

flow(
  "while sending is switched off pages are recorded as suppressed, and stay so",
  async (world) => {
    await payments(world);
    await world.alert();
    await world.advance("1h");
    const states = (await world.notifications()).map((one) => one.state);
    assert.deepEqual([...new Set(states)], ["suppressed"]);
  },
  { env: { NOTIFICATION_SENDING_ENABLED: "false" } },
);

flow(
  "one webhook with many alerts is one transaction, each alert its own incident",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    await world.team("Platform", {
      kind: "alertmanager",
      steps: () => [{ minutes: 5, targets: [maya] }],
    });
    const alerts = ["a", "b", "c"].map((name) => ({
      status: "firing",
      labels: { alertname: `Disk ${name}`, severity: "critical" },
      annotations: {},
      startsAt: "2026-03-02T02:00:00Z",
      endsAt: "0001-01-01T00:00:00Z",
      fingerprint: `000000000000000${name}`,
    }));
    const answer = await world.post("/api/v1/webhooks/alertmanager", {
      version: "4",
      alerts,
    });
    assert.equal(answer.status, 202);
    assert.equal(answer.body.opened, 3);
    for (let page = 0; page < 3; page++) world.expectPage("maya", "sms");
  },
);

flow(
  "reassigning pages the new responder at once; if they do not answer the policy goes on",
  async (world) => {
    await payments(world);
    await world.alert();
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge");
    await world.advance("1h");
    await world.reassign("maya", "ana");
    world.expectPage("ana", "sms");
    assert.equal((await world.incident()).status, "triggered");
    await world.advance("4m");
    world.expectNoPage();
    await world.advance("1m");
    world.expectPage("idris", "email");
  },
);

flow("nobody is made responsible who could never hear of it", async (world) => {
  await payments(world);
  await world.responder("jonas", []);
  await world.alert();
  world.expectPage("maya", "sms");
  await assert.rejects(
    () => world.reassign("maya", "jonas"),
    /no contact method/,
  );
});

flow(
  "a reopened incident of a source that never says it is over closes by its age again",
  async (world) => {
    await payments(world, { settings: { autoResolveAfterMinutes: 4 } });
    await world.alert();
    world.expectPage("maya", "sms");
    await world.act("maya", "resolve");
    await world.act("maya", "reopen");
    world.expectPage("maya", "sms");
    await world.advance("4m");
    assert.equal((await world.incident()).resolvedBy, "age");
  },
);
