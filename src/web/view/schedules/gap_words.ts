/** Times in which nobody is on call, in words. */
import type { Shift } from "../../../domain/schedules/schedule.ts";
import { duration } from "../duration.ts";
import { counted } from "../plural.ts";
import { shortTime, type Viewpoint } from "../zoned_time.ts";

/** A stretch that was looked at, as "the next 14 days". */
export interface Looked {
  fromMs: number;
  untilMs: number;
  words: string;
}

/**
 * Promises a sentence about the gaps of a schedule in the stretch, as "Nobody is on call from Sat 22:00 to Sun 06:00
 * (8 h), and in 2 more gaps."; one that says so where there is none.
 */
export function gapWords(
  gaps: readonly Shift[],
  looked: Looked,
  view: Viewpoint,
): string {
  const [first] = gaps;
  if (!first) return `No gap in ${looked.words}.`;
  const whole = first.startsAtMs <= looked.fromMs &&
    first.endsAtMs >= looked.untilMs;
  if (whole) return `Nobody is on call in ${looked.words}.`;
  const rest = gaps.length - 1;
  const more = rest === 0 ? "" : `, and in ${counted(rest, "more gap")}`;
  return `Nobody is on call ${stretchWords(first, looked, view)}${more}.`;
}

/** Promises when the gap is, as "from Sat 22:00 to Sun 06:00 (8 h)", "until 09:00" or "from Tue 09:00 on". */
export function stretchWords(
  { startsAtMs, endsAtMs }: Pick<Shift, "startsAtMs" | "endsAtMs">,
  { fromMs, untilMs }: Pick<Looked, "fromMs" | "untilMs">,
  view: Viewpoint,
): string {
  if (endsAtMs >= untilMs) {
    return startsAtMs <= fromMs
      ? "from now on"
      : `from ${shortTime(startsAtMs, view)} on`;
  }
  const end = shortTime(endsAtMs, view);
  if (startsAtMs <= fromMs) return `now and until ${end}`;
  const length = duration(endsAtMs - startsAtMs);
  return `from ${shortTime(startsAtMs, view)} to ${end} (${length})`;
}
