/** The differences between two plans in words. */
import type { DutyChange } from "../../../domain/schedules/draft_plan.ts";
import { agree, counted, listed } from "../plural.ts";
import { dayTime } from "./stretch_words.ts";
import { strongNames, type Words } from "../words.ts";
import type { Viewpoint } from "../zoned_time.ts";

export interface ChangeLine {
  /** "Mon 30 Nov, 09:00 to Mon 7 Dec, 09:00". */
  when: string;
  /** "**Idris** instead of **Maya**". */
  words: Words;
  /** `gap`: nobody is on call any more; `filled`: nobody was. */
  kind: "gap" | "filled" | "other";
}

/** Promises one line for a difference. */
export function changeWords(
  { startsAtMs, endsAtMs, before, after }: DutyChange,
  names: ReadonlyMap<number, string>,
  view: Viewpoint,
): ChangeLine {
  const people = (ids: readonly number[]): Words =>
    ids.length === 0
      ? ["nobody"]
      : strongNames(ids.map((id) => names.get(id) ?? "somebody who is gone"));
  const kind = after.length === 0
    ? "gap"
    : before.length === 0
    ? "filled"
    : "other";
  return {
    when: `${dayTime(startsAtMs, view)} to ${dayTime(endsAtMs, view)}`,
    words: [...people(after), " instead of ", ...people(before)],
    kind,
  };
}

/** Promises how much is different, as "4 stretches of the next 6 weeks change; 1 new gap." */
export function changesSentence(
  changes: readonly DutyChange[],
  weeks: string,
): string {
  if (changes.length === 0) return `Nothing changes in ${weeks}.`;
  const opened = changes.filter(({ after }) => after.length === 0).length;
  const filled = changes.filter(({ before }) => before.length === 0).length;
  const remarks = [
    ...opened > 0 ? [counted(opened, "new gap")] : [],
    ...filled > 0 ? [`${counted(filled, "gap")} filled`] : [],
  ];
  const count = counted(changes.length, "stretch", "stretches");
  const verb = agree(changes.length, "changes", "change");
  const rest = remarks.length === 0 ? "" : `: ${listed(remarks)}`;
  return `${count} of ${weeks} ${verb}${rest}.`;
}
