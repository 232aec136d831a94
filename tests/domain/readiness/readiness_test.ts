import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { SEVERITIES, type Severity } from "../../../src/domain/intake/alert.ts";
import {
  type BusinessHours,
  type EscalationPolicy,
  type EscalationStep,
  type EscalationTarget,
  PLAIN_STEP,
} from "../../../src/domain/policies/escalation_policy.ts";
import { planEscalation } from "../../../src/domain/policies/escalation.ts";
import type { Finding } from "../../../src/domain/readiness/finding.ts";
import {
  findingSentence,
  plainSentence,
} from "../../../src/domain/readiness/finding_text.ts";
import { imaginedIncident } from "../../../src/domain/policies/imagined_incident.ts";
import type { LastDelivery } from "../../../src/domain/readiness/person_readiness.ts";
import {
  checkReadiness,
  type ReadinessInput,
} from "../../../src/domain/readiness/readiness.ts";
import type { Directory } from "../../../src/domain/policies/reach.ts";
import {
  gaps,
  nextOnCall,
  onCallAt,
  type SchedulePlan,
  shifts,
} from "../../../src/domain/schedules/schedule.ts";
import type { Stretch } from "../../../src/domain/time/weekly_windows.ts";
import { aContactMethod, aResponder } from "../examples.ts";
import { planOf } from "../schedules/plans.ts";

/** The findings, with nothing else to do in between. */
function findingsOf(input: ReadinessInput): Finding[] {
  const check = checkReadiness(input);
  for (;;) {
    const step = check.next();
    if (step.done) return step.value;
  }
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday 23 November 2026. */
const FROM = Date.UTC(2026, 10, 23);
const TO = FROM + 14 * DAY;
const FAR = TO + 100 * DAY;

const on = (...targets: EscalationTarget[]): EscalationStep => ({
  ...PLAIN_STEP,
  delayMinutes: 5,
  targets,
});
const person = (id: number): EscalationTarget => ({ kind: "responder", id });
const schedule = (id: number): EscalationTarget => ({ kind: "schedule", id });

function aPolicy(patch: Partial<EscalationPolicy> = {}): EscalationPolicy {
  return {
    id: 7,
    teamId: 1,
    name: "Payments",
    description: "",
    steps: [on(person(1))],
    repeatCount: 0,
    acknowledgementTimeoutMinutes: null,
    fallback: [person(2)],
    createdAtMs: 0,
    updatedAtMs: 0,
    ...patch,
  };
}

/** Responders 1 to 4 with a verified phone each; team 1 has responder 3; 4 is the admin. */
function inputOf(
  { plans = new Map<number, SchedulePlan>(), silent = [], toMs = TO, ...patch }:
    & Partial<ReadinessInput>
    & { plans?: Map<number, SchedulePlan>; silent?: number[] },
): ReadinessInput {
  const tiles = (untilMs: number) =>
    new Map([...plans].map(([id, plan]) => [id, shifts(plan, FROM, untilMs)]));
  const people = [1, 2, 3, 4].map((id) => {
    const phone = aContactMethod({
      id: id * 10,
      responderId: id,
      verifiedAtMs: 1,
    });
    return aResponder(id, {
      contactMethods: silent.includes(id) ? [] : [phone],
    });
  });
  return {
    fromMs: FROM,
    toMs,
    schedules: [...plans.keys()].map((id) => ({ id, name: `Schedule ${id}` })),
    policies: [aPolicy()],
    sendingEnabled: true,
    channels: new Set(["sms", "email"]),
    tiles: tiles(toMs),
    farTiles: tiles(FAR),
    people: {
      members: new Map([[1, [3]]]),
      adminIds: [4],
      responders: new Map(people.map((one) => [one.id, one])),
    },
    lastDeliveries: new Map(),
    switchedOff: new Set(),
    ...patch,
  };
}

const codes = (findings: readonly Finding[]) =>
  findings.map(({ code }) => code);

const only = (
  findings: readonly Finding[],
  code: Finding["code"],
): Finding => {
  const found = findings.filter((finding) => finding.code === code);
  assert.equal(found.length, 1, `${code} in ${codes(findings)}`);
  return found[0] as Finding;
};

const said = (finding: Finding) =>
  plainSentence(
    findingSentence(finding, { fromMs: FROM, toMs: TO, timeZone: "UTC" }),
  );

Deno.test("when everybody can be reached nothing is found", () => {
  assert.deepEqual(findingsOf(inputOf({})), []);
});

Deno.test("a policy without anybody who can be reached will fail", () => {
  const found = findingsOf(inputOf({ silent: [1, 2, 3, 4] }));
  const worst = found[0];
  assert.equal(worst?.code, "policy_reaches_nobody");
  assert.equal(worst.gravity, "will_fail");
  assert.match(said(worst), /^Payments reaches nobody in the next 14 days/);
});

Deno.test("a schedule's gap names the policy that skips a step in it, once", () => {
  const plans = new Map([[
    1,
    planOf([
      { responderId: 1, startsAtMs: FROM, endsAtMs: FROM + 2 * DAY },
      { responderId: 1, startsAtMs: FROM + 3 * DAY, endsAtMs: TO },
    ]),
  ]]);
  const policies = [aPolicy({ steps: [on(schedule(1)), on(person(2))] })];
  const found = findingsOf(inputOf({ plans, policies }));
  assert.deepEqual(codes(found), ["schedule_gap"]);
  assert.equal(
    said(only(found, "schedule_gap")),
    "Nobody is on call on Schedule 1 from Wed 25 Nov 00:00 to Thu 26 Nov 00:00. Payments skips step 1 then. Put somebody on call.",
  );
});

const OFFICE: BusinessHours = {
  timeZone: "Europe/London",
  mode: "during",
  windows: [{ fromDay: 1, fromTime: "09:00", toDay: 1, toTime: "17:00" }],
};

Deno.test("a step outside its hours is no finding, but a time in which only the last resort is paged is one", () => {
  const office = { ...on(person(1)), businessHours: OFFICE };
  const covered = aPolicy({ steps: [office, on(person(2))] });
  assert.deepEqual(findingsOf(inputOf({ policies: [covered] })), []);
  const alone = aPolicy({ steps: [office] });
  const found = only(
    findingsOf(inputOf({ policies: [alone] })),
    "only_last_resort",
  );
  assert.ok("stretches" in found);
  assert.deepEqual(found.stretches, [
    { startsAtMs: FROM, endsAtMs: FROM + 9 * HOUR },
    { startsAtMs: FROM + 17 * HOUR, endsAtMs: FROM + 7 * DAY + 9 * HOUR },
    { startsAtMs: FROM + 7 * DAY + 17 * HOUR, endsAtMs: TO },
  ]);
});

Deno.test("a severity that no step is meant for is told by its name", () => {
  const steps = [{ ...on(person(1)), severities: ["critical" as const] }];
  const found = findingsOf(inputOf({ policies: [aPolicy({ steps })] }));
  assert.match(
    said(only(found, "only_last_resort")),
    /for incidents of severity info, warning and error: .* Responder 2/,
  );
});

Deno.test("who is next on call counts, and nobody being next is found", () => {
  const next: EscalationTarget = { kind: "next_on_call", id: 1 };
  const policies = [aPolicy({ steps: [on(next), on(person(2))] })];
  const two = new Map([[
    1,
    planOf([
      { responderId: 1, startsAtMs: FROM, endsAtMs: TO + DAY },
      { responderId: 3, startsAtMs: TO + DAY, endsAtMs: TO + 9 * DAY },
    ]),
  ]]);
  assert.deepEqual(findingsOf(inputOf({ plans: two, policies })), []);
  const mute = findingsOf(inputOf({ plans: two, policies, silent: [3] }));
  assert.deepEqual(codes(mute), ["no_contact_method", "step_reaches_nobody"]);
  const one = new Map([[
    1,
    planOf([
      { responderId: 1, startsAtMs: FROM, endsAtMs: FAR },
    ]),
  ]]);
  const found = findingsOf(inputOf({ plans: one, policies }));
  assert.deepEqual(codes(found), ["step_reaches_nobody"]);
});

Deno.test("a policy without a fallback says who is paged in its place", () => {
  const found = findingsOf(
    inputOf({ policies: [aPolicy({ fallback: [] })] }),
  );
  assert.deepEqual(codes(found), ["no_fallback"]);
  assert.match(
    said(only(found, "no_fallback")),
    /its team is paged: Responder 3\./,
  );
});

const delivery = (atMs: number, failed: boolean): LastDelivery => ({
  failed,
  atMs,
  address: "+447700900123",
});

Deno.test("failed deliveries are told until a message gets through, the address changes or it is verified", () => {
  const failing = (deliveries: LastDelivery[]) =>
    codes(findingsOf(inputOf({
      lastDeliveries: new Map([[10, deliveries]]),
    })));
  assert.deepEqual(failing([delivery(9, true)]), ["deliveries_failed"]);
  assert.deepEqual(failing([delivery(10, false), delivery(9, true)]), []);
  assert.deepEqual(failing([{ ...delivery(9, true), address: "x" }]), []);
  assert.deepEqual(failing([delivery(1, true)]), []);
});

Deno.test("an unverified method, no provider and a login that is off are told", () => {
  const first = (changes: Parameters<typeof aContactMethod>[0]) => {
    const input = inputOf({});
    const responders = new Map(input.people.responders);
    const method = aContactMethod({ id: 10, verifiedAtMs: 1, ...changes });
    responders.set(1, aResponder(1, { contactMethods: [method] }));
    return { ...input, people: { ...input.people, responders } };
  };
  assert.deepEqual(codes(findingsOf(first({ verifiedAtMs: null }))), [
    "not_verified",
  ]);
  assert.deepEqual(codes(findingsOf(first({ channel: "whatsapp" }))), [
    "no_provider",
  ]);
  assert.deepEqual(
    codes(findingsOf(inputOf({ switchedOff: new Set([1]) }))),
    ["account_disabled"],
  );
  assert.equal(
    findingsOf(inputOf({ sendingEnabled: false }))[0]?.code,
    "sending_off",
  );
});

const hour = fc.integer({ min: -24, max: 72 });
const plan = fc.array(
  fc.record({
    responderId: fc.integer({ min: 1, max: 4 }),
    from: hour,
    length: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 4 },
).map((windows) =>
  planOf(windows.map(({ responderId, from, length }) => ({
    responderId,
    startsAtMs: FROM + from * HOUR,
    endsAtMs: FROM + (from + length) * HOUR,
  })))
);
const target: fc.Arbitrary<EscalationTarget> = fc.record({
  kind: fc.constantFrom("responder", "schedule", "next_on_call", "team"),
  id: fc.integer({ min: 1, max: 2 }),
});
const hours: fc.Arbitrary<BusinessHours> = fc.record({
  timeZone: fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata"),
  mode: fc.constantFrom("during", "outside"),
  windows: fc.array(
    fc.record({
      fromDay: fc.integer({ min: 1, max: 7 }),
      fromTime: fc.constantFrom("00:00", "09:00", "18:30"),
      toDay: fc.integer({ min: 1, max: 7 }),
      toTime: fc.constantFrom("00:00", "09:00", "18:30"),
    }),
    { minLength: 1, maxLength: 1 },
  ),
});
const step: fc.Arbitrary<EscalationStep> = fc.record({
  delayMinutes: fc.constant(5),
  targets: fc.array(target, { minLength: 1, maxLength: 2 }),
  roundRobin: fc.boolean(),
  severities: fc.subarray([...SEVERITIES]),
  businessHours: fc.option(hours, { freq: 4 }),
});
const SOON = FROM + 2 * DAY;
const situation = fc.record({
  one: plan,
  two: plan,
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
  fallback: fc.array(target, { maxLength: 1 }),
  silent: fc.subarray([1, 2, 3, 4]),
  at: fc.array(
    fc.integer({ min: FROM, max: SOON - 1 }),
    { minLength: 4, maxLength: 4 },
  ),
});

Deno.test("at every instant and severity a policy reaches nobody, or has nobody left to page, exactly where the check says so", () => {
  fc.assert(
    fc.property(situation, ({ one, two, steps, fallback, silent, at }) => {
      const policy = aPolicy({ steps, fallback });
      const plans = new Map([[1, one], [2, two]]);
      const input = inputOf({
        ...{ plans, silent, toMs: SOON },
        policies: [policy],
      });
      const findings = findingsOf(input);
      const imagined = imaginedIncident({
        ...{ policy, teamId: 1, severity: "critical", atMs: FROM },
      });
      for (const atMs of at) {
        const directory = {
          ...input.people,
          turns: new Map(),
          onCall: new Map([...plans].map(([id, p]) => [id, onCallAt(p, atMs)])),
          nextOnCall: new Map(
            [...plans].map(([id, p]) => [id, nextOnCall(p, atMs, FAR)]),
          ),
        };
        const mute = SEVERITIES.filter((severity) => {
          const incident = { ...imagined, severity };
          return planEscalation(incident, directory, atMs).pages.length === 0;
        });
        // Its own fallback, then its team, responder 3, then the admin, 4.
        const lastResort = [...fallback.flatMap(whomIn(directory)), 3, 4];
        const worn = lastResort.every((id) => silent.includes(id))
          ? SEVERITIES.filter((severity) => !mute.includes(severity))
          : [];
        holdAgainst(findings, {
          ...{ code: "policy_reaches_nobody", severities: mute, atMs },
        });
        holdAgainst(findings, {
          ...{ code: "no_last_resort", severities: worn, atMs },
        });
      }
      for (const [id, each] of plans) {
        const found = findings.find(({ code, subject }) =>
          code === "schedule_gap" && subject.id === id
        );
        const holes = found && "stretches" in found ? found.stretches : [];
        assert.deepEqual(
          holes,
          gaps(each, FROM, SOON).map(({ startsAtMs, endsAtMs }) => ({
            startsAtMs,
            endsAtMs,
          })),
        );
      }
    }),
    { numRuns: 10_000 },
  );
});

/** Whom a target names at the instant that the directory is of. */
function whomIn({ onCall, nextOnCall, members }: Directory) {
  return ({ kind, id }: EscalationTarget): readonly number[] => {
    if (kind === "responder") return [id];
    const named = { schedule: onCall, next_on_call: nextOnCall, team: members };
    return named[kind].get(id) ?? [];
  };
}

/** Fails unless it is told of all these severities at the instant, and of none at all where there are none. */
function holdAgainst(
  findings: readonly Finding[],
  { code, severities, atMs }: {
    code: "policy_reaches_nobody" | "no_last_resort";
    severities: readonly Severity[];
    atMs: number;
  },
): void {
  const isTold = (severity: Severity) =>
    findings.some((finding) =>
      finding.code === code && isIn(finding.stretches, atMs) &&
      (finding.severities.length === 0 || finding.severities.includes(severity))
    );
  assert.ok(severities.every(isTold), `${code} is not told`);
  // Stretches of all severities are told as one, so what is told of an instant is so for some severity.
  if (severities.length > 0) return;
  assert.ok(!SEVERITIES.some(isTold), `${code} is told`);
}

function isIn(stretches: readonly Stretch[], atMs: number): boolean {
  return stretches.some(({ startsAtMs, endsAtMs }) =>
    startsAtMs <= atMs && atMs < endsAtMs
  );
}
