/** The filter of the incident list as an address: everything that is shown can be linked to and comes back. */
import { SEVERITIES, type Severity } from "../../../domain/intake/alert.ts";
import {
  INCIDENT_STATUSES,
  type IncidentStatus,
} from "../../../domain/incidents/incident.ts";
import { cleanLine } from "../../../domain/text.ts";
import type { ListPosition } from "../../../ports/overview_repository.ts";
import type { IncidentFilter } from "../../../ports/incident_repositories.ts";

export const STATUS_CHOICES = ["open", ...INCIDENT_STATUSES, "all"] as const;
type StatusChoice = (typeof STATUS_CHOICES)[number];

export interface IncidentQuery {
  status: StatusChoice;
  severity: Severity | "";
  /** Ids; "" for any. */
  team: string;
  source: string;
  person: string;
  q: string;
  /** Days in the viewer's zone, as 2026-11-23; "" for any. */
  from: string;
  to: string;
  olderThan: ListPosition | null;
  newerThan: ListPosition | null;
}

const LONGEST_SEARCH = 200;

/** Promises the query of an address. What is not understood counts as not said, so that an old link still shows a list. */
export function readIncidentQuery(params: URLSearchParams): IncidentQuery {
  const text = (name: string) => params.get(name)?.trim() ?? "";
  const id = (name: string) => /^\d{1,9}$/.test(text(name)) ? text(name) : "";
  return {
    status: STATUS_CHOICES.find((one) => one === text("status")) ?? "open",
    severity: SEVERITIES.find((one) => one === text("severity")) ?? "",
    team: id("team"),
    source: id("source"),
    person: id("person"),
    q: cleanLine(text("q"), LONGEST_SEARCH),
    from: day(text("from")),
    to: day(text("to")),
    olderThan: position(text("older")),
    newerThan: position(text("newer")),
  };
}

/** Promises the filter that the query asks for; days begin and end in the viewer's zone. */
export function filterOf(
  query: IncidentQuery,
  timeZone: string,
): IncidentFilter {
  const statuses = statusesOf(query.status);
  return {
    ...(statuses ? { statuses } : {}),
    ...(query.severity === "" ? {} : { severities: [query.severity] }),
    ...(query.team === "" ? {} : { teamId: Number(query.team) }),
    ...(query.source === "" ? {} : { sourceId: Number(query.source) }),
    ...(query.person === "" ? {} : { responderId: Number(query.person) }),
    ...(query.q === "" ? {} : { text: query.q }),
    ...(query.from === ""
      ? {}
      : { openedFromMs: midnightMs(query.from, timeZone, 0) }),
    ...(query.to === ""
      ? {}
      : { openedBeforeMs: midnightMs(query.to, timeZone, 1) }),
  };
}

/** Promises the address of the same list at another place; without a place, its newest end. */
export function listHref(
  query: IncidentQuery,
  place: { older?: ListPosition; newer?: ListPosition } = {},
): string {
  const { status, severity, team, source, person, q, from, to } = query;
  const said = { severity, team, source, person, q, from, to };
  const params = new URLSearchParams();
  if (status !== "open") params.set("status", status);
  for (const [name, value] of Object.entries(said)) {
    if (value !== "") params.set(name, value);
  }
  for (const [name, at] of Object.entries(place)) {
    params.set(name, `${at.openedAtMs}-${at.id}`);
  }
  const text = params.toString();
  return text === "" ? "/incidents" : `/incidents?${text}`;
}

/** Promises whether anything but the default is asked for. */
export function isFiltered(query: IncidentQuery): boolean {
  return listHref(query) !== "/incidents";
}

function statusesOf(choice: StatusChoice): IncidentStatus[] | null {
  switch (choice) {
    case "all":
      return null;
    case "open":
      return ["triggered", "acknowledged"];
    default:
      return [choice];
  }
}

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return "";
  try {
    return Temporal.PlainDate.from(text).toString();
  } catch {
    return "";
  }
}

function midnightMs(text: string, timeZone: string, plusDays: number): number {
  return Temporal.PlainDate.from(text).add({ days: plusDays })
    .toZonedDateTime(timeZone).epochMilliseconds;
}

function position(text: string): ListPosition | null {
  const [, openedAtMs, id] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (openedAtMs === undefined || id === undefined) return null;
  return { openedAtMs: Number(openedAtMs), id: Number(id) };
}
