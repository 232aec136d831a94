/** What a person does to an incident. One transaction each: when it has committed, no new page starts. */
import type { Incident } from "../../domain/incidents/incident.ts";
import {
  type IncidentEvent,
  transition,
} from "../../domain/incidents/lifecycle.ts";
import type {
  Refusal,
  Transition,
} from "../../domain/incidents/lifecycle_outcome.ts";
import type { Actor, TimelineEntry } from "../../domain/incidents/timeline.ts";
import { type Repositories, StoreConflictError } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { autoResolveAt } from "../intake/new_incident.ts";
import { writeTransition } from "./write_transition.ts";

/** The events that people bring about. */
export type Action = Extract<
  IncidentEvent,
  {
    kind:
      | "acknowledge"
      | "resolve"
      | "reopen"
      | "escalate"
      | "snooze"
      | "reassign";
  }
>;

export type ActionResult =
  | { ok: true; incident: Incident }
  | { ok: false; status: 404 | 409; code: string; message: string };

/**
 * Promises the action done and committed, or a refusal with nothing written. Doing again what is already done is a
 * success that changes nothing.
 */
export async function act(
  engine: Engine,
  { incidentId, action }: { incidentId: number; action: Action },
): Promise<ActionResult> {
  const nowMs = engine.clock();
  try {
    const result = await engine.store.transaction(
      (tx) => actIn(tx, { engine, incidentId, action, nowMs }),
      { urgent: true },
    );
    if (result.ok) engine.kick();
    return result;
  } catch (error) {
    if (!isAnotherOpen(error)) throw error;
    const message = `Cannot reopen incident ${incidentId}: the same alert ` +
      "has an open incident already.";
    return { ok: false, status: 409, code: "another_incident_open", message };
  }
}

/** How many incidents one transaction changes: few enough that an alert need not wait long for the database. */
const TOGETHER = 50;

/**
 * Promises the action done to each of the incidents that allows it, the others left as they are. Committed in parts: one
 * transaction for each would be a wait for the disk for each.
 */
export async function actOnMany(
  engine: Engine,
  { incidentIds, action }: { incidentIds: readonly number[]; action: Action },
): Promise<void> {
  const nowMs = engine.clock();
  // Locked in one order, so that two who press at once do not wait for each other.
  const ids = [...new Set(incidentIds)].sort((a, b) => a - b);
  for (let from = 0; from < ids.length; from += TOGETHER) {
    await engine.store.transaction(async (tx) => {
      for (const incidentId of ids.slice(from, from + TOGETHER)) {
        await actIn(tx, { engine, incidentId, action, nowMs });
      }
    }, { urgent: true });
    engine.kick();
  }
}

async function actIn(
  tx: Repositories,
  { engine, incidentId, action, nowMs }: {
    engine: Engine;
    incidentId: number;
    action: Action;
    nowMs: number;
  },
): Promise<ActionResult> {
  const incident = await tx.incidents.lock(incidentId);
  if (!incident) return noSuchIncident(incidentId);
  if (action.kind === "reassign") {
    const unreachable = await whyUnreachable(tx, action.responderId);
    if (unreachable) return unreachable;
  }
  const decided = transition(incident, action, nowMs);
  if (!decided.ok) return refused(decided);
  const aged = action.kind === "reopen"
    ? await withAgeLimit(tx, { transition: decided, nowMs })
    : decided;
  const written = await writeTransition({ engine, tx, nowMs }, aged);
  return { ok: true, incident: written };
}

/** An incident that is open again grows old again, if its source closes what has not fired for long enough. */
async function withAgeLimit(
  tx: Repositories,
  { transition, nowMs }: { transition: Transition; nowMs: number },
): Promise<Transition> {
  const { incident } = transition;
  const source = await tx.sources.find(incident.sourceId);
  if (!source || !transition.changed) return transition;
  const { isTest } = incident;
  const autoResolveAtMs = autoResolveAt({ source, nowMs, isTest });
  return { ...transition, incident: { ...incident, autoResolveAtMs } };
}

function noSuchIncident(id: number): ActionResult {
  const message = `There is no incident ${id}.`;
  return { ok: false, status: 404, code: "incident_not_found", message };
}

/** Nobody is made responsible who would never hear of it. */
async function whyUnreachable(
  tx: Repositories,
  id: number,
): Promise<ActionResult | null> {
  const [responder] = await tx.responders.reachable([id]);
  if (!responder) {
    const message = `There is no responder ${id}.`;
    return { ok: false, status: 404, code: "responder_not_found", message };
  }
  if (responder.contactMethods.some((method) => method.enabled)) return null;
  const message = `Cannot reassign to ${responder.name}: ` +
    "they have no contact method that is switched on.";
  return { ok: false, status: 409, code: "responder_unreachable", message };
}

function refused({ code, message }: Refusal): ActionResult {
  return { ok: false, status: 409, code, message };
}

/** The unique index of open incidents has refused the reopening. */
function isAnotherOpen(error: unknown): boolean {
  return error instanceof StoreConflictError && error.reason === "unique";
}

/** Promises the note in the incident's timeline, or null when there is no such incident. */
export async function addNote(
  { store, clock }: Pick<Engine, "store" | "clock">,
  { incidentId, text, actor }: {
    incidentId: number;
    /** Clean text, at most 10,000 characters. */
    text: string;
    actor: Actor;
  },
): Promise<TimelineEntry | null> {
  const atMs = clock();
  return await store.transaction(async (tx) => {
    if (!await tx.incidents.find(incidentId)) return null;
    await tx.timeline.add(incidentId, [
      { kind: "note_added", atMs, actor, detail: { text } },
    ]);
    return await tx.timeline.last(incidentId);
  });
}
