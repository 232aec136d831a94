/** The self-audit: looks for what the promises forbid, mends it, and says so. Finding nothing is the normal case. */
import { getLogger } from "@logtape/logtape";
import { SYSTEM } from "../../domain/incidents/timeline.ts";
import type { Engine } from "../engine.ts";

const log = getLogger(["pagerpal", "audit"]);

const BATCH = 100;

export interface AuditSummary {
  /** Triggered incidents that nothing was going to happen to, armed again. */
  rearmed: number;
  /** Messages that nobody wants any more: their process died while it sent them, or their incident was opened again. */
  abandoned: number;
  /** Triggered incidents that still have nothing to come. */
  unmended: number;
}

/**
 * Promises every triggered incident a future action, or the mark that everything was tried; `unmended` counts those for
 * which that could not be done, or not yet.
 */
export async function audit(engine: Engine): Promise<AuditSummary> {
  const nowMs = engine.clock();
  const { store } = engine;
  const stranded = await store.incidents.stranded(BATCH);
  for (const id of stranded) await rearmOrTell(engine, id, nowMs);
  const abandoned = await store.notifications.cancelAbandoned(nowMs, BATCH);
  const left = stranded.length === 0
    ? []
    : await store.incidents.stranded(BATCH);
  const summary = {
    rearmed: stranded.filter((id) => !left.includes(id)).length,
    abandoned: abandoned.length,
    unmended: left.length,
  };
  engine.observer.audited(summary);
  if (stranded.length > 0) {
    log.error(
      "Triggered incidents had nothing to come: {rearmed} were armed again, {unmended} could not be",
      {
        ...summary,
        incidentIds: stranded,
      },
    );
    engine.kick();
  }
  return summary;
}

/** One that cannot be armed again does not stop the rest. */
async function rearmOrTell(
  engine: Engine,
  id: number,
  nowMs: number,
): Promise<void> {
  try {
    await rearm(engine, id, nowMs);
  } catch (error) {
    log.error("Incident {incidentId} could not be armed again", {
      incidentId: id,
      error,
    });
  }
}

async function rearm(
  { store }: Engine,
  id: number,
  nowMs: number,
): Promise<void> {
  await store.transaction(async (tx) => {
    const incident = await tx.incidents.lock(id, { status: ["triggered"] });
    const atRest = incident && incident.nextActionAtMs === null &&
      incident.exhaustedAtMs === null;
    if (!atRest) return;
    await tx.incidents.save({ ...incident, nextActionAtMs: nowMs });
    await tx.timeline.add(id, [
      { kind: "rearmed_by_audit", atMs: nowMs, actor: SYSTEM, detail: {} },
    ]);
  });
}
