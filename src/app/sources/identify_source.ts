/** Which alert source a key belongs to. */
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import { sameHash, sourceKeyId } from "../secrets.ts";

const NOBODY = { keyId: "--------", keyHash: "0".repeat(64) };

/**
 * Promises the enabled source with this key, of which `hash` is the SHA-256, or null. A text that is no key, an unknown
 * key, a wrong secret and a disabled source all cost one look-up and one comparison.
 */
export async function identifySource(
  findByKeyId: (keyId: string) => Promise<SourceWithPolicy | null>,
  { key, hash }: { key: string; hash: string },
): Promise<SourceWithPolicy | null> {
  const keyId = sourceKeyId(key) ?? NOBODY.keyId;
  const found = await findByKeyId(keyId);
  const matches = sameHash(
    hash,
    found?.source.keyHash ?? NOBODY.keyHash,
  );
  return found !== null && matches && found.source.enabled ? found : null;
}
