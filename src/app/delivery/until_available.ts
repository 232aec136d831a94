/** Perseverance with what must not be forgotten because the database is away for a moment. */
import { StoreUnavailableError } from "../../ports/store.ts";

/** The pauses between two tries, milliseconds; the last one is repeated. */
const PAUSES_MS = [20, 50, 100, 200, 500, 1_000];

/**
 * Promises the work's result as soon as the database takes it, or the error that is not about the database being away.
 * A store that is closed is not waited for.
 */
export async function untilAvailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof StoreUnavailableError &&
        error.reason !== "closed" && error.reason !== "schema";
      if (!isAway) throw error;
      const pauseMs = PAUSES_MS[tries] ?? PAUSES_MS.at(-1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
