/** What fits into a bar: the names of those on call, else their initials, else nothing, for each width of the window. */
import { initials } from "./on_call.ts";

/**
 * How many pixels a week is drawn wide at least: on a phone of 360 pixels, from 50rem on with the rail beside it, and from
 * 72rem on. The style sheet shows one text of each bar by the same widths.
 */
const WEEK_WIDTHS = {
  1: { s: 292, m: 484, l: 790 },
  2: { s: 292, m: 484, l: 385 },
} as const;
type Size = "s" | "m" | "l";

/** How many pictures stand beside each other in the widest window. */
export type Columns = keyof typeof WEEK_WIDTHS;

const CHARACTER = 7.2;
const WIDE_CHARACTER = 14;
/** On both sides together. */
const PADDING = 12;
const WIDE =
  /[\u1100-\u11FF\u2E80-\uD7A3\uF900-\uFAFF\uFE30-\uFF60]|\p{Extended_Pictographic}/u;

export interface BarText {
  text: string;
  /** The widths at which it is shown, as class names. */
  sizes: string;
}

/** Promises the texts of a bar that takes `share` (0 to 1) of a week's width: the first that fits of these, longest first. */
export function fitting(
  candidates: readonly string[],
  { share, columns }: { share: number; columns: Columns },
): BarText[] {
  const chosen = new Map<string, Size[]>();
  for (const size of ["s", "m", "l"] as const) {
    const room = WEEK_WIDTHS[columns][size] * share - PADDING;
    const text = candidates.find((one) => widthOf(one) <= room);
    if (text === undefined) continue;
    chosen.set(text, [...chosen.get(text) ?? [], size]);
  }
  return [...chosen].map(([text, sizes]) => ({ text, sizes: sizes.join(" ") }));
}

/** Promises what may stand for these people in a bar, the longest first. */
export function nameTexts(names: readonly string[]): string[] {
  if (names.length === 0) return ["Nobody", "!"];
  const short = names.map(initials);
  return names.length === 1
    ? [...names, ...short]
    : [names.join(", "), short.join(", "), `${short[0]} +${names.length - 1}`];
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += WIDE.test(character) ? WIDE_CHARACTER : CHARACTER;
  }
  return width;
}
