import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { planEscalation } from "../../src/domain/escalation.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { FALLBACK_STEP } from "../../src/domain/notification.ts";
import {
  aDirectory,
  anIncident,
  aPolicy,
  aResponder,
  MINUTE_MS,
  NOW_MS,
} from "./examples.ts";

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
    steps: [{ delayMinutes: 5, targets: [{ kind: "schedule", id: 9 }] }],
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

const target = fc.record({
  kind: fc.constantFrom("responder", "schedule", "team"),
  id: fc.integer({ min: 1, max: 5 }),
});
const policy = fc.record({
  steps: fc.array(
    fc.record({
      delayMinutes: fc.double({ min: 0.05, max: 60, noNaN: true }),
      targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  repeatCount: fc.integer({ min: 0, max: 3 }),
  fallback: fc.array(target, { maxLength: 2 }),
});
const ids = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
const directory = fc.record({ onCall: ids, members: ids, people: ids });

Deno.test("property: unanswered, every incident ends exhausted, and until then always has a future action", () => {
  fc.assert(
    fc.property(policy, directory, (parts, { onCall, members, people }) => {
      const known = aDirectory({
        onCall: new Map([[1, onCall], [2, []]]),
        members: new Map([[1, members]]),
        responders: new Map(people.map((id) => [id, aResponder(id)])),
        adminIds: [],
      });
      let incident = anIncident({ policy: aPolicy(parts) });
      let nowMs = NOW_MS;
      const steps = parts.steps.length * (parts.repeatCount + 1);
      for (let step = 0; step <= steps; step++) {
        const plan = planEscalation(incident, known, nowMs);
        assert.ok(plan.entries.length > 0, "a plan always tells what it did");
        incident = plan.incident;
        if (incident.exhaustedAtMs !== null) return;
        assert.ok(plan.pages.length > 0);
        assert.ok(incident.nextActionAtMs !== null);
        assert.ok(incident.nextActionAtMs > nowMs);
        nowMs = incident.nextActionAtMs;
      }
      assert.fail("it went on after the last repeat");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("property: one step pages a responder on each contact method once", () => {
  fc.assert(
    fc.property(policy, directory, (parts, { onCall, members }) => {
      const known = aDirectory({
        onCall: new Map([[1, onCall], [2, members]]),
        members: new Map([[1, members]]),
      });
      const incident = anIncident({ policy: aPolicy(parts) });
      const { pages } = planEscalation(incident, known, NOW_MS);
      const used = pages.map((page) => page.contactMethod.id);
      assert.equal(new Set(used).size, used.length);
    }),
  );
});
