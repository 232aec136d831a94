import assert from "node:assert/strict";
import { flow } from "./flow.ts";
import type { Answer, World } from "./world.ts";

const STARTED = "2026-03-02T02:10:00Z";

/** Maya is paged by SMS for alerts of an Alertmanager. */
async function platform(world: World): Promise<void> {
  const maya = await world.responder("maya", ["sms"]);
  await world.team("Platform", {
    kind: "alertmanager",
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
}

function post(
  world: World,
  status: "firing" | "resolved",
  startsAt = STARTED,
): Promise<Answer> {
  const alert = {
    status,
    labels: { alertname: "DiskFull", severity: "critical" },
    annotations: { summary: "Disk full on db-1" },
    startsAt,
    endsAt: status === "firing"
      ? "0001-01-01T00:00:00Z"
      : "2026-03-02T02:13:00Z",
    fingerprint: "00000000000000aa",
  };
  const body = { version: "4", status, alerts: [alert] };
  return world.post("/api/v1/webhooks/alertmanager", body);
}

flow(
  "a replica's late firing after the recovery is noted and pages nobody",
  async (world) => {
    await platform(world);
    await post(world, "firing");
    world.expectPage("maya", "sms");
    await post(world, "resolved");
    const late = await post(world, "firing");
    assert.equal(late.body.noted, 1);
    assert.equal((await world.incident()).status, "resolved");
  },
);

flow(
  "a recovery that overtakes its firing keeps it from opening",
  async (world) => {
    await platform(world);
    await post(world, "resolved");
    const late = await post(world, "firing");
    assert.equal(late.body.opened, 0);
    assert.equal(await world.store.incidents.countOpen(), 0);
  },
);

flow("a new episode after a recovery is a new incident", async (world) => {
  await platform(world);
  await post(world, "firing");
  const first = world.expectPage("maya", "sms");
  await post(world, "resolved");
  await post(world, "firing", "2026-03-02T02:20:00Z");
  const second = world.expectPage("maya", "sms");
  assert.notEqual(first.text, second.text);
});

flow(
  "an alert that keeps firing after a person resolved it comes back once, after the cool-down",
  async (world) => {
    await platform(world);
    await post(world, "firing");
    world.expectPage("maya", "sms");
    await world.act("maya", "resolve");
    await world.advance("9m");
    await post(world, "firing");
    await post(world, "firing");
    world.expectNoPage();
    const kinds = await world.timeline();
    assert.equal(kinds.filter((kind) => kind === "refire_noted").length, 1);
    await world.advance("1m");
    const back = await post(world, "firing");
    assert.equal(back.body.reopened ?? back.body.opened, 1);
    world.expectPage("maya", "sms");
    assert.equal((await world.incident()).alertCount, 2);
    await world.act("maya", "resolve");
    await world.advance("24h");
    await post(world, "firing");
    world.expectNoPage();
  },
);

flow(
  "the same webhook again, as replicas and retries send it, changes only the count",
  async (world) => {
    await platform(world);
    for (let replica = 0; replica < 3; replica++) await post(world, "firing");
    world.expectPage("maya", "sms");
    assert.equal((await world.incident()).alertCount, 3);
  },
);

flow(
  "ten replicas at the same moment open one incident and send one page",
  async (world) => {
    await platform(world);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(world, "firing")),
    );
    assert.deepEqual([...new Set(answers.map((one) => one.status))], [202]);
    world.expectPage("maya", "sms");
    assert.equal((await world.incident()).alertCount, 10);
  },
);

flow("an SNS message that is delivered twice is taken once", async (world) => {
  const maya = await world.responder("maya", ["sms"]);
  await world.team("Platform", {
    kind: "cloudwatch",
    settings: { snsAllowRawDelivery: true },
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
  const deliver = (messageId: string) =>
    world.post("/api/v1/webhooks/cloudwatch", {
      AlarmName: "CPU above 90 %",
      NewStateValue: "ALARM",
      StateChangeTime: "2026-03-02T02:13:00.000+0000",
      AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu",
    }, {
      headers: {
        "x-amz-sns-rawdelivery": "true",
        "x-amz-sns-message-id": messageId,
      },
    });
  await deliver("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324");
  world.expectPage("maya", "sms");
  const again = await deliver("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324");
  assert.equal(again.status, 202);
  assert.equal((await world.incident()).alertCount, 1);
  await deliver("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf325");
  assert.equal((await world.incident()).alertCount, 2);
});
