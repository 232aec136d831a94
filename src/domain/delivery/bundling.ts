/**
 * When a message to one person on one channel goes at once, and when it waits to go together with others. The first one to
 * a quiet person never waits; what comes within the window after it goes as one message when the window ends.
 */
import { SEVERITIES, type Severity } from "../intake/alert.ts";
import type { Notification, NotificationKind } from "./notification.ts";

/** How severe a message is among those to one person: a page as its incident, a resolution below every page. */
export function rankOf(kind: NotificationKind, severity: Severity): number {
  return kind === "page" ? SEVERITIES.indexOf(severity) : RESOLUTION_RANK;
}

/** See `rankOf`. */
export const RESOLUTION_RANK = -1;

/** What has gone to one person on one channel. */
export interface Pace {
  /** Until then further messages wait. */
  untilMs: number;
  /** The most severe of what went in this window. */
  rank: number;
}

/** The pace of somebody who has been sent nothing. */
export const QUIET: Pace = { untilMs: 0, rank: -2 };

/** A message that is due and was never tried. */
export interface Waiting {
  rank: number;
  /** It has waited for the end of a window already. */
  held: boolean;
}

interface Window {
  nowMs: number;
  /** How long a window is; 0: nothing ever waits. */
  windowMs: number;
}

/**
 * Promises whether the person's window is open. One that would end later than a whole window from now was written by a
 * clock that has been set back since, and holds nobody up.
 */
export function isOpen(
  { untilMs }: Pace,
  { nowMs, windowMs }: Window,
): boolean {
  return untilMs > nowMs && untilMs <= nowMs + windowMs;
}

/**
 * Promises whether the message goes now. Held until the window's end is only what is no more severe than all that went in
 * it, and nothing is held twice: so nothing waits longer than one window, whoever else sends meanwhile.
 */
export function goesNow(waiting: Waiting, pace: Pace, window: Window): boolean {
  return !isOpen(pace, window) || waiting.held || waiting.rank > pace.rank;
}

/**
 * Promises the pace after a message about these has begun. Somebody quiet gets a new window, and so does who gets what
 * had waited. What only passed for its severity leaves the window's end where it was.
 */
export function paceAfter(
  pace: Pace,
  sent: readonly Waiting[],
  window: Window,
): Pace {
  const open = isOpen(pace, window);
  const rank = Math.max(
    open ? pace.rank : QUIET.rank,
    ...sent.map((one) => one.rank),
  );
  const passed = open && !sent.some((one) => one.held);
  return {
    untilMs: passed ? pace.untilMs : window.nowMs + window.windowMs,
    rank,
  };
}

/** Promises whether the message waits to go together with others, and not for its own time or a retry. */
export function isHeld(
  { state, attempt, dueAtMs, firstDueAtMs }: Pick<
    Notification,
    "state" | "attempt" | "dueAtMs" | "firstDueAtMs"
  >,
): boolean {
  return state === "queued" && attempt === 0 && dueAtMs > firstDueAtMs;
}
