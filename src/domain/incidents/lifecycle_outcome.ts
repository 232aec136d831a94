/** What becomes of an incident when something happens to it: what is to be written and done, or why nothing is. */
import type { Incident } from "./incident.ts";
import type { Actor, NewTimelineEntry, TimelineKind } from "./timeline.ts";

/** What an event brings about. `changed` is false for a repetition of what is already done: a success, nothing to write. */
export interface Transition {
  ok: true;
  changed: boolean;
  incident: Incident;
  entries: NewTimelineEntry[];
  /** Unsent pages are to be cancelled. */
  cancelUnsent: boolean;
  /** Paging goes on from `incident.nextStep` at once. */
  pageNow: boolean;
  /** This responder is to be paged at once, by their own rules, beside the policy's steps. */
  pageResponderId: number | null;
  /** Those who were paged are to be told that it is over, if they asked to be. */
  tellPaged: boolean;
}

export interface Refusal {
  ok: false;
  code:
    | "incident_resolved"
    | "incident_not_acknowledged"
    | "snooze_not_in_future";
  /** A sentence for a person. */
  message: string;
}

/** Promises a success that writes nothing. */
export function unchanged(incident: Incident): Transition {
  return {
    ok: true,
    changed: false,
    incident,
    entries: [],
    cancelUnsent: false,
    pageNow: false,
    pageResponderId: null,
    tellPaged: false,
  };
}

/** Promises the change with what is told of it and those of the effects that are named. */
export function changed(
  incident: Incident,
  entries: NewTimelineEntry[],
  effects: Partial<
    Pick<
      Transition,
      "cancelUnsent" | "pageNow" | "pageResponderId" | "tellPaged"
    >
  >,
): Transition {
  return {
    ok: true,
    changed: true,
    incident,
    entries,
    cancelUnsent: false,
    pageNow: false,
    pageResponderId: null,
    tellPaged: false,
    ...effects,
  };
}

/** Promises an entry of the timeline. */
export function entry(
  kind: TimelineKind,
  actor: Actor,
  atMs: number,
  detail: NewTimelineEntry["detail"] = {},
): NewTimelineEntry {
  return { kind, actor, atMs, detail };
}

/** Promises the refusal to do this to an incident that is resolved. */
export function refuse(incident: Incident, verb: string): Refusal {
  return {
    ok: false,
    code: "incident_resolved",
    message:
      `Cannot ${verb} incident ${incident.id}: it is resolved. Reopen it first.`,
  };
}
