/** Makes text from outside safe to store and show on any database and screen, without changing what it says. */

// All controls but tab, line feed and carriage return; and the bidirectional
// overrides and isolates that can make a title read backwards (Unicode
// Technical Report 36, section 2.5).
const UNSAFE =
  // deno-lint-ignore no-control-regex -- they are what is looked for
  /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;
/** A blank by itself is not among it: most are. */
const WHITE_SPACE = /\s{2,}|[^\S ]/g;

/**
 * Promises well-formed Unicode of at most `limit` UTF-16 units with no control or bidirectional override characters.
 * A longer text is cut between code points and ends in "…". Line breaks stay.
 */
export function cleanText(text: string, limit: number): string {
  return cut(strip(text, limit * 2).trim(), limit);
}

/** As cleanText, and on one line: every run of white space becomes one blank. */
export function cleanLine(text: string, limit: number): string {
  return cut(strip(text, limit * 4).replace(WHITE_SPACE, " ").trim(), limit);
}

/** Looks at `most` units only, which bounds the work that a text of megabytes can cause. */
function strip(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replace(UNSAFE, "");
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
