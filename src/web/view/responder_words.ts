/** Responders in a sentence. */
import type { ReachWords } from "./reach_words.ts";
import { agree, listed, sentenceCase, spelled } from "./plural.ts";

/** Promises how many there are, and which of those shown cannot be reached. */
export function respondersSentence(
  rows: readonly { name: string; reach: ReachWords }[],
  total: number,
): string {
  if (total === 0) return "There is nobody who could be paged.";
  const people = `${sentenceCase(spelled(total))} ${
    agree(total, "person", "people")
  } can be put on call.`;
  const lost = rows.filter(({ reach }) => !reach.ok).map(({ name }) => name);
  if (lost.length === 0) {
    return rows.length === total && total > 1
      ? `${people} Everybody can be reached.`
      : people;
  }
  return `${people} ${listed(lost)} cannot be reached.`;
}
