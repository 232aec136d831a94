/** Who follows those who are on call now. */
import { onCallAt, type ScheduleEntry, shifts } from "./schedule.ts";

/**
 * Promises those who come on call at the first handoff before `untilMs` that brings somebody who is not on call at
 * `atMs`, and only the newcomers, in ascending id; empty when nobody does.
 */
export function nextOnCall(
  windows: readonly Pick<
    ScheduleEntry,
    "responderId" | "kind" | "startsAtMs" | "endsAtMs"
  >[],
  { atMs, untilMs }: { atMs: number; untilMs: number },
): number[] {
  const now = onCallAt(windows, atMs);
  for (const { responderIds } of shifts(windows, atMs, untilMs)) {
    const newcomers = responderIds.filter((id) => !now.includes(id));
    if (newcomers.length > 0) return newcomers;
  }
  return [];
}
