/** Numbers in text fields. */

/** Promises the number that was typed, NaN for what is none; null for nothing. */
export function typedNumber(text: string): number | null {
  return text === "" ? null : Number(text.replace(",", "."));
}
