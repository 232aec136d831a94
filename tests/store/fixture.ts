/** A team with everything that an incident needs, and rows made from few words. */
import assert from "node:assert/strict";
import type { AlertSource } from "../../src/domain/intake/alert_source.ts";
import {
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
} from "../../src/domain/intake/alert_source.ts";
import type { EscalationPolicy } from "../../src/domain/policies/escalation_policy.ts";
import {
  freeze,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import type { NewNotification } from "../../src/domain/delivery/notification.ts";
import type { Responder, Team } from "../../src/domain/responders/people.ts";
import type { Incident } from "../../src/domain/incidents/incident.ts";
import type { NewIncident } from "../../src/ports/incident_repositories.ts";
import {
  type Repositories,
  StoreConflictError,
} from "../../src/ports/store.ts";
import { EVERY_BACKEND, forEachStore, type StoreTest } from "../stores.ts";

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;

export interface World {
  team: Team;
  ada: Responder;
  policy: EscalationPolicy;
  source: AlertSource;
}

/** Promises a team with a responder, a policy that pages her, and a source. */
export async function createWorld(store: Repositories): Promise<World> {
  const team = await store.teams.insert({ name: "Ops", description: "" }, NOW);
  const ada = await store.responders.insert(responder(), NOW);
  const policy = await store.policies.insert({
    teamId: team.id,
    name: "Day and night",
    description: "",
    steps: [{
      ...PLAIN_STEP,
      delayMinutes: 5,
      targets: [{ kind: "responder", id: ada.id }],
    }],
    repeatCount: 1,
    acknowledgementTimeoutMinutes: null,
    fallback: [],
  }, NOW);
  const source = await store.sources.insert(newSource(team, policy), NOW);
  return { team, ada, policy, source };
}

export function responder(
  changes: Partial<Responder> = {},
): Omit<Responder, "id" | "createdAtMs" | "updatedAtMs"> {
  return {
    name: "Ada",
    email: "ada@example.com",
    timeZone: "Europe/London",
    notifyOnResolve: false,
    ...changes,
  };
}

export function newSource(
  team: Team,
  policy: EscalationPolicy,
  changes: Partial<AlertSource> = {},
): Omit<AlertSource, "id" | "createdAtMs" | "updatedAtMs"> {
  return {
    teamId: team.id,
    name: "Grafana",
    kind: "grafana",
    escalationPolicyId: policy.id,
    enabled: true,
    keyId: "abcd1234",
    keyHash: "00".repeat(32),
    settings: DEFAULT_SOURCE_SETTINGS,
    ...NEW_SOURCE,
    ...changes,
  };
}

/** A triggered incident of the world's source, opened at NOW. */
export function newIncident(
  world: World,
  changes: Partial<NewIncident> = {},
): NewIncident {
  return {
    teamId: world.team.id,
    sourceId: world.source.id,
    externalId: "disk-full",
    title: "Disk full",
    description: "The disk of db-1 is full.",
    severity: "error",
    status: "triggered",
    isTest: false,
    openedAtMs: NOW,
    triggeredAtMs: NOW,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    startsAtMs: NOW - MINUTE,
    latestStartsAtMs: NOW - MINUTE,
    alertCount: 1,
    lastAlertAtMs: NOW,
    links: [{ label: "Runbook", url: "https://example.com/runbook" }],
    labels: { host: "db-1" },
    payload: '{"status":"firing"}',
    policy: freeze(world.policy),
    nextStep: 1,
    round: 0,
    nextActionAtMs: NOW + 5 * MINUTE,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    autoResolveAtMs: null,
    refired: false,
    ...changes,
  };
}

/** Promises the incident, which must not be open already. */
export async function open(
  store: Repositories,
  world: World,
  changes: Partial<NewIncident> = {},
): Promise<Incident> {
  const incident = await store.incidents.insert(newIncident(world, changes));
  if (incident === null) throw new Error("It is open already.");
  return incident;
}

/** A queued page of the incident to Ada by SMS, due at NOW. */
export function newPage(
  world: World,
  incident: Incident,
  changes: Partial<NewNotification> = {},
): NewNotification {
  return {
    incidentId: incident.id,
    responderId: world.ada.id,
    contactMethodId: 1,
    channel: "sms",
    address: "+441632960001",
    kind: "page",
    step: 0,
    round: 0,
    state: "queued",
    dueAtMs: NOW,
    idempotencyKey: crypto.randomUUID(),
    createdAtMs: NOW,
    ...changes,
  };
}

/** Registers a case of the contract: once on every database. */
export function contract(name: string, body: StoreTest): void {
  forEachStore(name, body, EVERY_BACKEND);
}

/** Promises that the work is refused with this conflict. */
export async function refuses(
  work: Promise<unknown>,
  reason: StoreConflictError["reason"],
  constraint: string,
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof StoreConflictError, String(error));
    assert.equal(error.reason, reason);
    assert.equal(error.constraint, constraint);
    return true;
  });
}
