/** Takes secrets out of text, known ones by their value and others by their look. */
import { JWT_PATTERN } from "@logtape/redaction";

/** What stands where a secret was. */
export const MASK = "[redacted]";

/** The longest text that a log line keeps of one value, UTF-16 units. */
export const LONGEST_TEXT = 8_192;

/** A shorter one would be found in every other word, and the log be unreadable. */
export const SHORTEST_KNOWN_SECRET = 6;

export type Mask = (text: string) => string;

/** Names of fields and headers whose value is a secret. Not every "key": a dedup key is wanted in the log. */
export const SECRET_NAME =
  /pass(?:word|phrase|code)|passwd|\bpwd\b|secret|token|credential|authorization|cookie|signature|(?:api|private|access|signing|routing|integration)[-_ ]?key|^key$|^auth$|session[-_]?id/i;

// Each is linear in the length of the text: no repetition stands inside another, none begins at every position.
const LOOKS: [RegExp, string][] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    MASK,
  ],
  // PagerPal's own source keys, API tokens and tokens of feeds (src/app/secrets.ts).
  [/\bpp(?:[A-Za-z0-9]{30}|[ct]_[A-Za-z0-9]{40})(?![A-Za-z0-9])/g, MASK],
  // The user information of a URL (RFC 3986, section 3.2.1).
  [/(:\/\/)[^\s/?#"'<>]{0,2000}@/g, `$1${MASK}@`],
  // The schemes of RFC 7617 and RFC 6750, and Infobip's own two.
  [
    /\b(authorization["']?\s{0,3}[:=]\s{0,3}["']?)(?:\w{1,20} {1,3})?[^\s"',]+/gi,
    `$1${MASK}`,
  ],
  [
    /\b(Basic|Bearer|App|IBSSO) {1,3}(?=\S{0,500}[\d=])[\w.~+/=-]{8,}/gi,
    `$1 ${MASK}`,
  ],
  // Assignments in query strings, headers, forms and JSON.
  [
    /((?:password|passwd|secret|token|api[-_]?key|signature|credential)["']?\s{0,3}[=:]\s{0,3})(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'&,;]+)/gi,
    `$1${MASK}`,
  ],
];

/**
 * Something of each look above, and of a JWT: a text without any of it holds none of them. Nearly every text of a log is
 * such a one, and one search is a tenth of nine.
 */
const SUSPICIOUS =
  /-----BEGIN|pp[A-Za-z0-9]{30}|pp[ct]_|:\/\/|authorization|(?:basic|bearer|app|ibsso) |password|passwd|secret|token|api[-_]?key|signature|credential|eyJ/i;

/**
 * Promises a function that returns the text without any of the secrets of at least SHORTEST_KNOWN_SECRET characters, as
 * they stand, percent-encoded or inside JSON, and without what looks like a secret; and cuts it to LONGEST_TEXT.
 */
export function createMask(secrets: readonly string[]): Mask {
  const known = knownSecrets(secrets);
  return (text) => {
    // The cut comes after the known secrets, so that it never leaves half of one.
    const unknowing = known === null ? text : text.replace(known, MASK);
    let masked = unknowing.slice(0, LONGEST_TEXT * 2);
    if (SUSPICIOUS.test(masked)) {
      for (const [look, mask] of LOOKS) masked = masked.replace(look, mask);
      masked = masked.replace(JWT_PATTERN.pattern, MASK);
    }
    return masked.length > LONGEST_TEXT
      ? `${masked.slice(0, LONGEST_TEXT).toWellFormed()}…`
      : masked;
  };
}

function knownSecrets(secrets: readonly string[]): RegExp | null {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_KNOWN_SECRET)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
    ]);
  if (forms.length === 0) return null;
  // Longest first, so that a secret within a secret does not leave the rest of the longer one.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(ordered.map((form) => RegExp.escape(form)).join("|"), "g");
}
