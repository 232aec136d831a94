/** Numbers in sentences. */

const SMALL = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
];

/** Promises the number with thousands apart, as "12,345". */
export function digits(count: number): string {
  return count.toLocaleString("en-GB");
}

/** Promises the number in words up to ten ("no", "one" ... "ten"), in digits beyond. */
export function spelled(count: number): string {
  return SMALL[count] ?? digits(count);
}

/** Promises the number and its noun: `counted(1, "page")` is "1 page"; `many` is for nouns without a plain s. */
export function counted(
  count: number,
  one: string,
  many = `${one}s`,
): string {
  return `${digits(count)}\u00A0${count === 1 ? one : many}`;
}

/** Promises the word that fits the number, as `agree(2, "is", "are")`. */
export function agree(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** Promises the first letter in upper case. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Promises "a", "a and b", "a, b and c"; beyond `most` names the rest is a number: "a, b and 4 more". */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length > most
    ? [...names.slice(0, most - 1), `${names.length - most + 1} more`]
    : [...names];
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}
