/** A calendar's text is understood outside of transactions; before that is written, it is asked whether it still holds. */
import type { CalendarOfLayer } from "../../ports/calendar_repositories.ts";

/** How often what has become of no use meanwhile is worked out anew. */
export const MOST_TRIES = 3;

/** Promises whether nobody has read the calendar or changed anything of what a reading is made of, in between. */
export function isUnchanged(
  { calendar: before }: CalendarOfLayer,
  { calendar: now }: CalendarOfLayer,
): boolean {
  const basis = (one: typeof before) => {
    const { origin, people, validators, readAtMs, windowsHash } = one;
    return { origin, people, validators, readAtMs, windowsHash };
  };
  return isSame(basis(before), basis(now));
}

/** Promises whether both hold the same, in the same order. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
