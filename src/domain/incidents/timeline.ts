/** The story of an incident: what happened, who did it, when. Facts only; words are put to them where they are shown. */

export const ACTION_ORIGINS = [
  "ui",
  "api",
  "link",
  "sms",
  "whatsapp",
  "email",
] as const;
/** How a person's word reached us. */
export type ActionOrigin = (typeof ACTION_ORIGINS)[number];

/** Who did it. `name` is kept beside the id, so that the story stays readable when the person is gone. */
export type Actor =
  | { kind: "responder"; responderId: number; name: string; via: ActionOrigin }
  | { kind: "source"; sourceId: number; name: string }
  | { kind: "system" };

export const SYSTEM: Actor = { kind: "system" };

export const TIMELINE_KINDS = [
  "opened",
  "severity_raised",
  "alert_noted",
  "stale_alert_noted",
  "refire_noted",
  "recovered",
  "acknowledged",
  "resolved",
  "expired",
  "reopened",
  "snoozed",
  "acknowledgement_timed_out",
  "snooze_ended",
  "escalated_by_hand",
  "reassigned",
  "step_paged",
  "step_skipped",
  "responder_unreachable",
  "moved_to_next_step",
  "exhausted",
  "fallback_paged",
  "nobody_to_page",
  "page_sent",
  "page_delivered",
  "page_retry",
  "page_failed",
  "page_suppressed",
  "page_cancelled",
  "page_requeued",
  "page_repeated_after_crash",
  "page_repeated_after_lost_answer",
  "escalation_postponed",
  "rearmed_by_audit",
  "note_added",
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** JSON values only. Ids end in `Id`, instants in `Ms`. */
export type TimelineDetail = Record<
  string,
  string | number | boolean | null | number[] | string[]
>;

export interface NewTimelineEntry {
  kind: TimelineKind;
  atMs: number;
  actor: Actor;
  detail: TimelineDetail;
}

export interface TimelineEntry extends NewTimelineEntry {
  id: number;
  incidentId: number;
}
