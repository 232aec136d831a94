/** How long the text of a calendar may be: a year of shifts with long descriptions, as programs export it, fits well. */

/** In UTF-8. */
export const LONGEST_CALENDAR_BYTES = 2_000_000;

/** For whoever gave a longer one. */
export const CALENDAR_TOO_LONG =
  "The calendar is larger than 2 MB, which is the most that is read. Export a shorter time of it.";

/** Promises whether the text has more bytes in UTF-8 than are read. */
export function isTooLong(text: string): boolean {
  // Three bytes for each unit are never too few, so that most texts need not be encoded to be measured.
  return text.length * 3 > LONGEST_CALENDAR_BYTES &&
    new TextEncoder().encode(text).length > LONGEST_CALENDAR_BYTES;
}
