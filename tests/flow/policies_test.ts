/** Turns, conditions and the next on call, as phones see them; and the dry run, which must have foreseen all of it. */
import assert from "node:assert/strict";
import {
  dryRunOfPolicy,
  dryRunOfSource,
} from "../../src/app/policies/dry_run_of.ts";
import type { DryRun } from "../../src/app/policies/dry_run.ts";
import type { Severity } from "../../src/domain/intake/alert.ts";
import {
  type BusinessHours,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;

/** The world begins on a Monday at 02:14 in London. */
const UNTIL_0230: BusinessHours = {
  timeZone: "Europe/London",
  mode: "during",
  windows: [{ fromDay: 7, fromTime: "22:00", toDay: 1, toTime: "02:30" }],
};

/** Lets the world run and promises that it pages whom the dry run has foreseen, by channel and to the millisecond. */
async function expectAsForeseen(world: World, run: DryRun): Promise<void> {
  const looks = [...run.steps, ...run.end ? [run.end] : []];
  const pages = looks.flatMap((look) => look.pages)
    .sort((a, b) => a.dueAtMs - b.dueAtMs);
  assert.ok(pages.length > 0, "the dry run foresaw nothing");
  for (const { name, contactMethod, dueAtMs } of pages) {
    const leftMs = dueAtMs - world.nowMs;
    if (leftMs > 1_000) {
      await world.advance(`${Math.floor(leftMs / 1_000) - 1}s`);
      world.expectNoPage();
    }
    while (world.nowMs < dueAtMs) await world.advance("1s");
    world.expectPage(name, contactMethod.channel);
  }
  await world.advance("30d");
  world.expectNoPage();
  const rows = await world.notifications();
  assert.deepEqual(
    rows.filter(({ state }) => state === "sent")
      .map((row) => [row.responderId, row.contactMethodId, row.sentAtMs])
      .sort(),
    pages.map((page) => [
      page.responderId,
      page.contactMethod.id,
      page.dueAtMs,
    ]).sort(),
  );
}

/** Maya, then Idris a day later on the schedule; Ana by turns with Idris; Vera when all else fails. */
async function payments(world: World) {
  const maya = await world.responder("maya", ["sms", "email"]);
  const idris = await world.responder("idris", ["email"]);
  const ana = await world.responder("ana", ["sms"]);
  const vera = await world.responder("vera", ["whatsapp"]);
  const mute = await world.responder("mute", []);
  const methods = await world.store.responders.contactMethods(maya.id);
  const [phone, mail] = methods;
  assert.ok(phone && mail);
  await world.store.responders.setContactRules(maya.id, [
    { urgency: "high", contactMethodId: phone.id, delayMinutes: 0 },
    { urgency: "high", contactMethodId: mail.id, delayMinutes: 7 },
    { urgency: "low", contactMethodId: mail.id, delayMinutes: 0 },
  ]);
  const team = await world.team("Payments", {
    steps: async (id) => {
      const schedule = await world.schedule(id, ["maya", "idris"]);
      return [
        { minutes: 5, targets: [schedule], businessHours: UNTIL_0230 },
        {
          minutes: 3,
          targets: [mute, idris, ana],
          roundRobin: true,
          severities: ["critical", "warning"],
        },
        { minutes: 480, targets: [{ kind: "next_on_call", id: schedule.id }] },
        { minutes: 480, targets: [schedule] },
      ];
    },
    repeatCount: 2,
    fallback: [vera],
  });
  return team;
}

for (const severity of ["critical", "warning", "error"] as Severity[]) {
  flow(
    `severity ${severity}: the dry run foresees every page, channel and minute, through all repeats to the last resort`,
    async (world) => {
      const { source } = await payments(world);
      const run = await dryRunOfSource(world.store, source, {
        atMs: world.nowMs,
        severity,
      });
      assert.equal(run.end?.exhausted, "nobody_answered");
      assert.equal(new Set(run.steps.map(({ round }) => round)).size, 3);
      await world.alert({ severity });
      await expectAsForeseen(world, run);
      const incident = await world.incident();
      assert.equal(incident.exhaustedAtMs, run.end?.atMs);
      const timeline = await world.timeline();
      assert.equal(timeline.at(-1), "page_sent");
      assert.ok(timeline.includes("exhausted"));
      assert.ok(timeline.includes("fallback_paged"));
    },
  );
}

flow(
  "the dry run of a source ends where the source closes the incident by its age",
  async (world) => {
    const { source } = await payments(world);
    const settings = { ...source.settings, autoResolveAfterMinutes: 6 };
    const updated = await world.store.sources
      .update(source.id, { settings }, world.nowMs);
    assert.ok(updated);
    const run = await dryRunOfSource(world.store, updated, {
      atMs: world.nowMs,
      severity: "critical",
    });
    assert.equal(run.end, null);
    assert.equal(run.closesAtMs, world.nowMs + 6 * MINUTE_MS);
    await world.alert();
    await expectAsForeseen(world, run);
    assert.equal((await world.incident()).status, "resolved");
  },
);

flow("looking takes no turn and writes nothing", async (world) => {
  const { source } = await payments(world);
  const policyId = source.escalationPolicyId;
  const when = { atMs: world.nowMs, severity: "critical" as const };
  const first = await dryRunOfPolicy(world.store, policyId, when);
  assert.deepEqual(await dryRunOfPolicy(world.store, policyId, when), first);
  assert.deepEqual(await world.store.policies.turns(policyId), new Map());
  const page = { page: 1, pageSize: 1 };
  assert.equal((await world.store.incidents.list({}, page)).total, 0);
});

flow(
  "round robin gives alerts that come at the same moment to each in turn, evenly, past who cannot be reached",
  async (world) => {
    const people = [
      await world.responder("ana", ["sms"]),
      await world.responder("mute", []),
      await world.responder("idris", ["sms"]),
      await world.responder("maya", ["sms"]),
    ];
    const { key } = await world.team("Payments", {
      steps: () => [{ minutes: 60, targets: people, roundRobin: true }],
    });
    await Promise.all(
      Array.from({ length: 9 }, (_, each) =>
        world.request("/api/v1/alerts", {
          method: "POST",
          headers: { "x-api-key": key },
          body: JSON.stringify({
            title: "Disk full",
            external_id: `disk-${each}`,
            severity: "critical",
          }),
        })),
    );
    await world.settled();
    for (const name of ["ana", "idris", "maya"]) {
      for (let each = 0; each < 3; each++) world.expectPage(name, "sms");
    }
    world.expectNoPage();
    const entries = await world.store.timeline.list(
      (await world.incident()).id,
      { afterId: 0, limit: 9 },
    );
    const paged = entries.find(({ kind }) => kind === "step_paged");
    assert.equal(paged?.detail.inTurn, true);
  },
);

flow(
  "a severity that rises lets in a step that was passed over, at once",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    const idris = await world.responder("idris", ["email"]);
    await world.team("Payments", {
      steps: () => [
        { minutes: 5, targets: [maya], severities: ["critical"] },
        { minutes: 30, targets: [idris] },
      ],
    });
    await world.alert({ severity: "error" });
    world.expectPage("idris", "email");
    await world.advance("2m");
    await world.alert({ severity: "critical" });
    world.expectPage("maya", "sms");
    await world.advance("5m");
    world.expectPage("idris", "email");
    await world.act("idris", "acknowledge");
  },
);

flow(
  "by night a policy of business hours only pages the team at once and the incident says that no step applies",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    const idris = await world.responder("idris", ["email"]);
    const team = await world.team("Payments", {
      steps: () => [{
        minutes: 5,
        targets: [maya],
        businessHours: { ...UNTIL_0230, mode: "outside" },
      }],
      repeatCount: 20,
    });
    await world.store.teams.setMembers(team.teamId, [idris.id]);
    await world.alert();
    world.expectPage("idris", "email");
    const incident = await world.incident();
    assert.equal(incident.exhaustedAtMs, world.nowMs);
    assert.deepEqual((await world.timeline()).slice(0, 4), [
      "opened",
      "step_skipped",
      "exhausted",
      "fallback_paged",
    ]);
    await world.advance("30d");
    world.expectNoPage();
  },
);

flow(
  "an incident opened by the release before keeps escalating on the policy that it copied",
  async (world) => {
    const maya = await world.responder("maya", ["sms"]);
    const idris = await world.responder("idris", ["email"]);
    await world.team("Payments", {
      steps: () => [
        { minutes: 5, targets: [maya] },
        { minutes: 5, targets: [idris] },
      ],
    });
    await world.alert();
    world.expectPage("maya", "sms");
    const incident = await world.incident();
    const steps = incident.policy.steps.map(({ delayMinutes, targets }) => ({
      delayMinutes,
      targets,
    }));
    // As the code before wrote it: the type of today has more.
    const policy = { ...incident.policy, steps } as never;
    await world.store.incidents.save({ ...incident, policy });
    assert.deepEqual((await world.incident()).policy.steps[1], {
      ...PLAIN_STEP,
      delayMinutes: 5,
      targets: [idris],
    });
    await world.advance("5m");
    world.expectPage("idris", "email");
    await world.act("idris", "acknowledge");
  },
);

flow(
  "turns, conditions and people that are edited while an incident escalates do not change that incident",
  async (world) => {
    const { source } = await payments(world);
    const run = await dryRunOfSource(world.store, source, {
      atMs: world.nowMs,
      severity: "critical",
    });
    await world.alert();
    const ana = { kind: "responder" as const, id: world.id("ana") };
    await world.store.policies.update(source.escalationPolicyId, {
      steps: [{
        ...PLAIN_STEP,
        severities: ["info"],
        delayMinutes: 1,
        targets: [ana],
      }],
      repeatCount: 0,
      fallback: [ana],
    }, world.nowMs);
    await expectAsForeseen(world, run);
  },
);
