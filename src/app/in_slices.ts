/** Long computations that let everything else go first: a page must not wait for a report. */
import { setImmediate } from "node:timers/promises";

/**
 * Promises what the work returns. Wherever it yields, what else the process has to do is done before it goes on; how long
 * that may have to wait is the longest stretch between two yields.
 */
export async function inSlices<T>(work: Iterator<void, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}

/** Promises what `make` makes of each, in their order, with a pause after every one. */
export async function eachInTurn<T, R>(
  all: readonly T[],
  make: (one: T) => R,
): Promise<R[]> {
  const made: R[] = [];
  for (const one of all) {
    made.push(make(one));
    await setImmediate();
  }
  return made;
}
