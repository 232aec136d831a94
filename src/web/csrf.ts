/** Tokens that say a form came from one of our own pages. */
import { createHmac } from "node:crypto";
import { type RandomBytes, sameSecret } from "../app/secrets.ts";

export interface Csrf {
  /**
   * Promises a token for forms of this session. It differs at every call, so that compressed pages do not give it away
   * letter by letter (the BREACH attack).
   */
  token(binding: string): string;
  /** Promises whether the token was made here for this very session. */
  verify(binding: string, token: string): boolean;
}

const NONCE_BYTES = 12;

/** OWASP CSRF Prevention Cheat Sheet, "Signed Double-Submit Cookie": an HMAC over the session and a nonce. */
export function createCsrf(secretKey: string, randomBytes: RandomBytes): Csrf {
  const mac = (binding: string, nonce: string) =>
    createHmac("sha256", secretKey).update(`csrf:${nonce}:${binding}`)
      .digest("base64url");
  return {
    token(binding) {
      const nonce = randomBytes(NONCE_BYTES)
        .toBase64({ alphabet: "base64url", omitPadding: true });
      return `${nonce}.${mac(binding, nonce)}`;
    },
    verify(binding, token) {
      const [nonce = "", given = ""] = token.slice(0, 200).split(".");
      return sameSecret(given, mac(binding, nonce));
    },
  };
}
