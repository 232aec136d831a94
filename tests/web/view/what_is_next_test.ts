import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  type EscalationTarget,
  PLAIN_STEP,
} from "../../../src/domain/policies/escalation_policy.ts";
import type { Severity } from "../../../src/domain/intake/alert.ts";
import type { Incident } from "../../../src/domain/incidents/incident.ts";
import {
  type Ahead,
  whatIsNext,
} from "../../../src/web/view/incidents/what_is_next.ts";
import { plain } from "../../../src/web/view/words.ts";
import {
  aDirectory,
  anIncident,
  aNotification,
  aPolicy,
  aResponder,
  looksOf,
  maya,
  MINUTE_MS,
  NOW_MS,
} from "../../domain/examples.ts";

const view = { nowMs: NOW_MS, timeZone: "UTC" };
/** Maya is on call on schedule 1, Idris is responder 2, and nobody is on call on schedule 3. */
const directory = aDirectory({
  responders: new Map([
    [1, aResponder(1, { name: "Maya Okafor" })],
    [2, aResponder(2, { name: "Idris Bello" })],
    [3, aResponder(3, { name: "Ana Lima" })],
  ]),
});

/** What a page reads: to the first moment after this time through the steps. */
function ahead(incident: Incident): Ahead {
  const all = incident.status === "triggered" && !incident.isTest
    ? looksOf(incident, directory)
    : [];
  const after = all.findIndex(({ round }) => round !== all[0]?.round);
  return {
    looks: after < 0 ? all : all.slice(0, after + 1),
    labels: (step) =>
      (incident.policy.steps[step]?.targets ?? []).flatMap(({ kind, id }) =>
        kind === "schedule" ? [`Rota ${id}`] : []
      ),
  };
}

Deno.test("the ladder goes on with who is paged next, and ends with what comes after them", () => {
  const incident = anIncident({
    nextStep: 1,
    nextActionAtMs: NOW_MS + 228_000,
    alertCount: 5,
  });
  assert.deepEqual(told(incident), [
    "02:14:00 Waiting for an answer. The alert has fired 4 times since.",
    "in 3:48 Escalates to Idris Bello",
    "in 13:48 Starts again from step 1, 1 more time",
  ]);
});

Deno.test("the last time through ends with the last resort", () => {
  const policy = aPolicy({
    repeatCount: 0,
    fallback: [{ kind: "responder", id: 2 }],
  });
  const incident = anIncident({ policy, nextStep: 1, nextActionAtMs: NOW_MS });
  assert.equal(
    told(incident).at(-1),
    "in 10:00 Everything has been tried: Idris Bello",
  );
  const tried = {
    ...incident,
    nextStep: 2,
    nextActionAtMs: NOW_MS + MINUTE_MS,
  };
  assert.deepEqual(told(tried).slice(1), [
    "in 1:00 Everything has been tried: Idris Bello",
  ]);
});

Deno.test("a step with nobody on call takes no time, as in the escalation itself", () => {
  const policy = aPolicy({
    steps: [
      {
        ...PLAIN_STEP,
        delayMinutes: 5,
        targets: [{ kind: "schedule", id: 3 }],
      },
      {
        ...PLAIN_STEP,
        delayMinutes: 10,
        targets: [{ kind: "responder", id: 2 }],
      },
    ],
  });
  const incident = anIncident({ policy, nextActionAtMs: NOW_MS + MINUTE_MS });
  assert.deepEqual(told(incident).slice(1, 3), [
    "in 1:00 Step 1 is skipped: nobody is on call (Rota 3)",
    "in 1:00 Escalates to Idris Bello",
  ]);
});

Deno.test("a step that is passed over for its conditions says why, and one that takes turns says whose it is", () => {
  const policy = aPolicy({
    steps: [
      {
        ...PLAIN_STEP,
        severities: ["info"],
        delayMinutes: 5,
        targets: [{ kind: "schedule", id: 1 }],
      },
      {
        ...PLAIN_STEP,
        roundRobin: true,
        delayMinutes: 10,
        targets: [{ kind: "responder", id: 2 }],
      },
    ],
  });
  const incident = anIncident({ policy, nextActionAtMs: NOW_MS + MINUTE_MS });
  assert.deepEqual(told(incident).slice(1, 3), [
    "in 1:00 Step 1 is passed over: it is not for this severity (Rota 1)",
    "in 1:00 Escalates to Idris Bello, whose turn is next",
  ]);
});

Deno.test("a page that waits for its minute stands between the steps", () => {
  const row = aNotification({
    state: "queued",
    attempt: 0,
    responderId: 1,
    channel: "email",
    dueAtMs: NOW_MS + 2 * MINUTE_MS,
  });
  const incident = anIncident({
    nextStep: 1,
    nextActionAtMs: NOW_MS + 5 * MINUTE_MS,
  });
  assert.deepEqual(told(incident, [row]).slice(1, 3), [
    "in 2:00 Pages Maya Okafor by e-mail",
    "in 5:00 Escalates to Idris Bello",
  ]);
});

Deno.test("an acknowledged incident says whose it is and when it comes back", () => {
  const acknowledged = anIncident({
    status: "acknowledged",
    acknowledgedBy: maya,
    nextActionAtMs: NOW_MS + 30 * MINUTE_MS,
  });
  assert.deepEqual(told(acknowledged), [
    "02:14:00 Maya Okafor is on it. Nobody else is paged.",
    "in 30:00 The acknowledgement runs out and paging starts again, unless it is resolved",
  ]);
  const kept = { ...acknowledged, nextActionAtMs: null };
  assert.equal(told(kept).length, 1);
});

Deno.test("an incident that nobody answered says so and promises nothing", () => {
  const incident = anIncident({ exhaustedAtMs: NOW_MS, nextActionAtMs: null });
  const [now, ...rest] = whatIsNext(incident, options(incident));
  assert.equal(now?.state, "bad");
  assert.match(plain(now?.words ?? []), /Nobody has answered/);
  assert.deepEqual(rest, []);
});

Deno.test("a resolved incident has no future", () => {
  const incident = anIncident({ status: "resolved", nextActionAtMs: null });
  assert.deepEqual(whatIsNext(incident, options(incident)), []);
});

Deno.test("future steps come in the order of time and never before the next action", () => {
  const anyStep = fc.record({
    delayMinutes: fc.integer({ min: 1, max: 600 }),
    roundRobin: fc.boolean(),
    severities: fc.constantFrom<Severity[]>([], ["info"]),
    businessHours: fc.constant(null),
    targets: fc.array(
      fc.constantFrom<EscalationTarget>(
        { kind: "schedule", id: 1 },
        { kind: "schedule", id: 3 },
        { kind: "responder", id: 2 },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  });
  fc.assert(fc.property(
    fc.array(anyStep, { minLength: 1, maxLength: 6 }),
    fc.nat(6),
    fc.nat(3),
    (steps, nextStep, repeatCount) => {
      const incident = anIncident({
        policy: aPolicy({ steps, repeatCount }),
        nextStep: nextStep % steps.length,
        nextActionAtMs: NOW_MS + MINUTE_MS,
      });
      let beforeMs = NOW_MS + MINUTE_MS;
      for (const rung of whatIsNext(incident, options(incident)).slice(1)) {
        const atMs = Date.parse(rung.time.iso);
        assert.ok(atMs >= beforeMs);
        beforeMs = atMs;
      }
    },
  ));
});

function options(
  incident: Incident,
  notifications: ReturnType<typeof aNotification>[] = [],
) {
  const responders = new Map([[1, "Maya Okafor"]]);
  return { notifications, responders, ahead: ahead(incident), view };
}

function told(
  incident: Incident,
  notifications: ReturnType<typeof aNotification>[] = [],
): string[] {
  return whatIsNext(incident, options(incident, notifications)).map((rung) =>
    `${rung.time.text} ${plain(rung.words)}`.replaceAll("\u00A0", " ")
  );
}
