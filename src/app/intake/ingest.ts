/** Takes in what a monitoring system has said: one request is one transaction, however many alerts it carries. */
import { getLogger } from "@logtape/logtape";
import type { Alert } from "../../domain/intake/alert.ts";
import type { Actor } from "../../domain/incidents/timeline.ts";
import type {
  SeenAlert,
  SourceWithPolicy,
} from "../../ports/directory_repositories.ts";
import { StoreConflictError } from "../../ports/store.ts";
import { type Admission, admit, type Admitted } from "./admit_alert.ts";
import { UNSAVED } from "./new_incident.ts";
import type { Engine } from "../engine.ts";
import { followLater, type Later } from "../incidents/write_transition.ts";
import { type FindDirectory, sharedDirectory } from "../load_directory.ts";

const log = getLogger(["pagerpal", "ingest"]);

export interface Arrival {
  alerts: readonly Alert[];
  /** Taken once only per source, where the format has one. */
  messageId: string | null;
  /** Shown on the source until the next good request. */
  warning: string | null;
}

export interface IngestResult {
  /** The whole message had been taken before. */
  repeatedMessage: boolean;
  /** One for each alert, in the order they came in. */
  results: Admitted[];
}

// Another process may open the same incident at the same moment; each try sees what the other has written.
const TRIES = 5;

/**
 * Promises every alert recorded durably, incidents opened, updated or resolved and their first pages queued, or an error
 * and nothing written. Wakes the workers when a page may be due.
 */
export async function ingest(
  engine: Engine,
  origin: SourceWithPolicy,
  arrival: Arrival,
): Promise<IngestResult> {
  const nowMs = engine.clock();
  const result = await repeatOnConflict(() =>
    engine.store.transaction((tx) =>
      admitAll(
        { engine, tx, nowMs, origin, actor: sourceActor(origin) },
        arrival,
      )
    )
  );
  if (result.results.some(mayPage)) engine.kick();
  await rememberArrivals(engine, [{ origin, arrival }], nowMs);
  return result;
}

/** Promises whether somebody may now be paged, or told. */
export function mayPage({ outcome, quiet }: Admitted): boolean {
  return !quiet && outcome !== "noted" && outcome !== "ignored";
}

/** Promises the source as the one who speaks in an incident's story. */
export function sourceActor({ source }: SourceWithPolicy): Actor {
  return { kind: "source", sourceId: source.id, name: source.name };
}

async function repeatOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1;; tried++) {
    try {
      return await work();
    } catch (error) {
      const unique = error instanceof StoreConflictError &&
        error.reason === "unique";
      if (!unique || tried === TRIES) throw error;
    }
  }
}

async function admitAll(
  admission: Admission,
  { alerts, messageId }: Arrival,
): Promise<IngestResult> {
  const { tx, nowMs, origin } = admission;
  if (messageId !== null) {
    const scope = `source:${origin.source.id}`;
    const first = await tx.seenMessages.record(scope, messageId, nowMs);
    if (!first) return { repeatedMessage: true, results: [] };
  }
  const later: Later[] = [];
  const shared = { ...admission, later, directory: readOnce(admission) };
  const results: IngestResult["results"] = [];
  let before: string | null = null;
  for (const index of inLockOrder(alerts)) {
    const alert = alerts[index];
    if (!alert) continue;
    // What is said once more of one incident finds its pages written.
    if (alert.externalId === before) await followLater(tx, later);
    before = alert.externalId;
    results[index] = await admit(shared, alert);
  }
  await followLater(tx, later);
  return { repeatedMessage: false, results };
}

/** One order of keys for every process, so that two that take in the same group cannot wait for each other. */
function inLockOrder(alerts: readonly Alert[]): number[] {
  const key = (index: number) => alerts[index]?.externalId ?? "";
  return alerts.map((_, index) => index).sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
}

/** The first incident that is opened reads the directory; the others of the same policy share it. */
function readOnce({ tx, nowMs }: Admission): FindDirectory {
  let own: ReturnType<typeof sharedDirectory> | undefined;
  return (incident, whom) => {
    // An incident that is there already has its own copy of the policy.
    if (incident.id !== UNSAVED) {
      return sharedDirectory(tx, [incident], nowMs)(whom);
    }
    own ??= sharedDirectory(tx, [incident], nowMs);
    return own(whom);
  };
}

/** Of each source that alerts have come from. */
type Arriving = readonly {
  origin: SourceWithPolicy;
  arrival: Pick<Arrival, "warning">;
}[];

/**
 * Promises what is to be noted of the sources: "last alert received" is for people's eyes, and written at most once a
 * second, so that a source's many requests do not queue up for one row.
 */
export function newsOf(arriving: Arriving, nowMs: number): SeenAlert[] {
  const latest = new Map(arriving.map((one) => [one.origin.source.id, one]));
  return [...latest.values()].filter(({ origin, arrival }) => {
    const { lastAlertAtMs, lastProblem } = origin.source;
    return nowMs - (lastAlertAtMs ?? 0) >= 1_000 ||
      lastProblem !== arrival.warning;
  }).map(({ origin, arrival: { warning } }) => ({
    sourceId: origin.source.id,
    atMs: nowMs,
    problem: warning,
  }));
}

async function rememberArrivals(
  { store }: Pick<Engine, "store">,
  arriving: Arriving,
  nowMs: number,
): Promise<void> {
  const news = newsOf(arriving, nowMs);
  try {
    await store.sources.recordAlerts(news);
  } catch (error) {
    // The alerts are safe: the sender must not be told otherwise.
    log.warn("Could not note the last alerts of {count} sources", {
      count: news.length,
      error,
    });
  }
}
