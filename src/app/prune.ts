/** Forgets what has had its use, so that the tables that guard against repetition do not grow for ever. */
import type { Engine } from "./engine.ts";
import { SESSION_LIMITS } from "./accounts/login_sessions.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long each is of use; all longer than any sender's retries. */
export const KEPT_MS = {
  seenMessages: 7 * DAY_MS,
  notices: 90 * DAY_MS,
  recoveries: 90 * DAY_MS,
  idempotencyKeys: DAY_MS,
  rateLimits: HOUR_MS,
  jobRuns: 7 * DAY_MS,
  nodes: DAY_MS,
  backups: 400 * DAY_MS,
  pagingWindows: HOUR_MS,
  calendarDrafts: DAY_MS,
} as const;

/** Promises the rows that are past their time deleted; tells how many. */
export async function prune(
  { store, clock }: Pick<Engine, "store" | "clock">,
): Promise<number> {
  const nowMs = clock();
  const counts = [
    await store.seenMessages.prune(nowMs - KEPT_MS.seenMessages),
    await store.notices.prune(nowMs - KEPT_MS.notices),
    await store.recoveries.prune(nowMs - KEPT_MS.recoveries),
    await store.idempotency.prune(nowMs - KEPT_MS.idempotencyKeys),
    await store.rateLimits.prune(nowMs - KEPT_MS.rateLimits),
    await store.notifications.pruneWindows(nowMs - KEPT_MS.pagingWindows),
    await store.jobs.prune(nowMs - KEPT_MS.jobRuns),
    await store.nodes.prune(nowMs - KEPT_MS.nodes),
    await store.backups.prune(nowMs - KEPT_MS.backups),
    await store.calendarDrafts.prune(nowMs - KEPT_MS.calendarDrafts),
    await store.verifications.prune(nowMs),
    await store.sessions.prune(nowMs - SESSION_LIMITS.idleMs, nowMs),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}
