/** The characters that an SMS can hold at 160 to the part, and how much room they take (3GPP TS 23.038, section 6.2.1). */

const BASIC = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€";

// Line feed, carriage return, form feed and escape are in the alphabet too, and left out: a page is one line.
const WEIGHT = new Map<string, number>([
  ...[...BASIC].map((char) => [char, 1] as const),
  ...[...EXTENSION].map((char) => [char, 2] as const),
]);

/** Nearly every text has no other characters: they are looked for at once, and not one by one. */
const BASIC_ONLY = new RegExp(
  `^[${BASIC.replaceAll(/[\\\]^-]/g, "\\$&")}]*$`,
);

/** Septets in one SMS, and in each part of a message that needs several (the rest is the header that joins them). */
export const ONE_PART = 160;
const JOINED_PART = 153;

/** Turns one character that the alphabet lacks into ASCII, as `ł` into `l`; empty when there is nothing like it. */
export type ToAscii = (char: string) => string;

/** Promises how many septets `text` takes; a character outside the alphabet counts as 1 and should not be there. */
export function septets(text: string): number {
  if (BASIC_ONLY.test(text)) return text.length;
  let sum = 0;
  for (const char of text) sum += WEIGHT.get(char) ?? 1;
  return sum;
}

/** Promises whether every character of `text` is in the alphabet, so that no phone network falls back to UCS-2. */
export function isGsm7(text: string): boolean {
  for (const char of text) if (!WEIGHT.has(char)) return false;
  return true;
}

/** Promises `text` in the alphabet alone, on one line. What has no likeness is left out. */
export function toGsm7(text: string, toAscii: ToAscii): string {
  return likenessOf(text, toAscii).replace(/ {2,}/g, " ").trim();
}

function likenessOf(text: string, toAscii: ToAscii): string {
  if (BASIC_ONLY.test(text)) return text;
  let out = "";
  for (const char of text.normalize("NFC")) {
    out += WEIGHT.has(char) ? char : likeness(char, toAscii);
  }
  return out;
}

function likeness(char: string, toAscii: ToAscii): string {
  // The backtick is the one printable ASCII character that the alphabet lacks.
  const ascii = toAscii(char).replaceAll("`", "'");
  return [...ascii].filter((each) => WEIGHT.has(each)).join("");
}

/** Promises `text` in at most `room` septets, cut after a word where one ends in the second half, then ending in "...". */
export function cutAtWord(text: string, room: number): string {
  if (septets(text) <= room) return text;
  let kept = "";
  let used = 3;
  for (const char of text) {
    used += WEIGHT.get(char) ?? 1;
    if (used > room) break;
    kept += char;
  }
  const next = text[kept.length];
  const blank = kept.lastIndexOf(" ");
  if (next !== " " && blank > kept.length / 2) kept = kept.slice(0, blank);
  return kept.replace(/[\s,;:.(-]+$/, "") + "...";
}

/** Promises the septets of the fewest parts that hold `needed`: 160, 306, 459 and so on. */
export function roomFor(needed: number): number {
  if (needed <= ONE_PART) return ONE_PART;
  // One septet a part is kept back: an extension character may not be split between two parts.
  return Math.ceil(needed / (JOINED_PART - 1)) * (JOINED_PART - 1);
}
