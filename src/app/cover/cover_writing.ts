/** What asking for cover and answering share: who does it, what decides, how a refusal and the audit log are written. */
import type {
  CoverActor,
  CoverDecision,
  CoverRefusal,
  CoverRequest,
} from "../../domain/cover/cover_request.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { SchedulePlan } from "../../domain/schedules/schedule.ts";
import type { Stretch } from "../../domain/time/weekly_windows.ts";
import type { Repositories } from "../../ports/store.ts";
import { shownCoverRequest } from "./cover_request_fields.ts";
import type { Engine } from "../engine.ts";
import { recordChange } from "../record_change.ts";
import { RefusedError } from "../refused_error.ts";

export interface CoverEngine extends Pick<Engine, "newId" | "sendingEnabled"> {
  /** Without a slash at the end. */
  baseUrl: string;
}

/** Who does it, when: `account` for the audit log, `role` as the login or token has it. */
export interface CoverWriting {
  engine: CoverEngine;
  by: { account: UserAccount; role: CoverActor["role"] };
  nowMs: number;
}

/** Promises the members of the schedule's team. */
export async function membersOf(
  tx: Pick<Repositories, "schedules" | "teams">,
  scheduleId: number,
): Promise<number[]> {
  const schedule = await tx.schedules.find(scheduleId);
  return schedule ? await tx.teams.memberIds(schedule.teamId) : [];
}

/** Promises the one who does it, as the rules know them. */
export function actorOf({ account, role }: CoverWriting["by"]): CoverActor {
  return { responderId: account.responderId, role };
}

/** Promises the schedule's plan for the window; an empty one for a window that is none or a schedule that is gone. */
export async function planOf(
  tx: Pick<Repositories, "schedules">,
  { scheduleId, startsAtMs, endsAtMs }:
    & Pick<CoverRequest, "scheduleId">
    & Stretch,
): Promise<SchedulePlan> {
  const none = { timeZone: "UTC", layers: [], windows: [] };
  if (endsAtMs <= startsAtMs) return none;
  const plans = await tx.schedules.plans([scheduleId], startsAtMs, endsAtMs);
  return plans.get(scheduleId) ?? none;
}

/** Writes what became of the request to the audit log. */
export async function auditCover(
  tx: Repositories,
  verb: "create" | "accept" | "decline" | "cancel",
  { before, after, writing: { by, nowMs } }: {
    before: CoverRequest | null;
    after: CoverRequest;
    writing: CoverWriting;
  },
): Promise<void> {
  await recordChange(tx, {
    by: by.account,
    action: `cover_request.${verb}`,
    objectId: after.id,
    before: before && shownCoverRequest(before, nowMs),
    after: shownCoverRequest(after, nowMs),
  }, nowMs);
}

/** Promises the decision; throws the refusal as the error table knows it. */
export function refuse<T>(decision: CoverDecision<T>): { ok: true } & T {
  if (decision.ok) return decision;
  throw refusedError(decision);
}

function refusedError({ kind, code, message, field }: CoverRefusal) {
  const detail = field === undefined ? {} : { field };
  return new RefusedError(kind, code, message, detail);
}
