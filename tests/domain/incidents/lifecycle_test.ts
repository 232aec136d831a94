import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Severity } from "../../../src/domain/intake/alert.ts";
import { PLAIN_STEP } from "../../../src/domain/policies/escalation_policy.ts";
import {
  type Incident,
  INCIDENT_STATUSES,
  type IncidentStatus,
} from "../../../src/domain/incidents/incident.ts";
import {
  type IncidentEvent,
  transition,
} from "../../../src/domain/incidents/lifecycle.ts";
import {
  anIncident,
  aPolicy,
  grafana,
  maya,
  MINUTE_MS,
  NOW_MS,
} from "../examples.ts";

const EVENTS: Record<string, IncidentEvent> = {
  acknowledge: { kind: "acknowledge", actor: maya },
  snooze: { kind: "snooze", actor: maya, untilMs: NOW_MS + MINUTE_MS },
  resolve: { kind: "resolve", actor: maya },
  recover: { kind: "recover", actor: grafana, startsAtMs: null, remark: "" },
  expire: { kind: "expire" },
  reopen: { kind: "reopen", actor: maya },
  refire: { kind: "refire", actor: grafana },
  escalate: { kind: "escalate", actor: maya },
  raise: { kind: "raise", actor: grafana, severity: "critical" },
  reassign: {
    kind: "reassign",
    actor: maya,
    responderId: 2,
    responder: "Idris Bello",
  },
  acknowledgement_over: { kind: "acknowledgement_over" },
};

function inStatus(status: IncidentStatus): Incident {
  return {
    triggered: anIncident({ nextStep: 1 }),
    acknowledged: anIncident({
      status: "acknowledged",
      nextStep: 1,
      acknowledgedAtMs: NOW_MS,
      acknowledgedBy: maya,
      nextActionAtMs: null,
    }),
    resolved: anIncident({
      status: "resolved",
      resolvedAtMs: NOW_MS,
      resolvedBy: "person",
      resolvedByActor: maya,
      nextActionAtMs: null,
    }),
  }[status];
}

// from, event, to ("-" refused, "=" a success that changes nothing), pages at once
const TABLE: [IncidentStatus, string, string, boolean][] = [
  ["triggered", "acknowledge", "acknowledged", false],
  ["triggered", "snooze", "acknowledged", false],
  ["triggered", "resolve", "resolved", false],
  ["triggered", "recover", "resolved", false],
  ["triggered", "expire", "resolved", false],
  ["triggered", "reopen", "=", false],
  ["triggered", "refire", "=", false],
  ["triggered", "escalate", "triggered", true],
  ["triggered", "acknowledgement_over", "-", false],
  ["triggered", "reassign", "triggered", false],
  ["acknowledged", "reassign", "triggered", false],
  ["resolved", "reassign", "-", false],
  ["acknowledged", "acknowledge", "=", false],
  ["acknowledged", "snooze", "acknowledged", false],
  ["acknowledged", "resolve", "resolved", false],
  ["acknowledged", "recover", "resolved", false],
  ["acknowledged", "expire", "resolved", false],
  ["acknowledged", "reopen", "triggered", true],
  ["acknowledged", "escalate", "triggered", true],
  ["acknowledged", "acknowledgement_over", "triggered", true],
  ["resolved", "acknowledge", "-", false],
  ["resolved", "snooze", "-", false],
  ["resolved", "resolve", "=", false],
  ["resolved", "recover", "=", false],
  ["resolved", "expire", "=", false],
  ["resolved", "reopen", "triggered", true],
  ["resolved", "refire", "triggered", true],
  ["resolved", "escalate", "-", false],
  ["resolved", "acknowledgement_over", "-", false],
];

for (const [from, name, to, pages] of TABLE) {
  Deno.test(`${from}, ${name}: ${to}`, () => {
    const event = EVENTS[name];
    assert.ok(event);
    const result = transition(inStatus(from), event, NOW_MS);
    if (to === "-") {
      assert.equal(result.ok, false);
      return;
    }
    assert.ok(result.ok);
    assert.equal(result.changed, to !== "=");
    assert.equal(result.incident.status, to === "=" ? from : to);
    assert.equal(result.pageNow, pages);
    assert.equal(result.entries.length, to === "=" ? 0 : 1);
  });
}

Deno.test("a refusal names the incident and its status in words", () => {
  const acknowledge: IncidentEvent = { kind: "acknowledge", actor: maya };
  const result = transition(inStatus("resolved"), acknowledge, NOW_MS);
  assert.ok(!result.ok);
  assert.equal(result.code, "incident_resolved");
  assert.match(
    result.message,
    /Cannot acknowledge incident 1842: it is resolved/,
  );
});

Deno.test("an acknowledgement ends after the policy's timeout, and paging starts again from the first step", () => {
  const policy = aPolicy({ acknowledgementTimeoutMinutes: 30 });
  const taken = transition(
    anIncident({ policy, nextStep: 1 }),
    { kind: "acknowledge", actor: maya },
    NOW_MS,
  );
  assert.ok(taken.ok && taken.cancelUnsent);
  assert.equal(taken.incident.nextActionAtMs, NOW_MS + 30 * MINUTE_MS);
  const over = transition(
    taken.incident,
    { kind: "acknowledgement_over" },
    NOW_MS + 30 * MINUTE_MS,
  );
  assert.ok(over.ok && over.pageNow);
  assert.equal(over.incident.nextStep, 0);
  assert.equal(over.incident.acknowledgedBy, null);
  assert.equal(over.entries[0]?.kind, "acknowledgement_timed_out");
});

Deno.test("a snooze must end in the future, and tells that it ended", () => {
  const past: IncidentEvent = { kind: "snooze", actor: maya, untilMs: NOW_MS };
  const refused = transition(anIncident(), past, NOW_MS);
  assert.ok(!refused.ok && refused.code === "snooze_not_in_future");
  const untilMs = NOW_MS + MINUTE_MS;
  const snoozed = transition(anIncident(), { ...past, untilMs }, NOW_MS);
  assert.ok(snoozed.ok);
  assert.equal(snoozed.incident.nextActionAtMs, untilMs);
  const over = transition(
    snoozed.incident,
    { kind: "acknowledgement_over" },
    untilMs,
  );
  assert.ok(over.ok && over.entries[0]?.kind === "snooze_ended");
});

Deno.test("acknowledging a snoozed incident ends the snooze for good", () => {
  const snoozed = anIncident({
    ...inStatus("acknowledged"),
    snoozedUntilMs: NOW_MS + MINUTE_MS,
    nextActionAtMs: NOW_MS + MINUTE_MS,
  });
  const event: IncidentEvent = { kind: "acknowledge", actor: maya };
  const result = transition(snoozed, event, NOW_MS);
  assert.ok(result.ok && result.changed);
  assert.equal(result.incident.nextActionAtMs, null);
});

Deno.test("an alert that becomes urgent runs the last step again; one that was urgent does not", () => {
  const event: IncidentEvent = {
    kind: "raise",
    actor: grafana,
    severity: "critical",
  };
  const from = (
    severity: Incident["severity"],
    patch: Partial<Incident> = {},
  ) =>
    transition(anIncident({ severity, nextStep: 1, ...patch }), event, NOW_MS);
  const urgent = from("warning");
  assert.ok(urgent.ok && urgent.pageNow && urgent.cancelUnsent);
  assert.equal(urgent.incident.nextStep, 0);
  const wrapped = from("warning", { nextStep: 0, round: 1 });
  assert.ok(wrapped.ok);
  assert.deepEqual([wrapped.incident.round, wrapped.incident.nextStep], [0, 1]);
  const already = from("error");
  assert.ok(already.ok && !already.pageNow);
  assert.equal(already.incident.severity, "critical");
  const owned = from("warning", inStatus("acknowledged"));
  assert.ok(owned.ok && !owned.pageNow);
  const exhausted = from("warning", { exhaustedAtMs: NOW_MS, round: 2 });
  assert.ok(exhausted.ok && exhausted.pageNow);
  assert.equal(exhausted.incident.exhaustedAtMs, null);
  assert.equal(exhausted.incident.round, 0);
});

Deno.test("a severity that lets in a step which has been passed over goes back to it; one that comes later is waited for", () => {
  const step = (severities: Severity[]) => ({
    ...PLAIN_STEP,
    severities,
    delayMinutes: 5,
    targets: [{ kind: "responder" as const, id: 1 }],
  });
  const steps = [step(["critical"]), step([]), step(["error", "critical"])];
  const from = (
    severity: Severity,
    to: Severity,
    patch: Partial<Incident> = {},
  ) => {
    const incident = anIncident({
      severity,
      policy: aPolicy({ steps }),
      ...patch,
    });
    const event = { kind: "raise", actor: grafana, severity: to } as const;
    const result = transition(incident, event, NOW_MS);
    assert.ok(result.ok);
    return result.pageNow
      ? [result.incident.round, result.incident.nextStep]
      : null;
  };
  assert.deepEqual(from("error", "critical", { nextStep: 2 }), [0, 0]);
  assert.deepEqual(from("warning", "critical", { nextStep: 2 }), [0, 0]);
  assert.deepEqual(from("warning", "error", { nextStep: 2 }), [0, 1]);
  assert.equal(from("info", "warning", { nextStep: 2 }), null);
  assert.deepEqual(
    from("error", "critical", { exhaustedAtMs: NOW_MS, round: 2 }),
    [0, 0],
    "exhausted, the incident starts again",
  );
  assert.equal(
    from("error", "critical", inStatus("acknowledged")),
    null,
  );
});

Deno.test("escalating an exhausted incident starts again from the first step", () => {
  const event: IncidentEvent = { kind: "escalate", actor: maya };
  const exhausted = anIncident({ exhaustedAtMs: NOW_MS, round: 2 });
  const result = transition(exhausted, event, NOW_MS);
  assert.ok(result.ok && result.pageNow);
  assert.deepEqual([result.incident.round, result.incident.nextStep], [0, 0]);
  assert.equal(result.incident.exhaustedAtMs, null);
});

Deno.test("property: whatever happens in whatever order, the incident's fields agree with its status", () => {
  const event = fc.constantFrom(...Object.values(EVENTS));
  const start = fc.constantFrom(...INCIDENT_STATUSES);
  fc.assert(
    fc.property(start, fc.array(event, { maxLength: 20 }), (status, events) => {
      let incident = inStatus(status);
      let nowMs = NOW_MS;
      for (const one of events) {
        const result = transition(incident, one, nowMs);
        if (!result.ok) continue;
        if (!result.changed) assert.deepEqual(result.incident, incident);
        incident = result.incident;
        assert.equal(
          incident.status === "resolved",
          incident.resolvedAtMs !== null,
        );
        if (incident.status !== "resolved") {
          assert.equal(
            incident.status === "acknowledged",
            incident.acknowledgedBy !== null,
          );
        }
        if (incident.status === "resolved") {
          assert.equal(incident.nextActionAtMs, null);
        }
        if (incident.snoozedUntilMs !== null) {
          assert.equal(incident.status, "acknowledged");
        }
        if (result.tellPaged) assert.equal(incident.status, "resolved");
        if (result.pageNow) assert.equal(incident.status, "triggered");
        nowMs++;
      }
    }),
    { numRuns: 2_000 },
  );
});
