/** Values that the domain's tests start from. */
import type { Alert } from "../../src/domain/intake/alert.ts";
import {
  type FrozenPolicy,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import { planEscalation } from "../../src/domain/policies/escalation.ts";
import type { Incident } from "../../src/domain/incidents/incident.ts";
import { type Look, lookOf } from "../../src/domain/policies/look.ts";
import type { Notification } from "../../src/domain/delivery/notification.ts";
import type {
  ContactMethod,
  ReachableResponder,
} from "../../src/domain/responders/people.ts";
import type { Directory } from "../../src/domain/policies/reach.ts";
import type { Actor } from "../../src/domain/incidents/timeline.ts";

export const NOW_MS = Date.UTC(2026, 2, 2, 2, 14);
export const MINUTE_MS = 60_000;

export const maya: Actor = {
  kind: "responder",
  responderId: 1,
  name: "Maya Okafor",
  via: "api",
};
export const grafana: Actor = { kind: "source", sourceId: 1, name: "Grafana" };

export function aPolicy(patch: Partial<FrozenPolicy> = {}): FrozenPolicy {
  return {
    policyId: 1,
    name: "Payments, day and night",
    steps: [
      {
        ...PLAIN_STEP,
        delayMinutes: 5,
        targets: [{ kind: "schedule", id: 1 }],
      },
      {
        ...PLAIN_STEP,
        delayMinutes: 10,
        targets: [{ kind: "responder", id: 2 }],
      },
    ],
    repeatCount: 1,
    acknowledgementTimeoutMinutes: null,
    fallback: [],
    ...patch,
  };
}

export function anIncident(patch: Partial<Incident> = {}): Incident {
  return {
    id: 1842,
    teamId: 1,
    sourceId: 1,
    externalId: "checkout-5xx",
    title: "Checkout API: error rate above 20 %",
    description: "",
    severity: "critical",
    status: "triggered",
    isTest: false,
    openedAtMs: NOW_MS,
    triggeredAtMs: NOW_MS,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    startsAtMs: null,
    latestStartsAtMs: null,
    alertCount: 1,
    lastAlertAtMs: NOW_MS,
    links: [],
    labels: {},
    payload: "{}",
    policy: aPolicy(),
    nextStep: 0,
    round: 0,
    nextActionAtMs: NOW_MS,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    autoResolveAtMs: null,
    refired: false,
    version: 1,
    ...patch,
  };
}

export function anAlert(patch: Partial<Alert> = {}): Alert {
  return {
    kind: "firing",
    externalId: "checkout-5xx",
    title: "Checkout API: error rate above 20 %",
    description: "",
    severity: "critical",
    startsAtMs: null,
    links: [],
    labels: {},
    isTest: false,
    remark: "",
    payload: "{}",
    ...patch,
  };
}

export function aContactMethod(
  patch: Partial<ContactMethod> = {},
): ContactMethod {
  return {
    id: 1,
    responderId: 1,
    channel: "sms",
    address: "+447700900123",
    label: "",
    enabled: true,
    verifiedAtMs: null,
    createdAtMs: NOW_MS,
    updatedAtMs: NOW_MS,
    ...patch,
  };
}

/** Responder `id` with one phone whose contact method id is ten times as large. */
export function aResponder(
  id: number,
  patch: Partial<ReachableResponder> = {},
): ReachableResponder {
  return {
    id,
    name: `Responder ${id}`,
    notifyOnResolve: false,
    contactMethods: [aContactMethod({ id: id * 10, responderId: id })],
    contactRules: [],
    ...patch,
  };
}

/** Schedule 1 has responder 1 on call; team 1 has responder 3; responder 4 is an admin. */
export function aDirectory(patch: Partial<Directory> = {}): Directory {
  const everybody = [1, 2, 3, 4].map((id) => [id, aResponder(id)] as const);
  return {
    onCall: new Map([[1, [1]]]),
    members: new Map([[1, [3]]]),
    adminIds: [4],
    nextOnCall: new Map(),
    turns: new Map(),
    responders: new Map(everybody),
    ...patch,
  };
}

/** Every moment of the incident from its next action on, with the same people throughout. */
export function looksOf(incident: Incident, directory: Directory): Look[] {
  const looks: Look[] = [];
  let present = incident;
  for (let atMs = incident.nextActionAtMs; atMs !== null;) {
    const plan = planEscalation(present, directory, atMs);
    looks.push(lookOf(plan, directory, atMs));
    present = plan.incident;
    atMs = present.nextActionAtMs;
  }
  return looks;
}

export function aNotification(patch: Partial<Notification> = {}): Notification {
  return {
    id: 7,
    incidentId: 1842,
    responderId: 1,
    contactMethodId: 10,
    channel: "sms",
    address: "+447700900123",
    kind: "page",
    step: 0,
    round: 0,
    state: "sending",
    dueAtMs: NOW_MS,
    firstDueAtMs: NOW_MS,
    idempotencyKey: "key-7",
    createdAtMs: NOW_MS,
    attempt: 1,
    leaseOwner: "node-a",
    leaseUntilMs: NOW_MS + 30_000,
    maybeSentTwice: false,
    outcomeUnknown: false,
    bundle: null,
    provider: null,
    providerMessageId: null,
    error: null,
    sentAtMs: null,
    deliveredAtMs: null,
    updatedAtMs: NOW_MS,
    ...patch,
  };
}
