/** Finds out which pages were the first of their incident, without asking anything while pages are sent. */
import type { VitalsRepository } from "../ports/vitals_repository.ts";

export interface SentPage {
  incidentId: number;
  openedAtMs: number;
  sentAtMs: number;
}

/** One question is about so many incidents. */
const BATCH = 500;
/** Without a scrape and without a database they pile up: the oldest go. */
const MOST_WAITING = 10_000;
/** Of so many incidents it is remembered that their first page has been measured. */
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
        if (isFirst && !done.has(page.incidentId)) measured(page);
        if (isFirst) remember(page.incidentId);
      }
    }
  }

  function remember(incidentId: number): void {
    done.add(incidentId);
    const [oldest] = done;
    if (done.size > MOST_REMEMBERED && oldest !== undefined) {
      done.delete(oldest);
    }
  }

  function flush(): Promise<void> {
    return flushing ??= settle().finally(() => flushing = null);
  }

  return {
    add(page: SentPage): void {
      if (done.has(page.incidentId)) return;
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push(page);
      if (waiting.length >= BATCH) void flush();
    },
    flush,
  };
}
