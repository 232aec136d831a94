import assert from "node:assert/strict";
import { planHandoffNotices } from "../../src/app/notices/plan_handoff_notices.ts";
import { withdrawHandoffNotices } from "../../src/app/notices/withdraw_handoff_notices.ts";
import type { NoticeDraft } from "../../src/domain/notices/notice.ts";
import { writeNotices } from "../../src/app/notices/write_notices.ts";
import { cheapHash } from "../cheap_hash.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SHIFT_MS = 30 * MINUTE_MS;

/** Maya, then Idris, from 20 minutes on, on a schedule that tells 15 minutes before; each for half an hour. */
async function rota(world: World, minutes: number | null = 15) {
  const { teamId } = await world.team("Payments", {
    steps: () => [],
  });
  const schedule = await world.store.schedules.insert({
    teamId,
    name: "Payments primary",
    description: "",
    timeZone: "Europe/London",
    handoffNoticeMinutes: minutes,
  }, world.nowMs);
  const startMs = world.nowMs + 20 * MINUTE_MS;
  const entry = (name: string, fromMs: number) =>
    world.store.schedules.insertEntry({
      scheduleId: schedule.id,
      responderId: world.id(name),
      replacesResponderId: null,
      kind: "entry",
      startsAtMs: fromMs,
      endsAtMs: fromMs + SHIFT_MS,
    }, world.nowMs);
  const first = await entry("maya", startMs);
  await entry("idris", startMs + SHIFT_MS);
  return { schedule, first, startMs };
}

async function two(world: World) {
  await world.responder("maya", ["sms"]);
  await world.responder("idris", ["sms", "email"]);
}

async function states(world: World, name: string) {
  const notices = await world.store.notices
    .listByResponder(world.id(name), 10);
  return notices.map(({ state, error }) => [state, error]);
}

/** A notice of another kind, that nothing takes back. */
function draft(world: World, changes: Partial<NoticeDraft> = {}): NoticeDraft {
  return {
    dedupKey: "readiness:2026-W10",
    about: { kind: "readiness" },
    responderId: world.id("maya"),
    subject: "Something is wrong with on-call",
    text: "Something is wrong with on-call next week.",
    link: "https://pager.example.com/readiness",
    dueAtMs: world.nowMs,
    expiresAtMs: world.nowMs + HOUR_MS,
    ...changes,
  };
}

async function write(world: World, changes: Partial<NoticeDraft> = {}) {
  const { engine } = world.pagerpal;
  const { nowMs, store } = world;
  const drafts = [draft(world, changes)];
  return await writeNotices({ engine, tx: store, nowMs }, drafts);
}

flow(
  "those who start and those who end a shift are told, each once, where they want what is not urgent",
  async (world) => {
    await two(world);
    await rota(world);
    await world.everyMinute("4m");
    world.expectNoPage();
    await world.everyMinute("2m");
    const begins = world.expectPage("maya", "sms");
    assert.equal(
      begins.text,
      "Your shift on Payments primary begins Mon 2 Mar 02:34 (Europe/London) until Mon 2 Mar 03:04. Before you: nobody. https://pager.example.com/schedules/1",
    );
    await world.everyMinute("30m");
    const ends = world.expectPage("maya", "sms");
    assert.match(ends.text, /ends Mon 2 Mar 03:04 .*\. After you: idris\./);
    const next = world.expectPage("idris", "email");
    assert.match(next.text, /begins Mon 2 Mar 03:04 .*\. Before you: maya\./);
    await world.everyMinute("45m");
    const last = world.expectPage("idris", "email");
    assert.match(last.text, /After you: nobody is on call\./);
  },
);

flow("a schedule that does not tell tells nobody", async (world) => {
  await two(world);
  await rota(world, null);
  await world.everyMinute("80m");
  world.expectNoPage();
});

flow(
  "with sending switched off a notice is kept as suppressed",
  async (world) => {
    await two(world);
    await rota(world);
    await world.everyMinute("10m");
    world.expectNoPage();
    assert.deepEqual(await states(world, "maya"), [["suppressed", null]]);
  },
  { env: { NOTIFICATION_SENDING_ENABLED: "false" } },
);

flow(
  "a shift that is taken away before its notice leaves is not told, and told again when it comes back",
  async (world) => {
    await two(world);
    const { schedule, first, startMs } = await rota(world);
    await world.everyMinute("2m");
    assert.deepEqual(await states(world, "maya"), [["queued", null]]);
    const override = await world.store.schedules.insertEntry({
      scheduleId: schedule.id,
      responderId: world.id("idris"),
      replacesResponderId: world.id("maya"),
      kind: "override",
      startsAtMs: startMs,
      endsAtMs: first.endsAtMs,
    }, world.nowMs);
    await world.everyMinute("4m");
    // Idris begins half an hour earlier instead.
    world.expectPage("idris", "email");
    assert.deepEqual(await states(world, "maya"), [
      ["cancelled", "The schedule has changed: this handoff does not happen."],
    ]);
    await world.store.schedules.deleteEntry(override.id);
    await world.everyMinute("2m");
    world.expectPage("maya", "sms");
    assert.match(world.expectPage("idris", "email").text, / does not begin /);
  },
);

flow(
  "a notice leaves with the words that are true when it leaves",
  async (world) => {
    await two(world);
    const { first } = await rota(world);
    await world.everyMinute("2m");
    await world.store.schedules.updateEntry(first.id, {
      endsAtMs: first.endsAtMs - 15 * MINUTE_MS,
    });
    await world.everyMinute("4m");
    const { text } = world.expectPage("maya", "sms");
    assert.match(text, /until Mon 2 Mar 02:49/);
  },
);

flow(
  "an override that takes a running shift away is told to both, at once",
  async (world) => {
    await two(world);
    const { schedule, first } = await rota(world);
    await world.everyMinute("30m");
    world.expectPage("maya", "sms");
    await world.store.schedules.insertEntry({
      scheduleId: schedule.id,
      responderId: world.id("idris"),
      replacesResponderId: world.id("maya"),
      kind: "override",
      startsAtMs: world.nowMs,
      endsAtMs: first.endsAtMs,
    }, world.nowMs);
    await world.runNotices();
    assert.match(world.expectPage("maya", "sms").text, / ends /);
    assert.match(world.expectPage("idris", "email").text, / begins /);
  },
);

/** Idris instead of Maya for the whole of her shift. */
async function takeAway(
  world: World,
  { schedule, first, startMs }: Awaited<ReturnType<typeof rota>>,
) {
  return await world.store.schedules.insertEntry({
    scheduleId: schedule.id,
    responderId: world.id("idris"),
    replacesResponderId: world.id("maya"),
    kind: "override",
    startsAtMs: startMs,
    endsAtMs: first.endsAtMs,
  }, world.nowMs);
}

flow(
  "a shift that was told and is then taken away is corrected once to the one who lost it, and told again when it comes back",
  async (world) => {
    await two(world);
    const made = await rota(world);
    await world.everyMinute("6m");
    assert.match(world.expectPage("maya", "sms").text, / begins /);
    const override = await takeAway(world, made);
    await world.everyMinute("3m");
    assert.equal(
      world.expectPage("maya", "sms").text,
      "Changed: your shift on Payments primary does not begin Mon 2 Mar 02:34 (Europe/London). On call then: idris. https://pager.example.com/schedules/1",
    );
    assert.match(world.expectPage("idris", "email").text, / begins /);
    await world.store.schedules.deleteEntry(override.id);
    await world.everyMinute("3m");
    assert.match(world.expectPage("maya", "sms").text, / begins /);
    assert.match(
      world.expectPage("idris", "email").text,
      /does not begin Mon 2 Mar 02:34 .*On call then: maya\./,
    );
    await world.everyMinute("5m");
    world.expectNoPage();
  },
);

flow(
  "a shift that is taken away right after its beginning, from its beginning on, is corrected too",
  async (world) => {
    await two(world);
    const made = await rota(world);
    await world.everyMinute("22m");
    assert.match(world.expectPage("maya", "sms").text, / begins /);
    await takeAway(world, made);
    await world.runNotices();
    assert.match(
      world.expectPage("maya", "sms").text,
      /does not begin .*On call then: idris\./,
    );
    assert.match(world.expectPage("idris", "email").text, / begins /);
    await world.everyMinute("5m");
    world.expectNoPage();
  },
);

flow(
  "who was told that the shift ends and then stays on is told that it does not",
  async (world) => {
    await two(world);
    const { first, schedule } = await rota(world);
    await world.everyMinute("36m");
    assert.match(world.expectPage("maya", "sms").text, / begins /);
    assert.match(world.expectPage("maya", "sms").text, / ends /);
    world.expectPage("idris", "email");
    await world.store.schedules.insertEntry({
      scheduleId: schedule.id,
      responderId: world.id("maya"),
      replacesResponderId: null,
      kind: "override",
      startsAtMs: first.startsAtMs,
      endsAtMs: first.endsAtMs + 2 * HOUR_MS,
    }, world.nowMs);
    await world.runNotices();
    assert.match(
      world.expectPage("maya", "sms").text,
      /does not end Mon 2 Mar 03:04 .*You are on call then\./,
    );
    assert.match(
      world.expectPage("idris", "email").text,
      /does not begin .*On call then: maya\./,
    );
  },
);

flow(
  "a correction that is not true any more when it is about to leave is not sent",
  async (world) => {
    await two(world);
    const made = await rota(world);
    await world.everyMinute("6m");
    world.expectPage("maya", "sms");
    const override = await takeAway(world, made);
    const planning = {
      engine: world.pagerpal.engine,
      baseUrl: "https://pager.example.com",
    };
    const counts = await Promise.all(
      [1, 2, 3].map(() => withdrawHandoffNotices(planning)),
    );
    assert.equal(counts.reduce((sum, count) => sum + count), 1);
    await world.store.schedules.deleteEntry(override.id);
    await world.settled();
    world.expectNoPage();
    const [[state, why] = []] = await states(world, "maya");
    assert.equal(state, "cancelled");
    assert.match(String(why), /changed back/);
  },
);

flow("two processes that plan at once tell once", async (world) => {
  await two(world);
  await rota(world);
  await world.advance("4m");
  const planning = {
    engine: world.pagerpal.engine,
    baseUrl: "https://pager.example.com",
  };
  const counts = await Promise.all(
    Array.from({ length: 4 }, () => planHandoffNotices(planning)),
  );
  assert.equal(counts.reduce((sum, count) => sum + count), 1);
  await world.advance("2m");
  world.expectPage("maya", "sms");
});

flow(
  "a notice whose process died while sending goes out after its lease, marked as maybe the second",
  async (world) => {
    await two(world);
    await write(world);
    await world.store.notices.claim({
      channel: "sms",
      owner: "node-that-died",
      nowMs: world.nowMs,
      leaseUntilMs: world.nowMs + 20_000,
      limit: 10,
      firstAttemptsOnly: false,
    });
    await world.advance("19s");
    world.expectNoPage();
    await world.advance("1s");
    world.expectPage("maya", "sms");
    const [sent] = await world.store.notices
      .listByResponder(world.id("maya"), 1);
    assert.equal(sent?.state, "sent");
    assert.equal(sent.maybeSentTwice, true);
  },
);

flow(
  "a notice that the provider cannot take now is sent later, one that it refuses is not",
  async (world) => {
    await two(world);
    world.infobip.answerNext({ status: 500 });
    await write(world);
    await world.settled();
    world.expectNoPage();
    await world.advance("1m");
    world.expectPage("maya", "sms");
    world.infobip.answerNext({ rejected: 52 });
    await write(world, { dedupKey: "another" });
    await world.advance("1h");
    world.expectNoPage();
    const [[state, error] = []] = await states(world, "maya");
    assert.equal(state, "failed");
    assert.ok(error);
  },
);

flow("a notice that is too late is cancelled, never sent", async (world) => {
  await two(world);
  await write(world, { dueAtMs: world.nowMs + MINUTE_MS });
  world.nowMs += 2 * HOUR_MS;
  await world.settled();
  assert.deepEqual(await states(world, "maya"), [
    ["cancelled", "It could not be sent while it was worth something."],
  ]);
});

flow("a delivery receipt for a notice is understood", async (world) => {
  await two(world);
  await write(world);
  await world.settled();
  world.expectPage("maya", "sms");
  const [sent] = await world.store.notices.listByResponder(world.id("maya"), 1);
  assert.ok(sent);
  const answer = await world.receipt(sent.idempotencyKey, {
    groupId: 3,
    id: 5,
    name: "DELIVERED_TO_HANDSET",
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(await states(world, "maya"), [["delivered", null]]);
});

const PASSWORD = "lantern gravel otter meridian";

/** Asks the API as somebody who has an account. */
async function ask(
  world: World,
  name: string,
  { path, body }: { path: string; body: unknown },
) {
  const email = `${name}@example.com`;
  if (!await world.store.accounts.findByEmail(email)) {
    await world.store.accounts.insert({
      responderId: world.id(name),
      email,
      passwordHash: await cheapHash(PASSWORD),
      role: "responder",
      enabled: true,
    }, world.nowMs);
  }
  const answer = await world.request(`/api/v1${path}`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${email}:${PASSWORD}`)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  await world.settled();
  return answer;
}

flow(
  "who takes a shift over is told of its handoff, and who gave it away is not",
  async (world) => {
    await two(world);
    await world.responder("priya", ["sms"]);
    const { schedule, startMs } = await rota(world);
    await world.store.teams.setMembers(
      schedule.teamId,
      ["maya", "idris", "priya"].map((name) => world.id(name)),
    );
    const asked = await ask(world, "maya", {
      path: `/schedules/${schedule.id}/cover-requests`,
      body: {
        starts_at: new Date(startMs).toISOString(),
        ends_at: new Date(startMs + SHIFT_MS).toISOString(),
      },
    });
    assert.equal(asked.status, 201, JSON.stringify(asked.body));
    await world.runNotices();
    world.expectPage("idris", "email");
    world.expectPage("priya", "sms");
    const taken = await ask(world, "priya", {
      path: `/cover-requests/${asked.body.id}/accept`,
      body: {},
    });
    assert.equal(taken.status, 200, JSON.stringify(taken.body));
    await world.runNotices();
    assert.match(
      world.expectPage("maya", "sms").text,
      /^priya covers Payments primary/,
    );
    await world.everyMinute("6m");
    assert.match(
      world.expectPage("priya", "sms").text,
      /^Your shift on Payments primary begins Mon 2 Mar 02:34 .* until Mon 2 Mar 03:04/,
    );
    world.expectNoPage();
    await world.everyMinute("30m");
    assert.match(
      world.expectPage("priya", "sms").text,
      /ends Mon 2 Mar 03:04 .*\. After you: idris\./,
    );
    assert.match(
      world.expectPage("idris", "email").text,
      /begins Mon 2 Mar 03:04 .*\. Before you: priya\./,
    );
  },
);
