/** Answering a cover request: accepted, declined or taken back, one transaction each, with the notices that follow. */
import {
  acceptCover,
  cancelCover,
  closedWords,
  type CoverRequest,
  coverStatusAt,
  declineCover,
} from "../../domain/cover/cover_request.ts";
import type { Stretch } from "../../domain/time/weekly_windows.ts";
import type { Repositories } from "../../ports/store.ts";
import {
  actorOf,
  auditCover,
  type CoverWriting,
  membersOf,
  planOf,
  refuse,
} from "./cover_writing.ts";
import { recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";
import { shownEntry } from "../schedules/schedule_entries.ts";
import { tellAnswered } from "./tell_about_cover.ts";

/**
 * Promises the request accepted, with overrides that put the accepter in the requester's place from now on; to be called
 * in a transaction. Of two who accept at once the second is refused, in words that say who was first.
 */
export async function acceptCoverRequest(
  tx: Repositories,
  id: number,
  writing: CoverWriting,
): Promise<CoverRequest> {
  const closed = await close(tx, id, { status: "accepted", writing });
  if (closed.repeated) return closed.request;
  const { request } = closed;
  const { nowMs, by } = writing;
  const { responderId } = by.account;
  const decided = refuse(acceptCover(request, {
    plan: await planOf(tx, request),
    memberIds: await membersOf(tx, request.scheduleId),
    nowMs,
    by: actorOf(by),
  }));
  const overrideIds: number[] = [];
  for (const stretch of decided.stretches) {
    const window = { request, responderId, stretch };
    overrideIds.push(await addOverride(tx, window, writing));
  }
  await tx.coverRequests.setOverrides(id, overrideIds);
  return await told(tx, { before: request, verb: "accept", writing });
}

/** Promises the request declined by the one who was asked; to be called in a transaction. */
export async function declineCoverRequest(
  tx: Repositories,
  id: number,
  writing: CoverWriting,
): Promise<CoverRequest> {
  const closed = await close(tx, id, { status: "declined", writing });
  if (closed.repeated) return closed.request;
  const before = closed.request;
  const by = actorOf(writing.by);
  refuse(declineCover(before, { nowMs: writing.nowMs, by }));
  return await told(tx, { before, verb: "decline", writing });
}

/** Promises the request taken back; to be called in a transaction. */
export async function cancelCoverRequest(
  tx: Repositories,
  id: number,
  writing: CoverWriting,
): Promise<CoverRequest> {
  const closed = await close(tx, id, { status: "cancelled", writing });
  if (closed.repeated) return closed.request;
  const before = closed.request;
  const by = actorOf(writing.by);
  refuse(cancelCover(before, { nowMs: writing.nowMs, by }));
  return await told(tx, { before, verb: "cancel", writing });
}

/** How the request is to end, and who wants it so. */
interface Ending {
  status: "accepted" | "declined" | "cancelled";
  writing: CoverWriting;
}

/** The request as it was when the answer came; `repeated`: it had ended so already, and nothing is left to do. */
interface Closing {
  request: CoverRequest;
  repeated: boolean;
}

/**
 * The one write that decides who was first, before anything is read that another's answer changes: the schedule's plan
 * holds the other's override as soon as that is committed. Who may answer is decided after it, and a refusal takes the
 * write back with the transaction.
 */
async function close(
  tx: Repositories,
  id: number,
  ending: Ending,
): Promise<Closing> {
  const found = await demandOpen(tx, id, ending);
  if (found.repeated) return found;
  const { status, writing: { by, nowMs } } = ending;
  const answeredById = by.account.responderId;
  const answer = { status, answeredById, answeredAtMs: nowMs };
  if (await tx.coverRequests.answer(id, answer)) return found;
  const meanwhile = await demandOpen(tx, id, ending);
  if (meanwhile.repeated) return meanwhile;
  const words = `Cover request ${id} has changed meanwhile. Look again.`;
  throw new RefusedError("conflict", "cover_request_closed", words);
}

/**
 * Promises the request, `repeated` where it has ended so by the same person already: doing it twice is a success that
 * changes nothing. Throws 404 when there is none, 409 in words that say who was first when it has ended otherwise.
 */
async function demandOpen(
  tx: Repositories,
  id: number,
  { status: wanted, writing: { nowMs, by } }: Ending,
): Promise<Closing> {
  const request = await tx.coverRequests.find(id);
  if (!request) throw notFound("cover request", id);
  const status = coverStatusAt(request, nowMs);
  if (status === "open") return { request, repeated: false };
  const { answeredById } = request;
  if (status === wanted && answeredById === by.account.responderId) {
    return { request, repeated: true };
  }
  const name = answeredById === null
    ? undefined
    : (await tx.responders.find(answeredById))?.name;
  throw new RefusedError(
    "conflict",
    "cover_request_closed",
    closedWords(id, status, name),
  );
}

async function told(
  tx: Repositories,
  { before, verb, writing }: {
    before: CoverRequest;
    verb: "accept" | "decline" | "cancel";
    writing: CoverWriting;
  },
): Promise<CoverRequest> {
  const after = await tx.coverRequests.find(before.id);
  if (!after) throw notFound("cover request", before.id);
  await auditCover(tx, verb, { before, after, writing });
  if (verb !== "cancel") await tellAnswered(tx, after, writing);
  return after;
}

/**
 * Not addEntry: the new override comes last of all and takes the place of one who is on call in every instant of the
 * stretch, so it fits beside whatever other overrides there are.
 */
async function addOverride(
  tx: Repositories,
  { request, responderId, stretch }: {
    request: CoverRequest;
    responderId: number;
    stretch: Stretch;
  },
  { by, nowMs }: CoverWriting,
): Promise<number> {
  const override = await tx.schedules.insertEntry({
    scheduleId: request.scheduleId,
    responderId,
    replacesResponderId: request.requesterId,
    kind: "override",
    ...stretch,
  }, nowMs);
  await recordChange(tx, {
    by: by.account,
    action: "schedule_override.create",
    objectId: override.id,
    before: null,
    after: { ...shownEntry(override), cover_request_id: request.id },
  }, nowMs);
  return override.id;
}
