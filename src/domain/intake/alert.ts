/** The one normalised form of what every monitoring system sends, and the words that grade it. */

/** How bad an alert is, from least to worst. The order of this list is the order of severity. */
export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Which of a responder's contact rules apply: errors and worse wake people, the rest may wait. */
export const URGENCIES = ["high", "low"] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Promises `high` for error and critical, `low` for the rest. */
export function urgencyOf(severity: Severity): Urgency {
  return severity === "critical" || severity === "error" ? "high" : "low";
}

/** Promises a positive number when `a` is worse than `b`, 0 when equal, negative when milder. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

/** A link back into the monitoring system. `url` is http or https, checked where the alert is read. */
export interface AlertLink {
  label: string;
  url: string;
}

/**
 * One alert after its source's format has been read.
 *
 * - `firing` opens an incident or updates the open one;
 * - `resolved` is the sender's word that it is over;
 * - `note` is recorded on the open incident, if there is one, and never opens or closes anything.
 */
export interface Alert {
  kind: "firing" | "resolved" | "note";
  /** Stable within its source, 1 to 255 characters; derived from stable fields only. */
  externalId: string;
  /** 1 to 300 characters, one line, no control characters. */
  title: string;
  /** Up to 10,000 characters; line breaks allowed. */
  description: string;
  severity: Severity;
  /** When the sender says the episode began, epoch milliseconds; null where the format does not say. */
  startsAtMs: number | null;
  links: AlertLink[];
  labels: Record<string, string>;
  /** A monitoring tool's test button: opens a marked test incident that pages only who asked and closes by itself. */
  isTest: boolean;
  /** Why this is a `note`, or what is odd about the alert, in words for the timeline; empty when there is nothing to say. */
  remark: string;
  /** This alert as the sender wrote it, JSON or plain text, cut to 64 KiB. */
  payload: string;
}

export const ALERT_LIMITS = {
  externalId: 255,
  title: 300,
  description: 10_000,
  labels: 64,
  labelName: 100,
  labelValue: 1_000,
  links: 10,
  url: 2_000,
  payload: 65_536,
} as const;
