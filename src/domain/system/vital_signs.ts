/** Whether paging works, by what can be seen of it. */

export interface VitalSigns {
  /** Triggered incidents without a future, after the self-audit has done what it can. */
  unmended: number;
  /** The workers that are switched on in this process. */
  delivers: boolean;
  escalates: boolean;
  /** What the jobs of this process say of themselves when they are late, in sentences. */
  late: readonly string[];
  /** Since when the oldest page that is due waits for a provider to take it; null: none does. */
  oldestUndeliveredAtMs: number | null;
  /** When the next action of an open incident is or was due; null: none has any. */
  nextActionAtMs: number | null;
}

/** A retry or two, and some patience; an outage that lasts longer is one that somebody must know of. */
export const LONGEST_WAIT_MS = 3 * 60_000;

/** Promises why somebody outside should be told that paging does not work, in sentences; empty when it does. */
export function ailments(
  { unmended, delivers, escalates, late, ...signs }: VitalSigns,
  nowMs: number,
): string[] {
  const overdue = (atMs: number | null) =>
    atMs !== null && nowMs - atMs > LONGEST_WAIT_MS;
  return [
    ...(unmended > 0
      ? [`${unmended} triggered incidents have nothing to come.`]
      : []),
    ...(delivers ? [] : ["The delivery worker is switched off."]),
    ...(escalates ? [] : ["The escalation worker is switched off."]),
    ...late,
    ...(overdue(signs.oldestUndeliveredAtMs)
      ? ["A page has waited for more than three minutes."]
      : []),
    ...(overdue(signs.nextActionAtMs)
      ? ["An escalation is more than three minutes late."]
      : []),
  ];
}
