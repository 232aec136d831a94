import assert from "node:assert/strict";
import { prune } from "../../src/app/prune.ts";
import type { Notification } from "../../src/domain/delivery/notification.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const ON = { env: { PAGE_BUNDLING_SECONDS: "10" } };
const DELIVERED = { groupId: 3, id: 5, name: "DELIVERED_TO_HANDSET" };
const UNDELIVERABLE = {
  groupId: 2,
  id: 9,
  name: "UNDELIVERABLE_NOT_DELIVERED",
};

/** Maya by SMS, then Idris by SMS an hour later. */
async function payments(world: World, channels: ("sms" | "email")[] = ["sms"]) {
  const maya = await world.responder("maya", channels);
  const idris = await world.responder("idris", ["sms"]);
  await world.team("Payments", {
    steps: () => [
      { minutes: 60, targets: [maya] },
      { minutes: 60, targets: [idris] },
    ],
  });
}

/** Alerts 1 to `count`, all of them critical unless told otherwise; the ids of their incidents. */
async function storm(
  world: World,
  severities: string[],
): Promise<number[]> {
  const ids: number[] = [];
  for (const [index, severity] of severities.entries()) {
    const number = index + 1;
    const { body } = await world.alert({
      external_id: `disk-${number}`,
      title: `Disk ${number} full`,
      severity,
    });
    ids.push(body.id);
  }
  return ids;
}

async function rowsOf(world: World, ids: number[]): Promise<Notification[]> {
  const rows = await Promise.all(
    ids.map((id) => world.store.notifications.listByIncident(id)),
  );
  return rows.flat();
}

async function silence(world: World, ids: number[]): Promise<void> {
  for (const id of ids) await world.act("maya", "acknowledge", id);
}

const SEVEN = [
  "critical",
  "critical",
  "warning",
  "critical",
  "info",
  "error",
  "error",
];

flow(
  "seven incidents for one person are one page at once and one that names the count and the worst",
  async (world) => {
    await payments(world);
    const ids = await storm(world, SEVEN);
    const first = world.expectPage("maya", "sms");
    assert.match(first.text, /^Critical #\d+: Disk 1 full/);
    world.expectNoPage();
    await world.advance("9s");
    world.expectNoPage();
    await world.advance("1s");
    const many = world.expectPage("maya", "sms");
    assert.match(
      many.text,
      /^6 incidents, 2 critical\. Worst #\d+: Disk 2 full .*Acknowledge: https:\S+$/,
    );
    const [alone, ...together] = await rowsOf(world, ids);
    assert.equal(alone?.bundle, null);
    const keys = new Set(together.map((row) => row.idempotencyKey));
    assert.equal(keys.size, 1);
    assert.ok(together.every((row) => row.state === "sent"));
    assert.ok(together.every((row) => row.bundle?.size === 6));
    const [entry] = (await world.store.timeline.list(ids[4] ?? 0, {
      afterId: 0,
      limit: 10,
    })).filter(({ kind }) => kind === "page_sent");
    assert.equal(entry?.detail["bundleSize"], 6);
    await silence(world, ids);
  },
  ON,
);

flow(
  "after a quiet window the next page goes at once again",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["error"]);
    world.expectPage("maya", "sms");
    await world.advance("10s");
    const { body } = await world.alert({ external_id: "later" });
    world.expectPage("maya", "sms");
    await silence(world, [...ids, body.id]);
  },
  ON,
);

flow(
  "a page more severe than all before it does not wait, and those that do go when they would have gone",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["info", "info", "critical", "critical"]);
    assert.match(world.expectPage("maya", "sms").text, /^Info .*Disk 1 full/);
    assert.match(
      world.expectPage("maya", "sms").text,
      /^Critical .*Disk 3 full/,
    );
    world.expectNoPage();
    await world.advance("10s");
    assert.match(
      world.expectPage("maya", "sms").text,
      /^2 incidents, 1 critical\. Worst #\d+: Disk 4 full/,
    );
    await silence(world, ids);
  },
  ON,
);

flow(
  "an incident that gets worse while its page waits does not wait any longer",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["warning", "info"]);
    assert.match(world.expectPage("maya", "sms").text, /Disk 1 full/);
    await world.alert({
      external_id: "disk-2",
      title: "Disk 2 full",
      severity: "critical",
    });
    assert.match(
      world.expectPage("maya", "sms").text,
      /^Critical .*Disk 2 full/,
    );
    await silence(world, ids);
  },
  ON,
);

flow(
  "what is acknowledged while it waits is not in the message",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["error", "error", "error", "error"]);
    world.expectPage("maya", "sms");
    await world.act("maya", "acknowledge", ids[2]);
    await world.advance("10s");
    const { text } = world.expectPage("maya", "sms");
    assert.match(text, /^2 incidents, all error\./);
    const [, , row] = await rowsOf(world, ids);
    assert.equal(row?.state, "cancelled");
    assert.equal(row.bundle, null);
    await silence(world, ids);
  },
  ON,
);

flow("two people have each their own pace", async (world) => {
  const maya = await world.responder("maya", ["sms"]);
  const idris = await world.responder("idris", ["sms", "email"]);
  const { key } = await world.team("Payments", {
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
  const other = await world.team("Platform", {
    steps: () => [{ minutes: 60, targets: [idris] }],
  });
  await world.alert({ external_id: "a", severity: "error" }, { key });
  await world.alert({ external_id: "b", severity: "error" }, { key });
  world.expectPage("maya", "sms");
  await world.alert({ external_id: "c", severity: "error" }, other);
  world.expectPage("idris", "sms");
  world.expectPage("idris", "email");
  world.expectNoPage();
  await world.advance("10s");
  assert.match(world.expectPage("maya", "sms").text, /^Error/);
}, ON);

flow(
  "a bundle that the provider refuses for good moves each of its pages on",
  async (world) => {
    await payments(world, ["sms", "email"]);
    const [sms] = await world.store.responders
      .contactMethods(world.id("maya"));
    assert.ok(sms);
    await world.store.responders.setContactRules(world.id("maya"), [
      { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    ]);
    const ids = await storm(world, ["error", "critical", "error", "error"]);
    world.expectPage("maya", "sms");
    world.expectPage("maya", "sms");
    world.infobip.answerNext({ rejected: 52 });
    await world.advance("10s");
    assert.match(
      world.expectPage("maya", "email").text,
      /^2 incidents, all error\n/,
    );
    const rows = await rowsOf(world, ids.slice(2));
    assert.deepEqual(
      rows.map(({ channel, state }) => `${channel} ${state}`).sort(),
      ["email sent", "email sent", "sms failed", "sms failed"],
    );
    await silence(world, ids);
  },
  ON,
);

flow(
  "what failed to reach somebody holds up nothing behind it",
  async (world) => {
    await payments(world);
    world.infobip.answerNext({ rejected: 52 });
    const ids = await storm(world, ["error", "error"]);
    world.expectPage("idris", "sms");
    assert.match(world.expectPage("maya", "sms").text, /Disk 2 full/);
    await silence(world, ids);
  },
  ON,
);

flow(
  "a page that ends its process at each of six attempts is not tried a seventh time, but moves on",
  async (world) => {
    await payments(world);
    world.infobip.answerNext({ status: 500 });
    const ids = await storm(world, ["error"]);
    const [queued] = await rowsOf(world, ids);
    assert.ok(queued);
    world.nowMs = queued.dueAtMs;
    for (let attempt = 2; attempt <= 6; attempt++) {
      const [claimed] = await world.store.notifications.claim({
        channel: "sms",
        owner: "node-that-died",
        nowMs: world.nowMs,
        leaseUntilMs: world.nowMs + 20_000,
        limit: 10,
        firstAttemptsOnly: false,
        bundlingMs: 10_000,
      });
      assert.equal(claimed?.notification.attempt, attempt);
      world.nowMs += 20_000;
    }
    await world.settled();
    world.expectPage("idris", "sms");
    const [row] = await rowsOf(world, ids);
    assert.equal(row?.state, "failed");
    assert.equal(row.attempt, 6);
    assert.match(row.error ?? "", /^Given up after 6 attempts/);
    await silence(world, ids);
  },
  ON,
);

flow(
  "a bundle is tried again whole, with the same id and as long after as the provider asks; what came meanwhile goes by itself",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["error", "error", "error"]);
    world.expectPage("maya", "sms");
    world.infobip.answerNext({
      status: 429,
      headers: { "retry-after": "30" },
    });
    await world.advance("10s");
    world.expectNoPage();
    await world.act("maya", "acknowledge", ids[1]);
    const { body } = await world.alert({
      external_id: "new",
      severity: "info",
    });
    await world.advance("29s");
    assert.match(world.expectPage("maya", "sms").text, /^Info/);
    world.expectNoPage();
    await world.advance("1s");
    assert.match(world.expectPage("maya", "sms").text, /Disk 3 full/);
    const keys = world.infobip.requests.map(({ messageId }) => messageId);
    assert.equal(keys[1], keys[3]);
    assert.equal(new Set(keys).size, 3);
    await silence(world, [...ids, body.id]);
  },
  ON,
);

flow("a bundle's receipt is for all that went in it", async (world) => {
  await payments(world);
  const ids = await storm(world, ["error", "error", "error"]);
  world.expectPage("maya", "sms");
  await world.advance("10s");
  world.expectPage("maya", "sms");
  const key = world.infobip.taken[1]?.messageId ?? "";
  const { body } = await world.receipt(key, DELIVERED);
  assert.equal(body.updated, 1);
  const [, second, third] = await rowsOf(world, ids);
  assert.equal(second?.state, "delivered");
  assert.equal(third?.state, "delivered");
  assert.equal((await world.receipt(key, DELIVERED)).body.updated, 0);
  await world.receipt(key, UNDELIVERABLE);
  const [, still] = await rowsOf(world, ids);
  assert.equal(still?.state, "delivered");
  await silence(world, ids);
}, ON);

flow(
  "an undeliverable receipt moves every page of a bundle on at once",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["error", "error", "error"]);
    world.expectPage("maya", "sms");
    await world.advance("10s");
    world.expectPage("maya", "sms");
    const key = world.infobip.taken[1]?.messageId ?? "";
    await world.receipt(key, UNDELIVERABLE);
    assert.match(
      world.expectPage("idris", "sms").text,
      /^(2 incidents, all error|Error)/,
    );
    await silence(world, ids);
    await world.advance("10s");
  },
  ON,
);

flow(
  "one page of a bundle that failed is sent again by itself",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["error", "error", "error"]);
    world.expectPage("maya", "sms");
    world.infobip.answerNext({ rejected: 52 });
    await world.advance("10s");
    world.expectPage("idris", "sms");
    await world.advance("20s");
    const [, failed] = await rowsOf(world, ids);
    assert.equal(failed?.state, "failed");
    const { retryNotification } = await import(
      "../../src/app/delivery/retry_notification.ts"
    );
    const result = await retryNotification(world.pagerpal.engine, {
      notificationId: failed.id,
      actor: world.actor("maya"),
    });
    assert.ok(result.ok);
    assert.equal(result.notification.bundle, null);
    await world.settled();
    assert.match(world.expectPage("maya", "sms").text, /Disk 2 full/);
    await silence(world, ids);
  },
  ON,
);

flow("notices that it is over go together too", async (world) => {
  const maya = await world.responder("maya", ["sms"], {
    notifyOnResolve: true,
  });
  await world.team("Payments", {
    steps: () => [{ minutes: 60, targets: [maya] }],
  });
  await storm(world, ["error", "error", "error"]);
  world.expectPage("maya", "sms");
  await world.advance("10s");
  world.expectPage("maya", "sms");
  for (const number of [1, 2, 3]) {
    await world.alert({
      external_id: `disk-${number}`,
      title: "",
      status: "resolved",
    });
  }
  world.expectNoPage();
  await world.advance("10s");
  assert.match(
    world.expectPage("maya", "sms").text,
    /^3 incidents resolved\. .*Details: https:\S+\/incidents$/,
  );
}, ON);

flow("a test alert waits for nobody and holds nobody up", async (world) => {
  await payments(world);
  await world.alert({ external_id: "test", test: true, severity: "critical" });
  const ids = await storm(world, ["error", "error"]);
  assert.match(world.expectPage("maya", "sms").text, /Disk 1 full/);
  world.expectNoPage();
  await world.advance("10s");
  assert.match(world.expectPage("maya", "sms").text, /^Error .*Disk 2 full/);
  await silence(world, ids);
}, ON);

flow("switched off, every page goes by itself", async (world) => {
  await payments(world);
  const ids = await storm(world, ["error", "error", "info"]);
  for (const _ of ids) world.expectPage("maya", "sms");
  await silence(world, ids);
}, { env: { PAGE_BUNDLING_SECONDS: "0" } });

flow(
  "a thousand incidents are one page and one bundle",
  async (world) => {
    await payments(world);
    const ids = await storm(world, ["critical"]);
    const first = world.expectPage("maya", "sms");
    assert.match(first.text, /Disk 1 full/);
    const maya = world.id("maya");
    const incident = await world.incident();
    const [sent] = await world.notifications();
    assert.ok(sent);
    const { id: _, ...copy } = incident;
    const others: number[] = [];
    await world.store.transaction(async (tx) => {
      for (let n = 0; n < 1_000; n++) {
        const one = await tx.incidents.insert({
          ...copy,
          externalId: `copy-${n}`,
        });
        assert.ok(one);
        others.push(one.id);
      }
      await tx.notifications.insert(others.map((incidentId) => ({
        ...sent,
        state: "queued" as const,
        incidentId,
        responderId: maya,
        idempotencyKey: crypto.randomUUID(),
      })));
    });
    await world.settled();
    world.expectNoPage();
    await world.advance("10s");
    assert.match(
      world.expectPage("maya", "sms").text,
      /^1000 incidents, all critical\./,
    );
    const rows = await rowsOf(world, others);
    assert.ok(rows.every((row) => row.state === "sent"));
    await silence(world, ids);
  },
  ON,
);

flow("windows that are long over are forgotten", async (world) => {
  await payments(world);
  const ids = await storm(world, ["error"]);
  world.expectPage("maya", "sms");
  await silence(world, ids);
  assert.equal(await prune(world.pagerpal.engine), 0);
  await world.advance("2h");
  assert.ok(await prune(world.pagerpal.engine) >= 1);
}, ON);
