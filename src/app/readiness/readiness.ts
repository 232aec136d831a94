/** The readiness check, and its last result kept for a while: with a thousand schedules it costs too much for every page. */
import type { Finding } from "../../domain/readiness/finding.ts";
import { checkReadiness } from "../../domain/readiness/readiness.ts";
import type { Clock } from "../../ports/clock.ts";
import { inSlices } from "../in_slices.ts";
import {
  loadReadiness,
  type ReadinessStore,
  type Sending,
} from "./load_readiness.ts";

export interface Readiness {
  fromMs: number;
  toMs: number;
  /** The worst and soonest first. */
  findings: readonly Finding[];
}

/** Promises what stands in the way of pages in the next days, counted from now. */
export type ReadReadiness = (days?: number) => Promise<Readiness>;

export const READINESS_DAYS = { least: 1, most: 28, otherwise: 14 } as const;

const DAY_MS = 86_400_000;
/** So long a result is good when nothing has changed: shifts come nearer, and a message that got through leaves no mark. */
const GOOD_FOR_MS = 60_000;

interface Remembered {
  marker: string;
  atMs: number;
  result: Promise<Readiness>;
}

/**
 * Promises a check whose result is remembered by this process for a minute, and forgotten at once when any process has
 * changed what is set up or a message has failed. Many who ask at once share one check.
 */
export function createReadiness(
  store: ReadinessStore,
  { clock, ...sending }: Sending & { clock: Clock },
): ReadReadiness {
  const remembered = new Map<number, Remembered>();
  return async (days = READINESS_DAYS.otherwise) => {
    const marker = await store.reports.readinessMarker();
    const nowMs = clock();
    const known = remembered.get(days);
    const isGood = known?.marker === marker && known.atMs <= nowMs &&
      nowMs < known.atMs + GOOD_FOR_MS;
    if (known && isGood) return await known.result;
    const result = lookAhead(store, { ...sending, nowMs, days });
    remembered.set(days, { marker, atMs: nowMs, result });
    result.catch(() => remembered.delete(days));
    return await result;
  };
}

/** Promises the check of the days from now on, made anew. */
export async function lookAhead(
  store: ReadinessStore,
  { nowMs, days, ...sending }: Sending & { nowMs: number; days: number },
): Promise<Readiness> {
  const range = { fromMs: nowMs, toMs: nowMs + days * DAY_MS };
  const input = await loadReadiness(store, { ...sending, ...range });
  return { ...range, findings: await inSlices(checkReadiness(input)) };
}
