import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { planEscalation } from "../../../src/domain/policies/escalation.ts";
import { SEVERITIES } from "../../../src/domain/intake/alert.ts";
import {
  BUSINESS_HOURS_MODES,
  type BusinessHours,
  PLAIN_STEP,
  TARGET_KINDS,
} from "../../../src/domain/policies/escalation_policy.ts";
import type { Incident } from "../../../src/domain/incidents/incident.ts";
import { FALLBACK_STEP } from "../../../src/domain/delivery/notification.ts";
import type { Directory } from "../../../src/domain/policies/reach.ts";
import {
  aContactMethod,
  aDirectory,
  anIncident,
  aPolicy,
  aResponder,
  MINUTE_MS,
  NOW_MS,
} from "../examples.ts";

function kinds(plan: ReturnType<typeof planEscalation>): string[] {
  return plan.entries.map((entry) => entry.kind);
}

Deno.test("the first step pages who is on call and waits for its delay", () => {
  const plan = planEscalation(anIncident(), aDirectory(), NOW_MS);
  assert.deepEqual(plan.pages.map((page) => page.responderId), [1]);
  assert.equal(plan.incident.nextStep, 1);
  assert.equal(plan.incident.nextActionAtMs, NOW_MS + 5 * MINUTE_MS);
  assert.deepEqual(kinds(plan), ["step_paged"]);
});

Deno.test("the last step wraps to the first of the next round", () => {
  const plan = planEscalation(
    anIncident({ nextStep: 1 }),
    aDirectory(),
    NOW_MS,
  );
  assert.deepEqual(plan.pages.map((page) => page.responderId), [2]);
  assert.equal(plan.incident.nextStep, 0);
  assert.equal(plan.incident.round, 1);
});

Deno.test("a step with nobody on call is skipped at once and says so", () => {
  const directory = aDirectory({ onCall: new Map() });
  const plan = planEscalation(anIncident(), directory, NOW_MS);
  assert.deepEqual(kinds(plan), ["step_skipped", "step_paged"]);
  assert.deepEqual(plan.entries[0]?.detail, {
    round: 0,
    step: 0,
    reason: "nobody_on_call",
  });
  assert.deepEqual(plan.pages.map((page) => page.responderId), [2]);
  assert.equal(plan.incident.nextActionAtMs, NOW_MS + 10 * MINUTE_MS);
});

Deno.test("a responder without a contact method is told of, and the step is skipped", () => {
  const responders = new Map(aDirectory().responders);
  responders.set(1, aResponder(1, { contactMethods: [] }));
  const plan = planEscalation(
    anIncident(),
    aDirectory({ responders }),
    NOW_MS,
  );
  assert.deepEqual(kinds(plan), [
    "responder_unreachable",
    "step_skipped",
    "step_paged",
  ]);
});

Deno.test("after the last repeat the incident is exhausted and the fallback is paged", () => {
  const after = anIncident({ round: 2, nextStep: 0 });
  const plan = planEscalation(after, aDirectory(), NOW_MS);
  assert.equal(plan.incident.exhaustedAtMs, NOW_MS);
  assert.equal(plan.incident.nextActionAtMs, null);
  assert.deepEqual(kinds(plan), ["exhausted", "fallback_paged"]);
  assert.deepEqual(plan.entries[0]?.detail, { reason: "nobody_answered" });
  assert.deepEqual(
    plan.pages.map(({ responderId, step }) => ({ responderId, step })),
    [{ responderId: 3, step: FALLBACK_STEP }],
  );
});

Deno.test("the policy's own fallback goes before the team, and the admins are the last resort", () => {
  const exhausted = { round: 2, nextStep: 0 };
  const own = anIncident({
    ...exhausted,
    policy: aPolicy({ fallback: [{ kind: "responder", id: 2 }] }),
  });
  const paged = (incident: Incident, directory = aDirectory()) =>
    planEscalation(incident, directory, NOW_MS).pages
      .map((page) => page.responderId);
  assert.deepEqual(paged(own), [2]);
  const noMembers = aDirectory({ members: new Map() });
  assert.deepEqual(paged(anIncident(exhausted), noMembers), [4]);
});

Deno.test("when no step finds anybody the fallback is paged at once, without any waiting", () => {
  const policy = aPolicy({
    steps: [{
      ...PLAIN_STEP,
      delayMinutes: 5,
      targets: [{ kind: "schedule", id: 9 }],
    }],
    repeatCount: 0,
  });
  const plan = planEscalation(anIncident({ policy }), aDirectory(), NOW_MS);
  assert.deepEqual(kinds(plan), [
    "step_skipped",
    "exhausted",
    "fallback_paged",
  ]);
  assert.deepEqual(plan.entries[1]?.detail, { reason: "nobody_reachable" });
});

Deno.test("when there is nobody at all the incident says so loudly", () => {
  const nobody = aDirectory({ responders: new Map() });
  const plan = planEscalation(anIncident(), nobody, NOW_MS);
  assert.equal(kinds(plan).at(-1), "nobody_to_page");
  assert.equal(plan.incident.exhaustedAtMs, NOW_MS);
});

Deno.test("a test incident pages nobody", () => {
  const plan = planEscalation(
    anIncident({ isTest: true }),
    aDirectory(),
    NOW_MS,
  );
  assert.deepEqual(plan.pages, []);
  assert.equal(plan.incident.nextActionAtMs, null);
});

const CRITICAL_ONLY = { ...PLAIN_STEP, severities: ["critical" as const] };
// NOW_MS is a Monday, 02:14 UTC.
const NIGHT = { fromDay: 1, fromTime: "00:00", toDay: 1, toTime: "06:00" };
const BY_NIGHT: BusinessHours = {
  timeZone: "UTC",
  mode: "during",
  windows: [NIGHT],
};
const maya = { kind: "responder" as const, id: 1 };
const idris = { kind: "responder" as const, id: 2 };

function reasons(plan: ReturnType<typeof planEscalation>): unknown[] {
  return plan.entries.filter(({ kind }) => kind === "step_skipped")
    .map(({ detail }) => detail.reason);
}

Deno.test("a step for other severities is passed over at once and says so", () => {
  const steps = [
    { ...CRITICAL_ONLY, delayMinutes: 5, targets: [maya] },
    { ...PLAIN_STEP, delayMinutes: 5, targets: [idris] },
  ];
  const policy = aPolicy({ steps });
  const mild = planEscalation(
    anIncident({ policy, severity: "warning" }),
    aDirectory(),
    NOW_MS,
  );
  assert.deepEqual(reasons(mild), ["other_severity"]);
  assert.deepEqual(mild.pages.map((page) => page.responderId), [2]);
  const bad = planEscalation(anIncident({ policy }), aDirectory(), NOW_MS);
  assert.deepEqual(bad.pages.map((page) => page.responderId), [1]);
});

Deno.test("a step pages during its hours or outside them, as its policy says", () => {
  const paged = (mode: BusinessHours["mode"], atMs: number) => {
    const businessHours = { ...BY_NIGHT, mode };
    const steps = [
      { ...PLAIN_STEP, businessHours, delayMinutes: 5, targets: [maya] },
      { ...PLAIN_STEP, delayMinutes: 5, targets: [idris] },
    ];
    const plan = planEscalation(
      anIncident({ policy: aPolicy({ steps }) }),
      aDirectory(),
      atMs,
    );
    return [...reasons(plan), ...plan.pages.map((page) => page.responderId)];
  };
  const dayMs = NOW_MS + 8 * 60 * MINUTE_MS;
  assert.deepEqual(paged("during", NOW_MS), [1]);
  assert.deepEqual(paged("during", dayMs), ["outside_business_hours", 2]);
  assert.deepEqual(paged("outside", dayMs), [1]);
  assert.deepEqual(paged("outside", NOW_MS), ["within_business_hours", 2]);
});

Deno.test("a policy of business hours only pages the last resort at once by night, and is exhausted", () => {
  const businessHours: BusinessHours = { ...BY_NIGHT, mode: "outside" };
  const step = { ...PLAIN_STEP, businessHours, delayMinutes: 5 };
  const steps = [
    { ...step, targets: [maya] },
    { ...step, targets: [idris] },
  ];
  const policy = aPolicy({ steps, repeatCount: 20 });
  const plan = planEscalation(anIncident({ policy }), aDirectory(), NOW_MS);
  assert.deepEqual(kinds(plan), [
    "step_skipped",
    "step_skipped",
    "exhausted",
    "fallback_paged",
  ]);
  assert.deepEqual(plan.entries[2]?.detail, { reason: "no_step_applies" });
  assert.equal(plan.entries[3]?.detail.lastResort, "team");
  assert.equal(plan.incident.exhaustedAtMs, NOW_MS);
  assert.equal(plan.incident.nextActionAtMs, null);
});

Deno.test("whoever is next on call is paged as a target of its own", () => {
  const targets = [{ kind: "next_on_call" as const, id: 1 }];
  const steps = [{ ...PLAIN_STEP, delayMinutes: 5, targets }];
  const incident = anIncident({ policy: aPolicy({ steps }) });
  const directory = aDirectory({ nextOnCall: new Map([[1, [2]]]) });
  const plan = planEscalation(incident, directory, NOW_MS);
  assert.deepEqual(plan.pages.map((page) => page.responderId), [2]);
  const alone = planEscalation(incident, aDirectory(), NOW_MS);
  assert.deepEqual(reasons(alone), ["nobody_on_call"]);
});

Deno.test("a round-robin step pages one person on all their ways, and says whose turn is used", () => {
  const targets = [{ kind: "team" as const, id: 1 }];
  const steps = [
    { ...PLAIN_STEP, roundRobin: true, delayMinutes: 5, targets },
  ];
  const responders = new Map(aDirectory().responders);
  const mail = aContactMethod({ id: 21, responderId: 2, channel: "email" });
  const phone = aContactMethod({ id: 20, responderId: 2 });
  responders.set(2, aResponder(2, { contactMethods: [phone, mail] }));
  responders.set(3, aResponder(3, { contactMethods: [] }));
  const directory = aDirectory({
    members: new Map([[1, [1, 2, 3]]]),
    responders,
    turns: new Map([[0, 3]]),
  });
  const incident = anIncident({ policy: aPolicy({ steps }) });
  const plan = planEscalation(incident, directory, NOW_MS);
  assert.deepEqual(
    plan.pages.map((page) => page.contactMethod.id),
    [20, 21],
    "the fourth turn among the two who can be reached is the second's",
  );
  assert.equal(plan.turnStep, 0);
  assert.equal(plan.entries.at(-1)?.detail.inTurn, true);
});

const target = fc.record({
  kind: fc.constantFrom(...TARGET_KINDS),
  id: fc.integer({ min: 1, max: 5 }),
});
const time = fc.integer({ min: 0, max: 1_439 }).map((minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${
    String(minute % 60).padStart(2, "0")
  }`
);
const day = fc.integer({ min: 1, max: 7 });
const businessHours = fc.record({
  timeZone: fc.constantFrom("UTC", "Europe/London", "Australia/Lord_Howe"),
  mode: fc.constantFrom(...BUSINESS_HOURS_MODES),
  windows: fc.array(
    fc.record({ fromDay: day, fromTime: time, toDay: day, toTime: time }),
    { minLength: 1, maxLength: 3 },
  ),
});
const policy = fc.record({
  steps: fc.array(
    fc.record({
      delayMinutes: fc.double({ min: 0.05, max: 600, noNaN: true }),
      targets: fc.array(target, { minLength: 1, maxLength: 3 }),
      roundRobin: fc.boolean(),
      severities: fc.subarray([...SEVERITIES]),
      businessHours: fc.option(businessHours),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  repeatCount: fc.integer({ min: 0, max: 3 }),
  fallback: fc.array(target, { maxLength: 2 }),
});
const ids = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
const directory = fc.record({
  onCall: ids,
  next: ids,
  members: ids,
  admins: ids,
  people: ids,
  turn: fc.nat(),
}).map(({ onCall, next, members, admins, people, turn }) =>
  aDirectory({
    onCall: new Map([[1, onCall], [2, []]]),
    nextOnCall: new Map([[1, next]]),
    members: new Map([[1, members]]),
    responders: new Map(people.map((id) => [id, aResponder(id)])),
    adminIds: admins,
    turns: new Map([[0, turn], [1, turn + 1]]),
  })
);
const severity = fc.constantFrom(...SEVERITIES);
const instant = fc.integer({ min: NOW_MS, max: NOW_MS + 400 * 1_440 * 60_000 });

Deno.test("property: unanswered, every incident ends exhausted, never silent, and until then always has a future action", () => {
  fc.assert(
    fc.property(
      fc.tuple(policy, directory, severity, instant),
      ([parts, known, severity, atMs]) => {
        let incident = anIncident({ policy: aPolicy(parts), severity });
        let nowMs = atMs;
        let entries = 0;
        const steps = parts.steps.length * (parts.repeatCount + 1);
        for (let step = 0; step <= steps; step++) {
          const plan = planEscalation(incident, known, nowMs);
          assert.ok(plan.entries.length > 0, "a plan always tells what it did");
          entries += plan.entries.length;
          incident = plan.incident;
          if (incident.exhaustedAtMs !== null) {
            assert.ok(
              plan.pages.length > 0 || hasNobodyLeft(known),
              "somebody could still have been paged",
            );
            assert.ok(entries <= (steps + 2) * (15 + parts.steps.length));
            return;
          }
          assert.ok(plan.pages.length > 0);
          assert.ok(incident.nextActionAtMs !== null);
          assert.ok(incident.nextActionAtMs > nowMs);
          nowMs = incident.nextActionAtMs;
        }
        assert.fail("it went on after the last repeat");
      },
    ),
    { numRuns: 10_000 },
  );
});

/** Neither the team of the incident nor the admins can be reached. */
function hasNobodyLeft({ members, adminIds, responders }: Directory): boolean {
  return ![...members.get(1) ?? [], ...adminIds]
    .some((id) => responders.has(id));
}

Deno.test("property: turns go round evenly over any number of incidents, whoever cannot be reached left out", () => {
  const people = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.tuple(people, fc.subarray([1, 2, 3, 4, 5]), fc.nat(), fc.nat(60)),
      ([members, unreachable, firstTurn, count]) => {
        const reachable = members.filter((id) => !unreachable.includes(id));
        const targets = [{ kind: "team" as const, id: 1 }];
        const steps = [
          { ...PLAIN_STEP, roundRobin: true, delayMinutes: 5, targets },
        ];
        const incident = anIncident({ policy: aPolicy({ steps }) });
        const paged = new Map<number, number>();
        for (let each = 0; each < count; each++) {
          const known = aDirectory({
            members: new Map([[1, members]]),
            responders: new Map(reachable.map((id) => [id, aResponder(id)])),
            turns: new Map([[0, firstTurn + each]]),
          });
          const plan = planEscalation(incident, known, NOW_MS);
          if (plan.turnStep === null) {
            assert.equal(reachable.length, 0);
            continue;
          }
          const ids = new Set(plan.pages.map((page) => page.responderId));
          assert.equal(ids.size, 1);
          for (const id of ids) paged.set(id, (paged.get(id) ?? 0) + 1);
        }
        const counts = reachable.map((id) => paged.get(id) ?? 0);
        if (counts.length === 0) return;
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
        assert.equal(counts.reduce((sum, one) => sum + one, 0), count);
      },
    ),
    { numRuns: 10_000 },
  );
});

Deno.test("property: one step pages a responder on each contact method once", () => {
  fc.assert(
    fc.property(policy, directory, (parts, known) => {
      const incident = anIncident({ policy: aPolicy(parts) });
      const { pages } = planEscalation(incident, known, NOW_MS);
      const used = pages.map((page) => page.contactMethod.id);
      assert.equal(new Set(used).size, used.length);
    }),
  );
});
