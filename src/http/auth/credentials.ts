/** What an `Authorization` header holds. */

export type Credentials =
  | { scheme: "basic"; user: string; password: string }
  | { scheme: "bearer"; token: string };

const LONGEST = 8_192;

/** Promises the credentials; null for a header that is absent, too long, of another scheme, or broken. */
export function readAuthorization(
  header: string | undefined,
): Credentials | null {
  if (header === undefined || header.length > LONGEST) return null;
  const [, scheme = "", rest = ""] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { scheme: "bearer", token: rest };
    case "basic":
      return readBasic(rest);
    default:
      return null;
  }
}

/** RFC 7617: base64 of `user:password` in UTF-8; the user holds no colon. */
function readBasic(encoded: string): Credentials | null {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(encoded);
  } catch {
    return null;
  }
  const text = new TextDecoder().decode(bytes);
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  return {
    scheme: "basic",
    user: text.slice(0, colon),
    password: text.slice(colon + 1),
  };
}
