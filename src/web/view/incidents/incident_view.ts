/** Everything that the incident page draws. */
import type { Incident } from "../../../domain/incidents/incident.ts";
import type { Notification } from "../../../domain/delivery/notification.ts";
import type { Responder } from "../../../domain/responders/people.ts";
import type { TimelineEntry } from "../../../domain/incidents/timeline.ts";
import type { EarlierIncident } from "../../../ports/overview_repository.ts";
import { briefly, duration } from "../duration.ts";
import { nameFor, SEVERITY_SHAPES, stateOf } from "./incident_row.ts";
import { shownNotification } from "../notification_words.ts";
import { digits, sentenceCase } from "../plural.ts";
import { story } from "./story.ts";
import { type Ahead, whatIsNext } from "./what_is_next.ts";
import type { Words } from "../words.ts";
import {
  dayOnly,
  exactTime,
  shortTime,
  shownTime,
  type Viewpoint,
} from "../zoned_time.ts";

export interface IncidentParts {
  teamName: string;
  sourceName: string;
  entries: readonly TimelineEntry[];
  /** How many entries are shown where there are more; 0 where these are all. */
  truncated: number;
  notifications: readonly Notification[];
  /** Names by responder id. */
  responders: ReadonlyMap<number, string>;
  earlier: readonly EarlierIncident[];
  ahead: Ahead;
  view: Viewpoint;
  /** The viewer's responder. */
  responderId: number;
  /** Whom it can be reassigned to. */
  people: readonly Pick<Responder, "id" | "name">[];
}

/** Promises what the template `incident` draws. */
export function incidentView(incident: Incident, parts: IncidentParts) {
  const { view, notifications, responders } = parts;
  const state = stateOf(incident);
  const untilMs = incident.resolvedAtMs ?? view.nowMs;
  const told = { ...parts, policyName: incident.policy.name };
  return {
    incident,
    teamName: parts.teamName,
    sourceName: parts.sourceName,
    state,
    stateWord: sentenceCase(state),
    shape: SEVERITY_SHAPES[incident.severity],
    openedAt: shownTime(incident.openedAtMs, view),
    openFor: incident.status === "resolved"
      ? `open for ${duration(untilMs - incident.openedAtMs)}`
      : `${duration(untilMs - incident.openedAtMs)} ago`,
    banners: banners(incident),
    actions: actions(incident),
    snoozes: snoozes(view),
    people: parts.people.map(({ id, name }) => ({
      value: String(id),
      label: name,
    })),
    rungs: [
      ...story(parts.entries, told),
      ...whatIsNext(incident, parts),
    ],
    truncated: parts.truncated,
    payload: readable(incident.payload),
    messages: notifications.map((row) =>
      shownNotification(row, {
        to: responders.get(row.responderId) ?? "somebody who is gone",
        view,
        retryable: incident.status ===
          (row.kind === "page" ? "triggered" : "resolved"),
      })
    ),
    facts: facts(incident, parts),
    labels: Object.entries(incident.labels),
    earlier: parts.earlier.map((one) => shownEarlier(one, parts)),
  };
}

export interface ActionButton {
  name: "acknowledge" | "resolve" | "escalate" | "reopen";
  label: string;
  primary: boolean;
}

/** Promises the buttons that would not be refused, the one that is wanted most first. */
export function actions(
  { status, snoozedUntilMs }: Pick<Incident, "status" | "snoozedUntilMs">,
): ActionButton[] {
  switch (status) {
    case "triggered":
      return [
        { name: "acknowledge", label: "Acknowledge", primary: true },
        { name: "resolve", label: "Resolve", primary: false },
        { name: "escalate", label: "Escalate now", primary: false },
      ];
    case "acknowledged":
      return [
        { name: "resolve", label: "Resolve", primary: true },
        ...snoozedUntilMs === null ? [] : [
          {
            name: "acknowledge",
            label: "Take it without a snooze",
            primary: false,
          } as const,
        ],
        { name: "escalate", label: "Escalate now", primary: false },
        { name: "reopen", label: "Page again", primary: false },
      ];
    case "resolved":
      return [{ name: "reopen", label: "Reopen", primary: false }];
  }
}

function banners(incident: Incident): string[] {
  if (incident.exhaustedAtMs === null || incident.status !== "triggered") {
    return [];
  }
  return [
    "Everybody was paged and nobody has answered. Nothing more happens by itself: acknowledge it, escalate to start again, or call somebody.",
  ];
}

/** How long a snooze may last; each value is minutes. */
function snoozes(view: Viewpoint): { value: string; label: string }[] {
  const at = (minutes: number) =>
    shortTime(view.nowMs + minutes * 60_000, view);
  const morning = morningMinutes(view);
  return [
    { value: "30", label: `in 30 minutes, ${at(30)}` },
    { value: "60", label: `in an hour, ${at(60)}` },
    { value: "240", label: `in 4 hours, ${at(240)}` },
    { value: String(morning), label: `in the morning, ${at(morning)}` },
    { value: "1440", label: `in a day, ${at(1440)}` },
    { value: "10080", label: `in a week, ${at(10_080)}` },
  ];
}

/** Minutes to the next 09:00 on the viewer's clock. */
function morningMinutes({ nowMs, timeZone }: Viewpoint): number {
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone);
  const today = now.withPlainTime("09:00");
  const next = Temporal.ZonedDateTime.compare(today, now) > 0
    ? today
    : now.add({ days: 1 }).withPlainTime("09:00");
  return Math.ceil((next.epochMilliseconds - nowMs) / 60_000);
}

interface Fact {
  term: string;
  text: string;
  href?: string;
}

function facts(
  incident: Incident,
  { view, teamName, sourceName }: IncidentParts,
): Fact[] {
  const last = briefly(view.nowMs - incident.lastAlertAtMs);
  const acknowledged = incident.acknowledgedBy;
  return [
    { term: "Severity", text: sentenceCase(incident.severity) },
    {
      term: "Opened",
      text: exactTime(incident.openedAtMs, view.timeZone),
    },
    ...acknowledged && acknowledged.kind !== "system"
      ? [{ term: "On it", text: acknowledged.name }]
      : [],
    {
      term: "Alerts",
      text: `${digits(incident.alertCount)}, last ${last} ago`,
    },
    ...incident.startsAtMs === null ? [] : [
      { term: "Began", text: exactTime(incident.startsAtMs, view.timeZone) },
    ],
    { term: "Team", text: teamName, href: `/teams/${incident.teamId}` },
    {
      term: "Source",
      text: sourceName,
      href: `/alert-sources/${incident.sourceId}`,
    },
    {
      term: "Policy",
      text: `${incident.policy.name} (as of ${
        shortTime(incident.openedAtMs, view)
      })`,
      href: `/escalation-policies/${incident.policy.policyId}`,
    },
    { term: "External id", text: incident.externalId },
  ];
}

function shownEarlier(
  earlier: EarlierIncident,
  { view, responderId }: IncidentParts,
): { id: number; day: string; words: Words } {
  const took = duration(earlier.resolvedAtMs - earlier.openedAtMs);
  const day = dayOnly(earlier.openedAtMs, view);
  const words: Words = earlier.resolvedBy === "person" &&
      earlier.resolvedByActor
    ? [
      `Resolved in ${took} by `,
      nameFor(earlier.resolvedByActor, responderId),
    ]
    : earlier.resolvedBy === "age"
    ? [`Closed by its age after ${took}`]
    : [`Recovered by itself in ${took}`];
  return { id: earlier.id, day, words };
}

/** JSON with its lines indented; anything else as it came. */
function readable(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
