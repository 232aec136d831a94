/** Who may bring alerts: whose key it is, and whether that source has a token left. */
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import { sha256Hex } from "../secrets.ts";
import { identifySource } from "../sources/identify_source.ts";

export interface KeyChecks {
  /** Promises the source with this key id, or null. */
  findSource(keyId: string): Promise<SourceWithPolicy | null>;
  /** Takes a token of the source: 0, or how long until there is one. */
  takeToken(sourceId: number): Promise<{ retryAfterMs: number }>;
}

/** A source that brings alerts, and 0 or how long it has to wait, milliseconds. */
export interface CheckedKey {
  origin: SourceWithPolicy;
  retryAfterMs: number;
}

const MOST_REMEMBERED = 1_000;

/**
 * Promises a check of keys: the enabled source whose key it is, with a token taken where it has one, or null. A key that
 * was right before takes its token while it is looked up again, so that a database server is waited for once. It is
 * remembered by its hash, and who does not hold all of it takes nobody's token.
 */
export function createCheckKey(
  { findSource, takeToken }: KeyChecks,
): (key: string) => Promise<CheckedKey | null> {
  const sourceIds = new Map<string, number>();
  return async (key) => {
    const hash = sha256Hex(key);
    const knownId = sourceIds.get(hash);
    const early = knownId === undefined ? null : takeToken(knownId);
    // Whether it fails is heard below, if the key is still good.
    early?.catch(() => {});
    const origin = await identifySource(findSource, { key, hash });
    sourceIds.delete(hash);
    if (origin === null) return null;
    const { id } = origin.source;
    if (sourceIds.size >= MOST_REMEMBERED) sourceIds.clear();
    sourceIds.set(hash, id);
    const taken = early !== null && id === knownId ? early : takeToken(id);
    return { origin, ...await taken };
  };
}
