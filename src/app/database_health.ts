/** How the database does, from what becomes of this process's transactions: said once when it changes, and in words. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../ports/clock.ts";
import type {
  StoreUnavailableError,
  StoreWatcher,
  UnavailableReason,
} from "../ports/store.ts";

const log = getLogger(["pagerpal", "database"]);

/** Promises a sentence for an operator. */
export function unavailableWords(reason: UnavailableReason): string {
  return WORDS[reason];
}

const WORDS: Record<UnavailableReason, string> = {
  unreachable: "The database cannot be reached.",
  read_only: "The database is read-only and takes no writes.",
  full: "The database has no space left.",
  locked: "The database is locked by another process.",
  overloaded: "The database does not answer in time.",
  broken: "The database reports an error of its own storage.",
  schema: "The database lacks tables or columns that this version needs.",
  closed: "The connection to the database is closed.",
};

export interface DatabaseHealth extends StoreWatcher {
  /** What is wrong, a sentence; null while nothing is. */
  problem(): string | null;
}

/** A full disk fails what needs more room and lets the rest pass, so nothing but time tells that it is over. */
const FULL_FOR_MS = 30_000;
/** So long after a refusal what is committed shows that there is room, and not that it found some in a page half full. */
const ROOM_AFTER_MS = 3_000;
/** A database that comes and goes is not logged each time. */
const QUIET_MS = 10_000;

interface Failure {
  reason: UnavailableReason;
  sinceMs: number;
  lastMs: number;
  count: number;
  logged: boolean;
}

/** Promises the health of a database that does well until it is told otherwise; calls `onBack` when it does or may do again. */
export function createDatabaseHealth(
  { clock, onBack }: { clock: Clock; onBack(): void },
): DatabaseHealth {
  let failure: Failure | null = null;
  let loggedAtMs = -Infinity;

  function tell(failed: Failure, error: StoreUnavailableError): void {
    const nowMs = clock();
    if (failed.logged || nowMs - loggedAtMs < QUIET_MS) return;
    failed.logged = true;
    loggedAtMs = nowMs;
    log.error("{words} Alerts are answered 503 until it is back", {
      words: WORDS[failed.reason],
      reason: failed.reason,
      cause: error.message,
    });
  }

  return {
    unavailable(error) {
      const nowMs = clock();
      if (failure?.reason !== error.reason) {
        const sinceMs = failure?.sinceMs ?? nowMs;
        const count = failure?.count ?? 0;
        const { reason } = error;
        failure = { reason, sinceMs, lastMs: nowMs, count, logged: false };
      }
      failure.lastMs = nowMs;
      failure.count++;
      tell(failure, error);
    },
    committed({ durable }) {
      if (failure === null) return;
      const { reason, sinceMs, lastMs, count, logged } = failure;
      if (reason === "full") {
        // The row of a node is written anew in its place, for which there is room.
        if (!durable) return;
        if (clock() - lastMs <= ROOM_AFTER_MS) return onBack();
      }
      failure = null;
      if (logged) {
        log.info("The database is back after {seconds} s, {count} refusals", {
          seconds: Math.round((clock() - sinceMs) / 1_000),
          count,
        });
      }
      onBack();
    },
    problem() {
      if (failure === null) return null;
      const isOver = failure.reason === "full" &&
        clock() - failure.lastMs > FULL_FOR_MS;
      return isOver ? null : WORDS[failure.reason];
    },
  };
}
