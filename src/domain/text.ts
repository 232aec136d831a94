/** Makes text from outside safe to store and show on any database and screen, without changing what it says. */

// All controls but tab, line feed and carriage return; and the bidirectional
// overrides and isolates that can make a title read backwards (Unicode
// Technical Report 36, section 2.5).
const UNSAFE = /(?![\t\n\r])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Promises well-formed Unicode of at most `limit` UTF-16 units with no control or bidirectional override characters.
 * A longer text is cut between code points and ends in "…". Line breaks stay.
 */
export function cleanText(text: string, limit: number): string {
  // Cutting first bounds the work that a text of megabytes can cause.
  const bounded = text.length > limit * 2 ? text.slice(0, limit * 2) : text;
  const clean = bounded.toWellFormed().replace(UNSAFE, "").trim();
  return clean.length > limit ? cut(clean, limit) : clean;
}

/** As cleanText, and on one line: every run of white space becomes one blank. */
export function cleanLine(text: string, limit: number): string {
  const bounded = text.length > limit * 4 ? text.slice(0, limit * 4) : text;
  return cleanText(bounded.replace(/\s+/g, " "), limit);
}

function cut(text: string, limit: number): string {
  return text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
