/** The lifecycle of an incident. Rules return what is to be written; nothing here writes. */
import { type Severity, urgencyOf } from "../intake/alert.ts";
import { beforeLastStep } from "../policies/escalation.ts";
import type { Incident, ResolvedBy } from "./incident.ts";
import { concerns } from "../policies/step_condition.ts";
import { type Actor, SYSTEM, type TimelineKind } from "./timeline.ts";
import {
  changed,
  entry,
  type Refusal,
  refuse,
  type Transition,
  unchanged,
} from "./lifecycle_outcome.ts";

export type IncidentEvent =
  | { kind: "acknowledge"; actor: Actor }
  | { kind: "resolve"; actor: Actor }
  | { kind: "recover"; actor: Actor; startsAtMs: number | null; remark: string }
  | { kind: "expire" }
  | { kind: "reopen"; actor: Actor }
  | { kind: "refire"; actor: Actor }
  | { kind: "escalate"; actor: Actor }
  | { kind: "snooze"; actor: Actor; untilMs: number }
  | { kind: "reassign"; actor: Actor; responderId: number; responder: string }
  | { kind: "raise"; actor: Actor; severity: Severity }
  | { kind: "acknowledgement_over" };

/** Promises the next incident with its timeline entries, or a refusal that names the present status. Never throws. */
export function transition(
  incident: Incident,
  event: IncidentEvent,
  nowMs: number,
): Transition | Refusal {
  switch (event.kind) {
    case "acknowledge":
      return acknowledge(incident, event.actor, nowMs);
    case "snooze":
      return snooze(incident, event.actor, event.untilMs, nowMs);
    case "resolve":
    case "recover":
    case "expire":
      return incident.status === "resolved"
        ? unchanged(incident)
        : resolve(incident, event, nowMs);
    case "reopen":
    case "refire":
      return incident.status === "triggered"
        ? unchanged(incident)
        : retrigger(incident, event.kind, event.actor, nowMs);
    case "escalate":
      return escalate(incident, event.actor, nowMs);
    case "reassign":
      return reassign(incident, event, nowMs);
    case "raise":
      return raise(incident, event, nowMs);
    case "acknowledgement_over":
      return acknowledgementOver(incident, nowMs);
  }
}

function acknowledge(
  incident: Incident,
  actor: Actor,
  nowMs: number,
): Transition | Refusal {
  if (incident.status === "resolved") return refuse(incident, "acknowledge");
  if (incident.status === "acknowledged" && incident.snoozedUntilMs === null) {
    return unchanged(incident);
  }
  const next = acknowledged(
    incident,
    actor,
    nowMs,
    acknowledgementEndMs(incident, nowMs),
  );
  return changed(next, [entry("acknowledged", actor, nowMs)], {
    cancelUnsent: true,
  });
}

function snooze(
  incident: Incident,
  actor: Actor,
  untilMs: number,
  nowMs: number,
): Transition | Refusal {
  if (incident.status === "resolved") return refuse(incident, "snooze");
  if (untilMs <= nowMs) {
    return {
      ok: false,
      code: "snooze_not_in_future",
      message: "Cannot snooze until a time that has passed.",
    };
  }
  const next = {
    ...acknowledged(incident, actor, nowMs, untilMs),
    snoozedUntilMs: untilMs,
  };
  return changed(next, [entry("snoozed", actor, nowMs, { untilMs })], {
    cancelUnsent: true,
  });
}

function acknowledged(
  incident: Incident,
  actor: Actor,
  nowMs: number,
  nextActionAtMs: number | null,
): Incident {
  return {
    ...incident,
    status: "acknowledged",
    acknowledgedAtMs: nowMs,
    acknowledgedBy: actor,
    nextActionAtMs,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
  };
}

function acknowledgementEndMs(
  incident: Incident,
  nowMs: number,
): number | null {
  const minutes = incident.policy.acknowledgementTimeoutMinutes;
  return minutes === null ? null : nowMs + minutes * 60_000;
}

type Ending = Extract<
  IncidentEvent,
  { kind: "resolve" | "recover" | "expire" }
>;

const ENDINGS: Record<Ending["kind"], { by: ResolvedBy; entry: TimelineKind }> =
  {
    resolve: { by: "person", entry: "resolved" },
    recover: { by: "recovery", entry: "recovered" },
    expire: { by: "age", entry: "expired" },
  };

function resolve(incident: Incident, event: Ending, nowMs: number): Transition {
  const actor = event.kind === "expire" ? SYSTEM : event.actor;
  const ending = ENDINGS[event.kind];
  const next: Incident = {
    ...incident,
    status: "resolved",
    resolvedAtMs: nowMs,
    resolvedBy: ending.by,
    resolvedByActor: actor,
    nextActionAtMs: null,
    snoozedUntilMs: null,
    autoResolveAtMs: null,
  };
  const detail = event.kind === "recover" && event.remark !== ""
    ? { remark: event.remark }
    : {};
  return changed(next, [entry(ending.entry, actor, nowMs, detail)], {
    cancelUnsent: true,
    tellPaged: true,
  });
}

function retrigger(
  incident: Incident,
  kind: "reopen" | "refire",
  actor: Actor,
  nowMs: number,
): Transition {
  const refired = kind === "refire" ? true : incident.refired;
  const next = { ...restarted(incident, nowMs), refired };
  return changed(next, [
    entry("reopened", actor, nowMs, { refired: kind === "refire" }),
  ], { pageNow: true, cancelUnsent: true });
}

function escalate(
  incident: Incident,
  actor: Actor,
  nowMs: number,
): Transition | Refusal {
  if (incident.status === "resolved") return refuse(incident, "escalate");
  const next: Incident = incident.exhaustedAtMs !== null
    ? restarted(incident, nowMs)
    : {
      ...incident,
      status: "triggered",
      snoozedUntilMs: null,
      acknowledgedAtMs: null,
      acknowledgedBy: null,
    };
  return changed(next, [entry("escalated_by_hand", actor, nowMs)], {
    pageNow: true,
    cancelUnsent: incident.status === "acknowledged",
  });
}

/**
 * Somebody else is to look after it: they are paged now, and the policy goes on
 * with its next step if they do not answer within the wait of the last one.
 */
function reassign(
  incident: Incident,
  { actor, responderId, responder }: Extract<
    IncidentEvent,
    { kind: "reassign" }
  >,
  nowMs: number,
): Transition | Refusal {
  if (incident.status === "resolved") return refuse(incident, "reassign");
  const from = incident.exhaustedAtMs === null
    ? incident
    : restarted(incident, nowMs);
  const { nextStep, policy } = beforeLastStep(from);
  const waitMinutes = policy.steps[nextStep]?.delayMinutes ?? 0;
  const next: Incident = {
    ...from,
    status: "triggered",
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    snoozedUntilMs: null,
    nextActionAtMs: Math.round(nowMs + waitMinutes * 60_000),
  };
  const told = entry("reassigned", actor, nowMs, { responderId, responder });
  return changed(next, [told], {
    cancelUnsent: true,
    pageResponderId: responderId,
  });
}

/**
 * An alert got worse. Where the milder severity kept a step out that the new one lets in, paging goes back to that step;
 * where it becomes urgent, the step that ran last runs again by the rules for urgent pages. An incident that somebody
 * has acknowledged stays theirs.
 */
function raise(
  incident: Incident,
  { severity, actor }: Extract<IncidentEvent, { kind: "raise" }>,
  nowMs: number,
): Transition {
  const from = incident.severity;
  const urgent = urgencyOf(from) === "low" && urgencyOf(severity) === "high";
  const entries = [
    entry("severity_raised", actor, nowMs, { from, to: severity }),
  ];
  const raised = { ...incident, severity };
  const ran = beforeLastStep(raised);
  const letIn = incident.policy.steps.findIndex((step) =>
    !concerns(step, from) && concerns(step, severity)
  );
  const exhausted = incident.exhaustedAtMs !== null;
  const goesBack = letIn >= 0 && (exhausted || letIn <= ran.nextStep);
  if (incident.status !== "triggered" || !(urgent || goesBack)) {
    return changed(raised, entries, {});
  }
  const again = goesBack ? { ...ran, nextStep: letIn } : ran;
  const next = exhausted ? restarted(raised, nowMs) : again;
  return changed(next, entries, { pageNow: true, cancelUnsent: true });
}

function acknowledgementOver(
  incident: Incident,
  nowMs: number,
): Transition | Refusal {
  if (incident.status !== "acknowledged") {
    const message =
      `Cannot end the acknowledgement of incident ${incident.id}: it is ${incident.status}.`;
    return { ok: false, code: "incident_not_acknowledged", message };
  }
  const kind = incident.snoozedUntilMs === null
    ? "acknowledgement_timed_out"
    : "snooze_ended";
  // What was on its way when it was acknowledged, and is to be tried again, belongs to the time before.
  return changed(restarted(incident, nowMs), [entry(kind, SYSTEM, nowMs)], {
    pageNow: true,
    cancelUnsent: true,
  });
}

/** Triggered again, escalation from the first step. */
function restarted(incident: Incident, nowMs: number): Incident {
  return {
    ...incident,
    status: "triggered",
    triggeredAtMs: nowMs,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    nextStep: 0,
    round: 0,
    nextActionAtMs: nowMs,
  };
}
