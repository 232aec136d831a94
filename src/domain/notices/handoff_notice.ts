/** Who is told that a shift begins or ends, when, and in which words. */
import type { HandoffEdge, HandoffNotice, NoticeDraft } from "./notice.ts";
import {
  type Handoff,
  handoffsIn,
  onCallAt,
  type SchedulePlan,
  shifts,
} from "../schedules/schedule.ts";
import { cleanLine } from "../text.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How far ahead the end of a shift is looked for; a longer one is told without its end. */
export const HANDOFF_HORIZON_MS = 35 * DAY_MS;
/** A handoff that was made by a change just now is told afterwards, so long after it. */
export const TOLD_LATE_MS = 5 * MINUTE_MS;
/** A notice that could not leave until so long after the handoff is worth nothing. */
const EXPIRES_AFTER_MS = 30 * MINUTE_MS;

/** One person's part in a handoff. */
export interface HandoffPart {
  responderId: number;
  edge: HandoffEdge;
  handoff: Handoff;
}

export interface HandoffContext {
  schedule: { id: number; name: string };
  leadMs: number;
  plan: SchedulePlan;
  /** Of everybody whom the plan names, by id. */
  names: ReadonlyMap<number, string>;
  /** IANA names by responder; the schedule's own where one is missing. */
  timeZones: ReadonlyMap<number, string>;
  /** The schedule's page. */
  link: string;
}

/** Promises those who start and those who end; who is on call before and after has no part in it. */
export function partsOf(handoff: Handoff): HandoffPart[] {
  const { before, after } = handoff;
  const starting = after.filter((id) => !before.includes(id));
  const ending = before.filter((id) => !after.includes(id));
  return [
    ...starting.map((responderId) => ({
      responderId,
      edge: "start" as const,
      handoff,
    })),
    ...ending.map((responderId) => ({
      responderId,
      edge: "end" as const,
      handoff,
    })),
  ];
}

/** Promises the responder's part in a handoff at exactly this instant; null when there is none. */
export function partAt(
  plan: SchedulePlan,
  { atMs, edge, responderId }: {
    atMs: number;
    edge: HandoffEdge;
    responderId: number;
  },
): HandoffPart | null {
  const [handoff] = handoffsIn(plan, atMs - 1, atMs + 1);
  const parts = handoff ? partsOf(handoff) : [];
  return parts.find((part) =>
    part.edge === edge && part.responderId === responderId
  ) ?? null;
}

/** Promises the notice of one part, due so long before the handoff as the schedule wants it. */
export function handoffDraft(
  part: HandoffPart,
  context: HandoffContext,
): NoticeDraft {
  const { schedule, leadMs, link } = context;
  const { responderId, edge, handoff: { atMs } } = part;
  const name = cleanLine(schedule.name, 40);
  const verb = edge === "start" ? "begins" : "ends";
  const zone = context.timeZones.get(responderId) ?? context.plan.timeZone;
  const at = dayAndTime(atMs, zone);
  return {
    dedupKey: `handoff:${schedule.id}:${atMs}:${responderId}:${edge}`,
    about: { kind: "handoff", scheduleId: schedule.id, atMs, edge },
    responderId,
    subject: `Your shift on ${name} ${verb} ${at}`,
    text: `Your shift on ${name} ${verb} ${at} (${zone})${
      endWords(part, context, zone)
    }. ${othersWords(part, context.names)}`,
    link,
    dueAtMs: atMs - leadMs,
    expiresAtMs: atMs + EXPIRES_AFTER_MS,
  };
}

/** Promises the correction, due at once, to one who was told of a part in a handoff that they do not have any more. */
export function withdrawnDraft(
  { id, responderId, about }: Pick<
    HandoffNotice,
    "id" | "responderId" | "about"
  >,
  { context, nowMs }: { context: HandoffContext; nowMs: number },
): NoticeDraft {
  const { scheduleId, atMs, edge } = about;
  const name = cleanLine(context.schedule.name, 40);
  const verb = edge === "start" ? "begin" : "end";
  const zone = context.timeZones.get(responderId) ?? context.plan.timeZone;
  const at = dayAndTime(atMs, zone);
  const there = onCallAt(context.plan, atMs);
  return {
    dedupKey: `handoff_withdrawn:${id}`,
    about: { kind: "handoff_withdrawn", scheduleId, atMs, edge },
    responderId,
    subject: `Changed: your shift on ${name} does not ${verb} ${at}`,
    text: `Changed: your shift on ${name} does not ${verb} ${at} (${zone}). ${
      thenWords(there, { responderId, names: context.names })
    }`,
    link: context.link,
    dueAtMs: nowMs,
    expiresAtMs: atMs + EXPIRES_AFTER_MS,
  };
}

function thenWords(
  there: readonly number[],
  { responderId, names }: {
    responderId: number;
    names: HandoffContext["names"];
  },
): string {
  if (there.includes(responderId)) return "You are on call then.";
  if (there.length === 0) return "Nobody is on call then.";
  return `On call then: ${list(there, names)}.`;
}

/** Promises a day and time on the wall clock of the zone, as `Mon 23 Nov 09:00`. */
export function dayAndTime(atMs: number, timeZone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone);
  const time = at.toPlainTime().toString({ smallestUnit: "minute" });
  return `${DAYS[at.dayOfWeek - 1]} ${at.day} ${MONTHS[at.month - 1]} ${time}`;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const MONTHS = [
  ...["Jan", "Feb", "Mar", "Apr", "May", "Jun"],
  ...["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
] as const;

function endWords(
  { responderId, edge, handoff }: HandoffPart,
  { plan }: HandoffContext,
  timeZone: string,
): string {
  if (edge === "end") return "";
  const untilMs = handoff.atMs + HANDOFF_HORIZON_MS;
  const end = shifts(plan, handoff.atMs, untilMs)
    .find(({ responderIds }) => !responderIds.includes(responderId));
  return end ? ` until ${dayAndTime(end.startsAtMs, timeZone)}` : "";
}

function othersWords(
  { edge, handoff }: HandoffPart,
  names: ReadonlyMap<number, string>,
): string {
  const { before, after } = handoff;
  const [there, here] = edge === "start" ? [before, after] : [after, before];
  const changing = there.filter((id) => !here.includes(id));
  if (there.length === 0) {
    return edge === "start"
      ? "Before you: nobody."
      : "After you: nobody is on call.";
  }
  if (changing.length > 0) {
    const when = edge === "start" ? "Before" : "After";
    return `${when} you: ${list(changing, names)}.`;
  }
  const how = edge === "start" ? "With you" : "Still on call";
  return `${how}: ${list(there, names)}.`;
}

const MOST_NAMES = 3;

function list(
  ids: readonly number[],
  names: ReadonlyMap<number, string>,
): string {
  const shown = ids.slice(0, MOST_NAMES)
    .map((id) => cleanLine(names.get(id) ?? "", 40) || "somebody");
  const more = ids.length - shown.length;
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}
