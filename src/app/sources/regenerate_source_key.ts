/** A new key for an alert source; the old one stops working at the same moment. */
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import type { Repositories } from "../../ports/store.ts";
import { type Change, recordChange } from "../record_change.ts";
import { notFound } from "../refused_error.ts";
import { maskedSourceKey, newSourceKey, type RandomBytes } from "../secrets.ts";

/** Promises the source and its key, which is not kept; to be called in a transaction. */
export async function regenerateSourceKey(
  tx: Pick<Repositories, "sources" | "auditLog">,
  { id, by }: { id: number; by: Change["by"] },
  { randomBytes, nowMs }: { randomBytes: RandomBytes; nowMs: number },
): Promise<{ source: AlertSource; key: string }> {
  const before = await tx.sources.find(id);
  if (!before) throw notFound("alert source", id);
  const key = newSourceKey(randomBytes);
  const patch = { keyId: key.publicId, keyHash: key.hash };
  const source = await tx.sources.update(id, patch, nowMs);
  if (!source) throw notFound("alert source", id);
  await recordChange(tx, {
    by,
    action: "alert_source.regenerate_key",
    objectId: id,
    before: { masked_api_key: maskedSourceKey(before.keyId) },
    after: { masked_api_key: maskedSourceKey(source.keyId) },
  }, nowMs);
  return { source, key: key.text };
}
