/** Which alert source a key belongs to. */
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import { sameHash, sha256Hex, sourceKeyId } from "../secrets.ts";

const NOBODY = { keyId: "--------", keyHash: "0".repeat(64) };

/**
 * Promises the enabled source with this key, or null. A text that is no key, an unknown key, a wrong secret and a
 * disabled source all cost one look-up, one hash and one comparison.
 */
export async function identifySource(
  findByKeyId: (keyId: string) => Promise<SourceWithPolicy | null>,
  key: string,
): Promise<SourceWithPolicy | null> {
  const keyId = sourceKeyId(key) ?? NOBODY.keyId;
  const found = await findByKeyId(keyId);
  const matches = sameHash(
    sha256Hex(key),
    found?.source.keyHash ?? NOBODY.keyHash,
  );
  return found !== null && matches && found.source.enabled ? found : null;
}
