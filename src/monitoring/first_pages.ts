/** Finds out which pages were the first of their incident, without asking anything while pages are sent. */
import type { VitalsRepository } from "../ports/vitals_repository.ts";

export interface SentPage {
  incidentId: number;
  /** When the incident opened, or where this process took in its alert, when that had been received. */
  openedAtMs: number;
  sentAtMs: number;
}

/** One question is about so many incidents. */
const BATCH = 500;
/** Without a scrape and without a database they pile up: the oldest go. */
const MOST_WAITING = 10_000;
/** Of so many incidents it is remembered when their alert was received, and that their first page has been measured. */
const MOST_REMEMBERED = 10_000;

/**
 * Promises that `measured` hears once of each incident's first page, from the node that sent it, when it was taken in by
 * `add` and `flush` has settled. Any node may have sent an earlier one, so the database decides.
 */
export function createFirstPages(
  vitals: Pick<VitalsRepository, "firstPagedAtMs">,
  measured: (page: SentPage) => void,
) {
  const waiting: SentPage[] = [];
  const done = new Set<number>();
  const receivedAtMs = new Map<number, number>();
  let flushing: Promise<void> | null = null;

  async function settle(): Promise<void> {
    while (waiting.length > 0) {
      const some = waiting.splice(0, BATCH);
      const ids = [...new Set(some.map((page) => page.incidentId))];
      const first = await vitals.firstPagedAtMs(ids).catch(() => null);
      if (first === null) {
        // The database is away: they are asked about at the next flush.
        waiting.unshift(...some);
        return;
      }
      for (const page of some) {
        const isFirst = first.get(page.incidentId) === page.sentAtMs;
        if (!isFirst || done.has(page.incidentId)) continue;
        measured(sinceReceipt(page));
        done.add(page.incidentId);
        forgetOldest(done);
      }
    }
  }

  function sinceReceipt(page: SentPage): SentPage {
    const openedAtMs = receivedAtMs.get(page.incidentId) ?? page.openedAtMs;
    receivedAtMs.delete(page.incidentId);
    return { ...page, openedAtMs };
  }

  function flush(): Promise<void> {
    return flushing ??= settle().finally(() => flushing = null);
  }

  return {
    /** The alert that has opened an incident was received, before it waited for its turn. */
    opened(incidentId: number, atMs: number): void {
      receivedAtMs.set(incidentId, atMs);
      forgetOldest(receivedAtMs);
    },
    add(page: SentPage): void {
      if (done.has(page.incidentId)) return;
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push(page);
      if (waiting.length >= BATCH) void flush();
    },
    flush,
  };
}

function forgetOldest(
  remembered: Set<number> | Map<number, number>,
): void {
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) {
    remembered.delete(oldest);
  }
}
