/** What the database says at a scrape: asked seldom, and waited for only so long. */
import type { Clock } from "../ports/clock.ts";
import type { OpenCount } from "../ports/overview_repository.ts";
import type { Repositories } from "../ports/store.ts";
import type { QueueDepth } from "../ports/vitals_repository.ts";

export interface Vitals {
  readAtMs: number;
  /** null: no page that is due waits. */
  oldestUndeliveredAtMs: number | null;
  /** null: no open incident has anything to come. */
  nextActionAtMs: number | null;
  queue: QueueDepth[];
  open: OpenCount[];
  exhausted: number;
  /** null: no backup is known of. */
  backedUpAtMs: number | null;
}

/** Several scrapers, or one that is in a hurry, cost the database one look in this time. */
const KEPT_MS = 5_000;
const PATIENCE_MS = 3_000;

type Repository = Pick<
  Repositories,
  "vitals" | "overview" | "incidents" | "backups"
>;

/**
 * Promises a reader whose result is at most five seconds old; null where the database does not answer within three
 * seconds. A look that hangs is not joined by another.
 */
export function createVitalsReader(
  store: Repository,
  clock: Clock,
  { patienceMs = PATIENCE_MS } = {},
): () => Promise<Vitals | null> {
  let last: { startedAtMs: number; vitals: Promise<Vitals | null> } | null =
    null;
  let hanging = false;

  function look(nowMs: number): Promise<Vitals | null> {
    hanging = true;
    return readVitals(store, nowMs).catch(() => null)
      .finally(() => hanging = false);
  }

  return async () => {
    const nowMs = clock();
    const age = nowMs - (last?.startedAtMs ?? -Infinity);
    if (!last || !hanging && (age < 0 || age >= KEPT_MS)) {
      last = { startedAtMs: nowMs, vitals: look(nowMs) };
    }
    return await withPatience(last.vitals, patienceMs);
  };
}

async function readVitals(
  { vitals, overview, incidents, backups }: Repository,
  nowMs: number,
): Promise<Vitals> {
  return {
    readAtMs: nowMs,
    oldestUndeliveredAtMs: await vitals.oldestUndeliveredAtMs(nowMs),
    nextActionAtMs: await incidents.nextDueAtMs(),
    queue: await vitals.queue(nowMs),
    open: await overview.openCounts(),
    exhausted: await vitals.exhausted(),
    backedUpAtMs: (await backups.state()).done?.beganAtMs ?? null,
  };
}

async function withPatience<T>(
  answer: Promise<T>,
  patienceMs: number,
): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), patienceMs);
  return await Promise.race([answer, promise])
    .finally(() => clearTimeout(timer));
}
