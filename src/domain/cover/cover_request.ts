/** "Take my Friday 18:00 to Saturday 09:00": asked by one who is on call, and answered by a colleague. */
import { allows, type Role } from "../responders/people.ts";
import { type SchedulePlan, shifts } from "../schedules/schedule.ts";
import type { Stretch } from "../time/weekly_windows.ts";

export const COVER_STATUSES = [
  "open",
  "accepted",
  "declined",
  "cancelled",
  "expired",
] as const;
export type CoverStatus = (typeof COVER_STATUSES)[number];

/** The window is half open, as a shift is. */
export interface CoverRequest {
  id: number;
  scheduleId: number;
  requesterId: number;
  /** null: anybody of the schedule's team. */
  askedId: number | null;
  startsAtMs: number;
  endsAtMs: number;
  note: string;
  status: CoverStatus;
  answeredById: number | null;
  answeredAtMs: number | null;
  /** What accepting it has made. */
  overrideIds: number[];
  createdAtMs: number;
  updatedAtMs: number;
}

/** A month: for a longer absence, somebody plans. */
export const LONGEST_COVER_MS = 31 * 86_400_000;

/** Who wants to do something about a request. */
export interface CoverActor {
  responderId: number;
  role: Role;
}

export interface CoverRefusal {
  ok: false;
  /** `invalid` is about what was written, the others about how things stand. */
  kind: "invalid" | "forbidden" | "conflict";
  code: string;
  message: string;
  /** Of an `invalid` one, as the API names it. */
  field?: string;
}

export type CoverDecision<T = Record<never, never>> =
  | ({ ok: true } & T)
  | CoverRefusal;

/** What decides about answering, read in the transaction of the answer. */
export interface CoverFacts {
  /** The schedule's, for the request's window. */
  plan: SchedulePlan;
  /** Of the schedule's team. */
  memberIds: readonly number[];
  nowMs: number;
}

/** Promises the request as it stands now: an open one whose window is over has expired, whether that is written or not. */
export function coverStatusAt(
  { status, endsAtMs }: Pick<CoverRequest, "status" | "endsAtMs">,
  nowMs: number,
): CoverStatus {
  return status === "open" && endsAtMs <= nowMs ? "expired" : status;
}

/** Promises the parts of the window from now on in which the responder is on call, in order, as long as they can be. */
export function ownStretches(
  plan: SchedulePlan,
  { responderId, startsAtMs, endsAtMs, nowMs }: Stretch & {
    responderId: number;
    nowMs: number;
  },
): Stretch[] {
  const found: Stretch[] = [];
  for (const tile of shifts(plan, Math.max(startsAtMs, nowMs), endsAtMs)) {
    if (!tile.responderIds.includes(responderId)) continue;
    const last = found.at(-1);
    if (last?.endsAtMs === tile.startsAtMs) last.endsAtMs = tile.endsAtMs;
    else found.push({ startsAtMs: tile.startsAtMs, endsAtMs: tile.endsAtMs });
  }
  return found;
}

/** Promises whether the request may be made: by the one on call or an admin, for a time in which they are on call. */
export function mayAsk(
  wanted:
    & Pick<CoverRequest, "requesterId" | "askedId" | "startsAtMs" | "endsAtMs">
    & { requesterName: string },
  { plan, nowMs, by, open }: Omit<CoverFacts, "memberIds"> & {
    by: CoverActor;
    /** The requester's open requests on this schedule. */
    open: readonly CoverRequest[];
  },
): CoverDecision {
  const { requesterId, askedId, startsAtMs, endsAtMs, requesterName } = wanted;
  if (by.responderId !== requesterId && !allows(by.role, "admin")) {
    return forbidden("Only an admin can ask for cover for somebody else.");
  }
  if (endsAtMs <= startsAtMs) {
    return invalid("ends_at", "Must be later than `starts_at`.");
  }
  if (endsAtMs <= nowMs) return invalid("ends_at", "This time is over.");
  if (endsAtMs - startsAtMs > LONGEST_COVER_MS) {
    return invalid("ends_at", "At most 31 days can be asked for at once.");
  }
  if (askedId === requesterId) {
    return invalid("asked_responder_id", "Nobody covers for themselves.");
  }
  const stretches = ownStretches(plan, {
    ...{ responderId: requesterId, startsAtMs, endsAtMs, nowMs },
  });
  if (stretches.length === 0) {
    const message =
      `${requesterName} is not on call at any time in this window.`;
    return invalid("starts_at", message);
  }
  const other = open.find((one) =>
    coverStatusAt(one, nowMs) === "open" &&
    one.startsAtMs < endsAtMs && one.endsAtMs > startsAtMs
  );
  if (other) {
    const message =
      `Cover request ${other.id} asks for a part of this time already. Cancel it first.`;
    return conflict("cover_request_overlaps", message);
  }
  return { ok: true };
}

/** Promises whether the responder is one of those who were asked. */
export function isAsked(
  { requesterId, askedId }: Pick<CoverRequest, "requesterId" | "askedId">,
  { responderId, memberIds }: {
    responderId: number;
    memberIds: readonly number[];
  },
): boolean {
  if (responderId === requesterId) return false;
  return askedId === null
    ? memberIds.includes(responderId)
    : askedId === responderId;
}

/** Promises the stretches that the accepter takes over, or why not. */
export function acceptCover(
  request: CoverRequest,
  { plan, memberIds, nowMs, by }: CoverFacts & { by: CoverActor },
): CoverDecision<{ stretches: Stretch[] }> {
  const { responderId } = by;
  if (!isAsked(request, { responderId, memberIds })) {
    return forbidden(
      request.askedId === null
        ? "Only the other members of the schedule's team can take this over."
        : "Only the one who was asked can take this over.",
    );
  }
  const closed = refuseClosed(request, nowMs);
  if (closed) return closed;
  const { requesterId, startsAtMs, endsAtMs } = request;
  const stretches = ownStretches(plan, {
    ...{ responderId: requesterId, startsAtMs, endsAtMs, nowMs },
  });
  return stretches.length === 0
    ? conflict(
      "nothing_to_cover",
      "The schedule has changed: there is nothing left to take over in this time.",
    )
    : { ok: true, stretches };
}

/** Promises whether the one who was asked may say no. What was asked of everybody, nobody can decline for the others. */
export function declineCover(
  request: CoverRequest,
  { nowMs, by }: { nowMs: number; by: CoverActor },
): CoverDecision {
  if (request.askedId !== by.responderId) {
    return forbidden("Only the one who was asked can decline.");
  }
  return refuseClosed(request, nowMs) ?? { ok: true };
}

/** Promises whether the request may be taken back: by who asked, or an admin. */
export function cancelCover(
  request: CoverRequest,
  { nowMs, by }: { nowMs: number; by: CoverActor },
): CoverDecision {
  const own = request.requesterId === by.responderId;
  if (!own && !allows(by.role, "admin")) {
    return forbidden("Only the one who asked, or an admin, can cancel it.");
  }
  return refuseClosed(request, nowMs) ?? { ok: true };
}

function refuseClosed(
  request: CoverRequest,
  nowMs: number,
): CoverRefusal | null {
  const status = coverStatusAt(request, nowMs);
  return status === "open"
    ? null
    : conflict("cover_request_closed", closedWords(request.id, status));
}

/** Promises why an answer comes too late, as `Cover request 7 is accepted already, by Idris.` */
export function closedWords(
  id: number,
  status: CoverStatus,
  byName?: string,
): string {
  const by = byName === undefined ? "" : `, by ${byName}`;
  return status === "expired"
    ? `Cover request ${id} has expired: its time is over.`
    : `Cover request ${id} is ${status} already${by}.`;
}

function invalid(field: string, message: string): CoverRefusal {
  return {
    ok: false,
    kind: "invalid",
    code: "validation_failed",
    message,
    field,
  };
}

function forbidden(message: string): CoverRefusal {
  return { ok: false, kind: "forbidden", code: "forbidden", message };
}

function conflict(code: string, message: string): CoverRefusal {
  return { ok: false, kind: "conflict", code, message };
}
