/** Which people a text names, as the title of an event does: "On call - Maya Okafor". */

interface Named {
  id: number;
  name: string;
  email: string;
}

interface Hit {
  at: number;
  length: number;
  /** null where two people are called so. */
  id: number | null;
}

type Words = Map<string, { word: string; id: number | null }[]>;

const SHORTEST_NAME = 2;
const LETTER = /[\p{L}\p{N}]/u;
/** From a place at which a word may begin to the end of its first letters. */
const HEAD = /[^\p{L}\p{N}]*[\p{L}\p{N}]+/uy;
const HEADS = /[^\p{L}\p{N}]|[\p{L}\p{N}]+/gu;

/**
 * Promises a function that gives the ids, ascending, of those whose name or address stands in a text as words of its
 * own, whatever the case. A longer name takes its place in the text: "Maya Okafor" is not also "Maya". What two people
 * are called names neither. The time for a text grows with its length, not with the number of people.
 */
export function nameFinder(
  people: readonly Named[],
): (text: string) => number[] {
  const words = wordsByHead(people);
  return (text) => {
    const folded = foldedText(text);
    const taken = new Array<boolean>(folded.length).fill(false);
    const ids = new Set<number>();
    for (const { at, length, id } of hitsIn(folded, words)) {
      if (taken.slice(at, at + length).includes(true)) continue;
      taken.fill(true, at, at + length);
      if (id !== null) ids.add(id);
    }
    return [...ids].sort((a, b) => a - b);
  };
}

/** Promises the text as it is compared: case, kinds of blanks and compatible characters (NFKC) make no difference. */
export function foldedText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

/** What each person is called, by its first letters and what stands before them. */
function wordsByHead(people: readonly Named[]): Words {
  const ids = new Map<string, number | null>();
  for (const { id, name, email } of people) {
    for (const word of [foldedText(name), foldedText(email)]) {
      if (word.length < SHORTEST_NAME || !LETTER.test(word)) continue;
      const other = ids.get(word);
      ids.set(word, other === undefined || other === id ? id : null);
    }
  }
  return Map.groupBy(
    [...ids].map(([word, id]) => ({ word, id })),
    ({ word }) => headAt(word, 0),
  );
}

/** The words that stand alone in the text, the longest first, then from left to right. */
function hitsIn(text: string, words: Words): Hit[] {
  const hits: Hit[] = [];
  for (const { index: at } of text.matchAll(HEADS)) {
    for (const { word, id } of words.get(headAt(text, at)) ?? []) {
      const { length } = word;
      if (text.startsWith(word, at) && standsAlone(text, at, length)) {
        hits.push({ at, length, id });
      }
    }
  }
  return hits.sort((a, b) => b.length - a.length || a.at - b.at);
}

function standsAlone(text: string, at: number, length: number): boolean {
  // Two units, because a letter may be a pair of surrogates; more than the letter beside it is not looked at.
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  const [after = ""] = text.slice(at + length, at + length + 2);
  return !LETTER.test(before) && !LETTER.test(after);
}

function headAt(text: string, at: number): string {
  HEAD.lastIndex = at;
  return HEAD.exec(text)?.[0] ?? "";
}
