/** Paths as logs may hold them. */

const LONGEST = 300;
// What follows these is a key or a token, whatever it looks like.
const KEY_FOLLOWS =
  /^(\/api\/v1\/(?:alerts|webhooks\/[^/]*|notifications\/[^/]*\/receipts)\/+|\/a\/+|\/ical\/+)[^/]+/;
// Anywhere else a long segment that is not made of words may be a key put where it does not belong.
const LOOKS_SECRET = /(?<=\/)(?![a-z-]+(?:\/|$))[^/]{20,}/g;
// Userinfo and a query hold secrets by their nature; an absolute-form request target has both in its path.
const USERINFO = /\/\/[^/@]*@/g;

/** Promises the path without its query, with every key and token in it replaced, at most 300 characters. */
export function redactedPath(path: string): string {
  const bare = path.split(/[?#]/, 1)[0] ?? "";
  return bare
    .replace(USERINFO, "//[redacted]@")
    .replace(KEY_FOLLOWS, "$1[redacted]")
    .replace(LOOKS_SECRET, "[redacted]")
    .slice(0, LONGEST);
}
