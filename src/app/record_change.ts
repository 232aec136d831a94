/** The audit log: who changed what. */
import type { UserAccount } from "../domain/responders/people.ts";
import type { Repositories } from "../ports/store.ts";

/** A row as the API shows it, so without secrets; null before it was made and after it is gone. */
export type Shown = Record<string, unknown> | null;

export interface Change {
  /** null: the system did it, or a script run beside it. */
  by: Pick<UserAccount, "id" | "email"> | null;
  /** As `alert_source.update`. */
  action: `${string}.${string}`;
  objectId: number;
  before: Shown;
  after: Shown;
}

// They change with every write and say nothing.
const NOISE = new Set(["updated_at", "created_at"]);

/** Writes one row: of an update only the fields that differ, as `{"name":{"from":"a","to":"b"}}`. */
export async function recordChange(
  tx: Pick<Repositories, "auditLog">,
  change: Change,
  nowMs: number,
): Promise<void> {
  await tx.auditLog.add({
    atMs: nowMs,
    actor: change.by?.email ?? "system",
    accountId: change.by?.id ?? null,
    action: change.action,
    objectKind: change.action.slice(0, change.action.indexOf(".")),
    objectId: change.objectId,
    detail: JSON.stringify(difference(change.before, change.after)),
  });
}

function difference(before: Shown, after: Shown): Record<string, unknown> {
  if (before === null || after === null) return { ...before, ...after };
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) =>
    !NOISE.has(name) &&
    JSON.stringify(before[name]) !== JSON.stringify(after[name])
  );
  return Object.fromEntries(
    differing.map((name) => [name, { from: before[name], to: after[name] }]),
  );
}
