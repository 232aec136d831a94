/** How to reach a person whose page waits for a provider that is left alone. */
import type { Notification } from "./notification.ts";

export type Aside =
  /** This page, planned for later on another channel, is better sent now. */
  | { kind: "hurry"; notification: Notification }
  /** A contact method that is not used yet, on another channel. */
  | { kind: "unused"; usedContactMethodIds: number[] };

/**
 * Promises what to do besides waiting, or null when the person is being reached on another channel already. `ofStep` are
 * the pages of the same step and round. A page is hurried once at most: what has been refused since has another due time
 * than its first.
 */
export function turnAside(
  waiting: Notification,
  ofStep: readonly Notification[],
  nowMs: number,
): Aside | null {
  const own = ofStep.filter((row) => row.responderId === waiting.responderId);
  const elsewhere = own.filter((row) =>
    row.channel !== waiting.channel && row.state !== "cancelled"
  );
  const planned = elsewhere.find((row) =>
    row.state === "queued" && row.attempt === 0 && row.dueAtMs > nowMs &&
    row.dueAtMs === row.firstDueAtMs
  );
  const reached = elsewhere.some((row) =>
    row !== planned && row.state !== "failed" &&
    (row.state !== "queued" || row.dueAtMs <= nowMs)
  );
  if (reached) return null;
  if (planned) {
    const now = { dueAtMs: nowMs, firstDueAtMs: nowMs, updatedAtMs: nowMs };
    return { kind: "hurry", notification: { ...planned, ...now } };
  }
  const usedContactMethodIds = own.map((row) => row.contactMethodId);
  return { kind: "unused", usedContactMethodIds };
}
