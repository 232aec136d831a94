/** One incident in a list. */
import type { Severity } from "../../../domain/intake/alert.ts";
import type { Actor } from "../../../domain/incidents/timeline.ts";
import type { IncidentSummary } from "../../../ports/incident_repositories.ts";
import { briefly, duration } from "../duration.ts";
import { sentenceCase } from "../plural.ts";
import { countingDown, strongNames, type Word, type Words } from "../words.ts";
import {
  shortTime,
  type ShownTime,
  shownTime,
  type Viewpoint,
} from "../zoned_time.ts";

/** The shape of each severity, a symbol of icons.svg. */
export const SEVERITY_SHAPES: Record<Severity, string> = {
  critical: "octagon",
  error: "triangle",
  warning: "diamond",
  info: "circle",
};

export interface IncidentRow {
  id: number;
  title: string;
  severity: Severity;
  shape: string;
  /** A class and a word: `triggered`, `acknowledged`, `snoozed` or `resolved`. */
  state: string;
  stateWord: string;
  teamName: string;
  sourceName: string;
  isTest: boolean;
  /** How long it has been open, or when it was resolved. */
  age: ShownTime;
  /** Who is being paged or is on it, and what comes next. */
  who: Words;
  /** Still waiting for an answer. */
  waits: boolean;
  /** Waits, and nothing more is planned. */
  isExhausted: boolean;
  isOpen: boolean;
}

export interface RowOptions {
  view: Viewpoint;
  /** Whom the latest step has paged. */
  paged: readonly string[];
  /** The viewer's responder: "you". */
  responderId: number;
}

/** Promises the row of a list. */
export function incidentRow(
  incident: IncidentSummary,
  options: RowOptions,
): IncidentRow {
  const state = stateOf(incident);
  const waits = incident.status === "triggered";
  return {
    id: incident.id,
    title: incident.title,
    severity: incident.severity,
    shape: SEVERITY_SHAPES[incident.severity],
    state,
    stateWord: sentenceCase(state),
    teamName: incident.teamName,
    sourceName: incident.sourceName,
    isTest: incident.isTest,
    age: age(incident, options.view),
    who: whoWords(incident, options),
    waits,
    isExhausted: waits && incident.exhaustedAtMs !== null,
    isOpen: incident.status !== "resolved",
  };
}

/** Promises the status as people see it: a snoozed incident is not merely acknowledged. */
export function stateOf(
  { status, snoozedUntilMs }: Pick<
    IncidentSummary,
    "status" | "snoozedUntilMs"
  >,
): string {
  return status === "acknowledged" && snoozedUntilMs !== null
    ? "snoozed"
    : status;
}

/** Promises the person's name in bold, or "you"; PagerPal itself where nobody did it. */
export function nameFor(actor: Actor, responderId: number): Word {
  if (actor.kind === "system") return { strong: "PagerPal" };
  if (actor.kind === "responder" && actor.responderId === responderId) {
    return { strong: "you" };
  }
  return { strong: actor.name };
}

function age(incident: IncidentSummary, view: Viewpoint): ShownTime {
  const text = incident.status === "resolved"
    ? shortTime(incident.openedAtMs, view)
    : briefly(view.nowMs - incident.openedAtMs);
  return shownTime(incident.openedAtMs, view, text);
}

function whoWords(
  incident: IncidentSummary,
  { view, paged, responderId }: RowOptions,
): Words {
  switch (incident.status) {
    case "triggered":
      return waitingWords(incident, { view, paged });
    case "acknowledged": {
      const by = incident.acknowledgedBy;
      const words: Words = by
        ? ["acknowledged by ", nameFor(by, responderId)]
        : ["acknowledged"];
      return incident.nextActionAtMs === null ? words : [
        ...words,
        ` · comes back ${shortTime(incident.nextActionAtMs, view)}`,
      ];
    }
    case "resolved":
      return resolvedWords(incident, responderId);
  }
}

function waitingWords(
  { exhaustedAtMs, nextActionAtMs, isTest }: IncidentSummary,
  { view, paged }: Pick<RowOptions, "view" | "paged">,
): Words {
  if (isTest) return ["a test, nobody is paged"];
  if (exhaustedAtMs !== null) return [{ strong: "nobody has answered" }];
  const next = nextActionAtMs === null
    ? []
    : [" · next step ", countingDown(nextActionAtMs, view.nowMs)];
  return paged.length === 0
    ? ["nobody paged yet", ...next]
    : ["paging ", ...strongNames(paged, 3), ...next];
}

function resolvedWords(
  incident: IncidentSummary,
  responderId: number,
): Words {
  const took = duration(
    (incident.resolvedAtMs ?? incident.openedAtMs) - incident.openedAtMs,
  );
  switch (incident.resolvedBy) {
    case "recovery":
      return [`recovered after ${took}`];
    case "age":
      return [`closed by its age after ${took}`];
    default:
      return incident.resolvedByActor
        ? [
          "resolved by ",
          nameFor(incident.resolvedByActor, responderId),
          ` after ${took}`,
        ]
        : [`resolved after ${took}`];
  }
}
