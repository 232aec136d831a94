/** Carries out what the dedup rules have decided about one alert, in the transaction of its request. */
import type { Alert } from "../../domain/intake/alert.ts";
import {
  asksForHistory,
  decide,
  type DedupDecision,
  type DedupMemory,
  recoveredUpTo,
} from "../../domain/intake/dedup.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import {
  type IncidentEvent,
  transition,
} from "../../domain/incidents/lifecycle.ts";
import type {
  Actor,
  NewTimelineEntry,
} from "../../domain/incidents/timeline.ts";
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import type {
  CountedIncident,
  RepeatedFiring,
} from "../../ports/incident_repositories.ts";
import { autoResolveAt, newIncident, UNSAVED } from "./new_incident.ts";
import { planNow } from "../incidents/plan_step.ts";
import {
  followPlan,
  writePages,
  writeTransition,
  type Writing,
} from "../incidents/write_transition.ts";

export const ALERT_OUTCOMES = [
  "opened",
  "reopened",
  "updated",
  "resolved",
  "noted",
  "ignored",
] as const;
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number];

/** What a sender is told of the incident that its alert concerns. */
export type ToldIncident =
  & CountedIncident
  & Pick<Incident, "description" | "links" | "labels">;

/**
 * What became of one alert. `noted`: only the timeline of `incidentId` tells of it. `ignored`: there is nothing that it
 * could be told of.
 */
export interface Admitted {
  outcome: AlertOutcome;
  incidentId: number | null;
  /** The incident as it was written, where that is known without reading it again. */
  incident?: ToldIncident;
  /** Nobody is paged, told or spared a page because of it. */
  quiet?: boolean;
}

export interface Admission extends Writing {
  origin: SourceWithPolicy;
  actor: Actor;
}

// Between reading and locking, somebody else may change the incident; each try reads it afresh.
const TRIES = 5;

/** Promises the alert recorded in the transaction, or throws when the incident never stood still. */
export async function admit(
  admission: Admission,
  alert: Alert,
): Promise<Admitted> {
  for (let tried = 0; tried < TRIES; tried++) {
    const memory = await recall(admission, alert);
    const { nowMs, origin } = admission;
    const { settings } = origin.source;
    const decision = decide(alert, memory, { settings, nowMs });
    if (alert.kind === "resolved") {
      await rememberRecovery(admission, { alert, open: memory.open });
    }
    const done = await carryOut(admission, { alert, decision });
    if (done) return done;
  }
  throw new Error(
    `The incident of alert ${alert.externalId} kept changing while it was read`,
  );
}

async function recall(
  { tx, origin }: Admission,
  alert: Alert,
): Promise<DedupMemory> {
  const { id } = origin.source;
  const { externalId } = alert;
  const open = await tx.incidents.findOpen(id, externalId);
  if (open || !asksForHistory(alert)) {
    return { open, lastResolved: null, recoveredStartsAtMs: null };
  }
  const lastResolved = await tx.incidents.findLastResolved(id, externalId);
  const recoveredStartsAtMs = await tx.recoveries.latestStartMs(id, externalId);
  return { open, lastResolved, recoveredStartsAtMs };
}

async function rememberRecovery(
  { tx, origin, nowMs }: Admission,
  { alert, open }: { alert: Alert; open: Incident | null },
): Promise<void> {
  const upToMs = recoveredUpTo(alert, open);
  if (upToMs === null) return;
  await tx.recoveries
    .record(origin.source.id, alert.externalId, upToMs, nowMs);
}

/** Promises what was done, or null when the incident changed under our hands and the alert has to be looked at again. */
async function carryOut(
  admission: Admission,
  { alert, decision }: { alert: Alert; decision: DedupDecision },
): Promise<Admitted | null> {
  switch (decision.kind) {
    case "open":
      return await open(admission, alert);
    case "repeat":
      return await repeat(admission, { alert, ...decision });
    case "recover":
      return await change(admission, {
        incident: decision.incident,
        outcome: "resolved",
        event: {
          kind: "recover",
          actor: admission.actor,
          startsAtMs: alert.startsAtMs,
          remark: alert.remark,
        },
      });
    case "reopen":
      return await reopen(admission, { alert, incident: decision.incident });
    case "note":
      return await note(admission, { alert, ...decision });
  }
}

async function open(
  admission: Admission,
  alert: Alert,
): Promise<Admitted | null> {
  const { tx, nowMs, actor } = admission;
  const fresh = {
    ...newIncident(admission.origin, alert, nowMs),
    id: UNSAVED,
    version: 0,
  };
  const planned = await planNow(admission, fresh);
  const { id: _id, version: _version, ...row } = planned.incident;
  const written = await tx.incidents.insert(row);
  if (!written) return null;
  const opened = openedEntry(alert, { nowMs, actor });
  await followPlan(admission, planned, async ({ pages, entries }) => {
    await tx.timeline.add(written.id, [opened, ...entries]);
    await writePages(admission, { incidentId: written.id, pages });
  });
  return { outcome: "opened", incidentId: written.id, incident: written };
}

/** Promises the first entry of an incident's story. */
export function openedEntry(
  { remark }: Alert,
  { nowMs, actor }: Pick<Admission, "nowMs" | "actor">,
): NewTimelineEntry {
  const detail = remark === "" ? {} : { remark };
  return { kind: "opened", atMs: nowMs, actor, detail };
}

async function reopen(
  admission: Admission,
  { alert, incident }: { alert: Alert; incident: Incident },
): Promise<Admitted | null> {
  const event: IncidentEvent = { kind: "refire", actor: admission.actor };
  const outcome = "reopened";
  const done = await change(admission, { incident, event, outcome });
  const counted = done && await count(admission, { alert, incident });
  return counted ? { ...done, incident: counted } : null;
}

async function repeat(
  admission: Admission,
  { alert, incident, raised }: {
    alert: Alert;
    incident: Incident;
    raised: boolean;
  },
): Promise<Admitted | null> {
  const { actor } = admission;
  if (raised) {
    const { severity } = alert;
    const event: IncidentEvent = { kind: "raise", actor, severity };
    const done = await change(admission, {
      incident,
      outcome: "updated",
      event,
    });
    if (!done) return null;
  }
  const counted = await count(admission, { alert, incident });
  return counted && updated(counted, { quiet: !raised });
}

/** Promises what is told of an incident on which the alert was counted: it says what its last alert has said. */
export function toldOf(
  counted: CountedIncident,
  { description, links, labels }: Alert,
): ToldIncident {
  return { ...counted, description, links, labels };
}

/** Promises what became of an alert that was counted on an open incident. */
export function updated(
  incident: ToldIncident,
  { quiet }: { quiet: boolean },
): Admitted {
  return { outcome: "updated", incidentId: incident.id, incident, quiet };
}

/** Promises the open incident with the firing counted and what the sender said last; null when it is resolved. */
async function count(
  { tx, nowMs, origin }: Admission,
  { alert, incident }: { alert: Alert; incident: Incident },
): Promise<ToldIncident | null> {
  const firing = firingOf(alert, { nowMs, origin, incident, times: 1 });
  const [counted] = await tx.incidents.recordRepeats([firing]);
  return counted ? toldOf(counted, alert) : null;
}

/** Promises what so many firings change on their open incident: the alert is the last one's, and says how things are now. */
export function firingOf(
  { startsAtMs, description, links, labels, payload }: Alert,
  { nowMs, origin: { source }, incident, times }: {
    nowMs: number;
    origin: SourceWithPolicy;
    incident: Pick<Incident, "id" | "isTest" | "autoResolveAtMs">;
    times: number;
  },
): RepeatedFiring {
  const { id: incidentId, isTest, autoResolveAtMs } = incident;
  return {
    ...{ incidentId, nowMs, times, startsAtMs },
    ...{ description, links, labels, payload },
    // A test incident ends by its own age, however often the button is pressed.
    autoResolveAtMs: isTest
      ? autoResolveAtMs
      : autoResolveAt({ source, nowMs, isTest }),
  };
}

async function change(
  admission: Admission,
  { incident, event, outcome }: {
    incident: Incident;
    event: IncidentEvent;
    outcome: AlertOutcome;
  },
): Promise<Admitted | null> {
  const locked = await admission.tx.incidents
    .lock(incident.id, { status: [incident.status] });
  if (!locked) return null;
  const decided = transition(locked, event, admission.nowMs);
  if (!decided.ok) return null;
  await writeTransition(admission, decided);
  return { outcome, incidentId: incident.id };
}

/** A note that says the same as the one before it is not written twice: senders repeat themselves for days. */
async function note(
  { tx, nowMs, actor }: Admission,
  { alert, incident, reason }: {
    alert: Alert;
    incident: Incident | null;
    reason: Extract<DedupDecision, { kind: "note" }>["reason"];
  },
): Promise<Admitted> {
  if (!incident) return { outcome: "ignored", incidentId: null };
  const kind = NOTE_KINDS[reason];
  const detail: NewTimelineEntry["detail"] = { reason };
  if (alert.remark !== "") detail.remark = alert.remark;
  const last = await tx.timeline.last(incident.id);
  const same = last?.kind === kind &&
    JSON.stringify(last.detail) === JSON.stringify(detail);
  if (!same) {
    await tx.timeline.add(incident.id, [{ kind, atMs: nowMs, actor, detail }]);
  }
  return { outcome: "noted", incidentId: incident.id };
}

const NOTE_KINDS = {
  remark: "alert_noted",
  stale: "stale_alert_noted",
  older_episode: "stale_alert_noted",
  still_firing: "refire_noted",
  nothing_open: "alert_noted",
} as const;
