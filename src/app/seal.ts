/** Texts that are kept so that the database alone does not tell them. */
import { hkdfSync } from "node:crypto";

export interface Seal {
  close(text: string): Promise<string>;
  /** Throws when the text was sealed for another purpose or under another key. */
  open(sealed: string): Promise<string>;
}

// Direct encryption with our own key (RFC 7518, sections 4.5 and 5.3).
const HEADER = { alg: "dir", enc: "A256GCM" } as const;

/** Promises a seal under a key made of SECRET_KEY for this purpose alone. */
export function createSeal(secretKey: string, purpose: string): Seal {
  const info = `pagerpal ${purpose}`;
  const key = new Uint8Array(hkdfSync("sha256", secretKey, "", info, 32));
  return {
    async close(text) {
      const { CompactEncrypt } = await import("jose");
      return await new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader(HEADER).encrypt(key);
    },
    async open(sealed) {
      const { compactDecrypt } = await import("jose");
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: [HEADER.alg],
        contentEncryptionAlgorithms: [HEADER.enc],
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}
