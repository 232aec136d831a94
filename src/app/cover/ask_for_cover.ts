/** Asking to be covered for. */
import { type CoverRequest, mayAsk } from "../../domain/cover/cover_request.ts";
import type { NewCoverRequest } from "../../ports/cover_request_repository.ts";
import type { Repositories } from "../../ports/store.ts";
import {
  actorOf,
  auditCover,
  type CoverWriting,
  planOf,
  refuse,
} from "./cover_writing.ts";
import { checkResponders } from "../references.ts";
import { notFound } from "../refused_error.ts";
import { tellAsked } from "./tell_about_cover.ts";

const MOST_OPEN = 200;

/** Promises the new request, those asked told of it; to be called in a transaction. Throws a refusal that names the field. */
export async function askForCover(
  tx: Repositories,
  wanted: NewCoverRequest,
  writing: CoverWriting,
): Promise<CoverRequest> {
  const { nowMs, by } = writing;
  const { scheduleId, requesterId, askedId, startsAtMs, endsAtMs } = wanted;
  if (!await tx.schedules.find(scheduleId)) {
    throw notFound("schedule", scheduleId);
  }
  await checkResponders(tx, { ids: [requesterId], field: "requester_id" });
  if (askedId !== null) {
    await checkResponders(tx, { ids: [askedId], field: "asked_responder_id" });
  }
  const requester = await tx.responders.find(requesterId);
  const open = (await tx.coverRequests.openOn(scheduleId, nowMs, MOST_OPEN))
    .filter((one) => one.requesterId === requesterId);
  const plan = await planOf(tx, { scheduleId, startsAtMs, endsAtMs });
  refuse(mayAsk({ ...wanted, requesterName: requester?.name ?? "" }, {
    ...{ plan, nowMs, open },
    by: actorOf(by),
  }));
  const request = await tx.coverRequests.insert(wanted, nowMs);
  await auditCover(tx, "create", { before: null, after: request, writing });
  await tellAsked(tx, request, writing);
  return request;
}
