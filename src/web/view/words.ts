/** Sentences with parts set apart: the template decides how a part looks, so that no view model holds markup. */
import { countdown } from "./duration.ts";

/**
 * Plain text; a name set in bold; what somebody or something else said, set apart from our own words; or how long it is
 * still, which counts down while it is looked at (`untilMs` is epoch milliseconds).
 */
export type Word =
  | string
  | { strong: string }
  | { said: string }
  | { left: string; untilMs: number };
export type Words = readonly Word[];

/** Promises the sentence as plain text, for titles, alternatives and tests. */
export function plain(words: Words): string {
  return words.map((word) => {
    if (typeof word === "string") return word;
    if ("strong" in word) return word.strong;
    return "said" in word ? word.said : `in ${word.left}`;
  }).join("");
}

/** Promises the names in bold, as "**a**, **b** and **c**"; beyond `most` the rest is a number. */
export function strongNames(names: readonly string[], most = 4): Words {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const rest = names.length - shown.length;
  const items: Words[] = shown.map((name) => [{ strong: name }]);
  if (rest > 0) items.push([`${rest} more`]);
  return items.flatMap((item, index) => {
    if (index === 0) return item;
    return [index === items.length - 1 ? " and " : ", ", ...item];
  });
}

/** Promises "in 3:48", counting down. */
export function countingDown(untilMs: number, nowMs: number): Word {
  return { left: countdown(untilMs - nowMs), untilMs };
}
