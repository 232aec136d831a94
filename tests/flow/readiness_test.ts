import assert from "node:assert/strict";
import { mailReadiness } from "../../src/app/readiness/mail_readiness.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
/** Monday 2 March 2026, 08:02 UTC. */
const MONDAY_MS = Date.UTC(2026, 2, 2, 8, 2);
const REJECTED = { groupId: 5, id: 6, name: "REJECTED_NETWORK" };

/** Maya by SMS, then Idris by mail, who is an admin. */
async function house(world: World) {
  const maya = await world.responder("maya", ["sms"]);
  const idris = await world.responder("idris", ["email"]);
  for (const name of ["maya", "idris"]) {
    const [method] = await world.store.responders
      .contactMethods(world.id(name));
    assert.ok(method);
    const { id, channel, address } = method;
    await world.store.responders.verifyContactMethod(
      id,
      { channel, address },
      world.nowMs,
    );
  }
  await world.store.accounts.insert({
    responderId: world.id("idris"),
    email: "idris@example.com",
    passwordHash: "x",
    role: "admin",
    enabled: true,
  }, world.nowMs);
  await world.team("Payments", {
    steps: () => [
      { minutes: 5, targets: [maya] },
      { minutes: 5, targets: [idris] },
    ],
    fallback: [idris],
  });
}

async function runMail(world: World): Promise<void> {
  const job = world.pagerpal.jobs.find(({ name }) => name === "readiness_mail");
  assert.ok(job);
  await job.run();
  await world.settled();
}

async function codes(world: World): Promise<string[]> {
  const { findings } = await world.pagerpal.readiness();
  return findings.map(({ code }) => code);
}

flow(
  "a message that fails is found at once, and gone when one has got through",
  async (world) => {
    await house(world);
    assert.deepEqual(await codes(world), []);
    await world.advance("1m");
    await world.alert();
    world.expectPage("maya", "sms");
    const [page] = await world.notifications();
    await world.receipt(page?.providerMessageId ?? "", REJECTED);
    await world.settled();
    world.expectPage("idris", "email");
    assert.deepEqual(await codes(world), ["deliveries_failed"]);
    await world.act("maya", "resolve");
    await world.advance("2m");
    await world.alert({ external_id: "another" });
    world.expectPage("maya", "sms");
    assert.deepEqual(await codes(world), []);
    await world.act("maya", "resolve");
  },
);

flow(
  "the admins are mailed once a week, by however many processes, and only when something is wrong",
  async (world) => {
    await house(world);
    const [phone] = await world.store.responders
      .contactMethods(world.id("maya"));
    assert.ok(phone);
    const disable = (enabled: boolean) =>
      world.store.responders
        .updateContactMethod(phone.id, { enabled }, world.nowMs);
    await disable(false);
    await runMail(world);
    world.expectNoPage();
    world.nowMs = MONDAY_MS;
    const { engine } = world.pagerpal;
    const sending = { sendingEnabled: true, channels: new Set() } as const;
    const mailing = { engine, sending, baseUrl: "https://pager.example.com" };
    await Promise.all([
      runMail(world),
      runMail(world),
      mailReadiness({
        ...mailing,
        sending: { ...sending, channels: new Set(["sms", "email"]) },
      }),
    ]);
    await world.settled();
    const mail = world.expectPage("idris", "email");
    assert.match(
      mail.text,
      /maya is on Payments, day and night and has no contact method/,
    );
    assert.match(mail.text, /https:\/\/pager\.example\.com\/readiness/);
    world.nowMs += DAY_MS;
    await runMail(world);
    world.expectNoPage();
    world.nowMs = MONDAY_MS + 7 * DAY_MS;
    await disable(true);
    await runMail(world);
    world.expectNoPage();
    await disable(false);
    await runMail(world);
    world.expectNoPage();
    world.nowMs += 7 * DAY_MS;
    await runMail(world);
    world.expectPage("idris", "email");
  },
);
