/** Goes on with every incident whose time has come: the next step, the end of an acknowledgement, the age limit. */
import { getLogger } from "@logtape/logtape";
import type { Incident } from "../../domain/incidents/incident.ts";
import { transition } from "../../domain/incidents/lifecycle.ts";
import type { Transition } from "../../domain/incidents/lifecycle_outcome.ts";
import { SYSTEM } from "../../domain/incidents/timeline.ts";
import {
  type Repositories,
  StoreUnavailableError,
  type UnavailableReason,
} from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { writeTransition } from "./write_transition.ts";

const log = getLogger(["pagerpal", "escalation"]);

// One look takes on so many; what is left is due at the next, which follows at once.
const BATCH = 100;
/** Their transactions share a commit on SQLite, and leave connections to others on PostgreSQL. */
const AT_ONCE = 6;

/** An incident that cannot be worked on now steps back for so long, so that it holds up nobody else. */
const POSTPONE_MS = 60_000;
/** One whose row somebody holds, or that takes too long, comes back sooner and says nothing. */
const LOCKED_MS = 5_000;
const OF_ONE_ROW: ReadonlySet<UnavailableReason> = new Set([
  "locked",
  "overloaded",
  "broken",
]);

export interface EscalationSummary {
  escalated: number;
  expired: number;
  postponed: number;
}

/**
 * Promises every incident that was due when it began looked at once, each in its own transaction and by one process
 * only; fewer where `mayGoOn` says no in between. Wakes the deliverer for what it queued.
 */
export async function escalateDue(
  engine: Engine,
  { mayGoOn = () => true }: { mayGoOn?: () => boolean } = {},
): Promise<EscalationSummary> {
  const summary = { escalated: 0, expired: 0, postponed: 0 };
  for (;;) {
    const nowMs = engine.clock();
    const due = await engine.store.incidents.due(nowMs, BATCH);
    const escalated = await eachOf(due, { engine, mayGoOn }, async (id) => {
      let dueAtMs: number | null = null;
      const done = await orPostpone(engine, id, async (tx) => {
        dueAtMs = await goOn(engine, tx, { id, nowMs });
      });
      summary[done]++;
      if (done !== "escalated" || dueAtMs === null) return;
      engine.observer.escalated({ dueAtMs, atMs: engine.clock() });
    });
    if (!escalated) return summary;
    const old = await engine.store.incidents.expired(nowMs, BATCH);
    const expired = await eachOf(old, { engine, mayGoOn }, async (id) => {
      const done = await orPostpone(
        engine,
        id,
        (tx) => expire(engine, tx, { id, nowMs }),
      );
      summary[done === "escalated" ? "expired" : "postponed"]++;
    });
    if (!expired || (due.length < BATCH && old.length < BATCH)) return summary;
  }
}

/**
 * Works on a few at a time and wakes the deliverer after each few, so that the pages of the first leave while the last
 * still wait. Promises false where it was told to stop; throws what one of them threw, when all that began are over.
 */
async function eachOf(
  ids: readonly number[],
  { engine, mayGoOn }: { engine: Engine; mayGoOn: () => boolean },
  work: (id: number) => Promise<void>,
): Promise<boolean> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    if (!mayGoOn()) return false;
    const some = ids.slice(at, at + AT_ONCE);
    const done = await Promise.allSettled(some.map(work));
    engine.kick();
    for (const one of done) if (one.status === "rejected") throw one.reason;
  }
  return true;
}

async function orPostpone(
  { store, clock, observer }: Engine,
  id: number,
  work: (tx: Repositories) => Promise<void>,
): Promise<"escalated" | "postponed"> {
  try {
    await observer.span(
      "escalate",
      { incident_id: id },
      () => store.transaction(work),
    );
    return "escalated";
  } catch (error) {
    // That is nothing about the incident: it stays due, and is looked at when the database is back.
    const isAway = error instanceof StoreUnavailableError;
    if (isAway && !OF_ONE_ROW.has(error.reason)) throw error;
    log.error(
      "Incident {incidentId} could not be escalated, and steps back for a while",
      {
        incidentId: id,
        error,
      },
    );
    const nowMs = clock();
    const untilMs = nowMs + (isAway ? LOCKED_MS : POSTPONE_MS);
    await store.transaction(async (tx) => {
      const times = { dueByMs: nowMs, untilMs };
      if (!await tx.incidents.postpone(id, times) || isAway) return;
      await tx.timeline.add(id, [
        {
          kind: "escalation_postponed",
          atMs: nowMs,
          actor: SYSTEM,
          detail: { untilMs },
        },
      ]);
    });
    return "postponed";
  }
}

/** Promises when the incident's next action was due; null where somebody else has seen to it. */
async function goOn(
  engine: Engine,
  tx: Repositories,
  { id, nowMs }: { id: number; nowMs: number },
): Promise<number | null> {
  const incident = await tx.incidents.lock(id, { dueByMs: nowMs });
  if (!incident) return null;
  const decided = incident.status === "acknowledged"
    ? transition(incident, { kind: "acknowledgement_over" }, nowMs)
    : nextStep(incident);
  if (decided.ok) await writeTransition({ engine, tx, nowMs }, decided);
  return incident.nextActionAtMs;
}

/** Nobody has answered: nothing about the incident changes but who is paged next. */
function nextStep(incident: Incident): Transition {
  return {
    ok: true,
    changed: true,
    incident,
    entries: [],
    cancelUnsent: false,
    pageNow: true,
    pageResponderId: null,
    tellPaged: false,
  };
}

async function expire(
  engine: Engine,
  tx: Repositories,
  { id, nowMs }: { id: number; nowMs: number },
): Promise<void> {
  const incident = await tx.incidents.lock(id, {
    status: ["triggered", "acknowledged"],
  });
  const past = incident?.autoResolveAtMs ?? Infinity;
  if (!incident || past > nowMs) return;
  const decided = transition(incident, { kind: "expire" }, nowMs);
  if (decided.ok) await writeTransition({ engine, tx, nowMs }, decided);
}
