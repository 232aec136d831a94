/** What happens to an incident if nobody does anything: the part of the ladder that lies ahead. */
import type { EscalationTarget } from "../../domain/escalation_policy.ts";
import type { Incident } from "../../domain/incident.ts";
import type { Notification } from "../../domain/notification.ts";
import { countdown } from "./duration.ts";
import { channelName } from "./notification_words.ts";
import { counted } from "./plural.ts";
import type { Rung } from "./story.ts";
import { who } from "./story_words.ts";
import { strongNames, type Words } from "./words.ts";
import {
  secondsTime,
  shortTime,
  shownTime,
  type Viewpoint,
} from "./zoned_time.ts";

/** Whom a target stands for, as far as is known today. */
export interface Targets {
  /** Names at that instant; empty when nobody is on call then. */
  namesAt(target: EscalationTarget, atMs: number): string[];
  /** What the target itself is called, as "Payments primary"; null for a responder, whose name says it. */
  label(target: EscalationTarget): string | null;
}

export interface NextOptions {
  notifications: readonly Notification[];
  responders: ReadonlyMap<number, string>;
  targets: Targets;
  view: Viewpoint;
}

/** One step that is still to come. `names` is empty where it will be skipped. */
export interface FutureStep {
  atMs: number;
  step: number;
  round: number;
  names: string[];
  labels: string[];
}

/** Promises where the incident stands now and what follows, in the order of time; empty once it is resolved. */
export function whatIsNext(incident: Incident, options: NextOptions): Rung[] {
  switch (incident.status) {
    case "resolved":
      return [];
    case "acknowledged":
      return [worked(incident, options.view), ...comesBack(incident, options)];
    case "triggered":
      return [
        waiting(incident, options.view),
        ...[...queuedPages(options), ...stepsAhead(incident, options)]
          .sort((a, b) => (a.countdownToMs ?? 0) - (b.countdownToMs ?? 0)),
        ...ageLimit(incident, options.view),
      ];
  }
}

/**
 * Promises the steps from the next one to the end of this time through the policy, each with the instant at which it
 * would page if nobody answers. A step with nobody on call takes no time, as in the escalation itself.
 */
export function futureSteps(
  incident: Incident,
  targets: Targets,
): FutureStep[] {
  const { policy, nextActionAtMs } = incident;
  if (nextActionAtMs === null || incident.isTest) return [];
  const wraps = incident.nextStep >= policy.steps.length;
  const round = wraps ? incident.round + 1 : incident.round;
  if (round > policy.repeatCount) return [];
  let atMs = nextActionAtMs;
  return policy.steps.slice(wraps ? 0 : incident.nextStep).map(
    (step, index): FutureStep => {
      const names = step.targets.flatMap((one) => targets.namesAt(one, atMs));
      const labels = step.targets.flatMap((one) => targets.label(one) ?? []);
      const future: FutureStep = {
        atMs,
        step: (wraps ? 0 : incident.nextStep) + index,
        round,
        names: [...new Set(names)],
        labels,
      };
      if (names.length > 0) atMs += step.delayMinutes * 60_000;
      return future;
    },
  );
}

function waiting(incident: Incident, view: Viewpoint): Rung {
  const repeats = incident.alertCount - 1;
  const fired = repeats > 0
    ? [` The alert has fired ${counted(repeats, "time")} since.`]
    : [];
  if (incident.exhaustedAtMs !== null) {
    return now(view, [
      "Nobody has answered and nothing more is planned. Call somebody, or escalate to start again.",
      ...fired,
    ], "bad");
  }
  if (incident.isTest) {
    return now(view, ["This is a test. Nobody else is paged."]);
  }
  return now(view, ["Waiting for an answer.", ...fired]);
}

function worked(incident: Incident, view: Viewpoint): Rung {
  const actor = incident.acknowledgedBy;
  return now(
    view,
    actor
      ? [who(actor), " is on it. Nobody else is paged."]
      : ["Somebody is on it."],
  );
}

function comesBack(incident: Incident, { view }: NextOptions): Rung[] {
  const atMs = incident.nextActionAtMs;
  if (atMs === null) return ageLimit(incident, view);
  const words = incident.snoozedUntilMs === null
    ? "The acknowledgement runs out and paging starts again, unless it is resolved"
    : "The snooze ends and paging starts again, unless it is resolved";
  return [ahead(atMs, view, [words]), ...ageLimit(incident, view)];
}

function queuedPages({ notifications, responders, view }: NextOptions): Rung[] {
  return notifications
    .filter((row) =>
      row.kind === "page" && (row.state === "queued" || row.state === "sending")
    )
    .map((row) => {
      const name = responders.get(row.responderId) ?? "somebody who is gone";
      const verb = row.attempt > 0 && row.state === "queued"
        ? "Tries again to page "
        : "Pages ";
      const words = [verb, { strong: name }, ` by ${channelName(row)}`];
      return { ...ahead(row.dueAtMs, view, words), key: `page-${row.id}` };
    });
}

function stepsAhead(incident: Incident, options: NextOptions): Rung[] {
  const { targets, view } = options;
  const steps = futureSteps(incident, targets);
  const rungs = steps.map((step) => ahead(step.atMs, view, stepWords(step)));
  if (incident.nextActionAtMs === null || incident.isTest) return rungs;
  const last = steps.at(-1);
  const delayMs = last && last.names.length > 0
    ? (incident.policy.steps[last.step]?.delayMinutes ?? 0) * 60_000
    : 0;
  const endMs = last ? last.atMs + delayMs : incident.nextActionAtMs;
  const repeats = incident.policy.repeatCount - (last?.round ?? Infinity);
  const end: Words = repeats > 0
    ? [
      `Starts again from step 1, ${
        counted(repeats, "more time", "more times")
      }`,
    ]
    : ["Everything has been tried: ", ...lastResort(incident, targets, endMs)];
  return [...rungs, ahead(endMs, view, end)];
}

function stepWords({ names, labels, step }: FutureStep): Words {
  const where = labels.length > 0 ? ` (${labels.join(", ")})` : "";
  return names.length > 0 ? ["Escalates to ", ...strongNames(names), where] : [
    `Step ${step + 1} is skipped: nobody is on call then`,
    where,
  ];
}

function lastResort(
  { policy: { fallback } }: Incident,
  targets: Targets,
  atMs: number,
): Words {
  const names = fallback.flatMap((target) => targets.namesAt(target, atMs));
  return names.length > 0
    ? strongNames([...new Set(names)])
    : ["the whole team is paged, and failing that the admins"];
}

function ageLimit(incident: Incident, view: Viewpoint): Rung[] {
  if (incident.autoResolveAtMs === null) return [];
  const rest = incident.isTest ? "" : ", unless it fires again";
  return [ahead(incident.autoResolveAtMs, view, [`Closes by itself${rest}`])];
}

function now(
  view: Viewpoint,
  words: Words,
  state: "now" | "bad" = "now",
): Rung {
  return {
    key: "now",
    state,
    time: shownTime(view.nowMs, view, secondsTime(view.nowMs, view)),
    countdownToMs: null,
    words,
    text: "",
  };
}

function ahead(atMs: number, view: Viewpoint, words: Words): Rung {
  const leftMs = atMs - view.nowMs;
  const far = leftMs >= 60 * 60_000;
  const text = far ? shortTime(atMs, view) : `in ${countdown(leftMs)}`;
  return {
    key: `next-${atMs}`,
    state: "next",
    time: shownTime(atMs, view, text),
    countdownToMs: far ? null : atMs,
    words,
    text: "",
  };
}
