/** Tells people of a cover request, in the transaction that writes it. */
import {
  coverAnsweredDraft,
  coverAskedDraft,
} from "../../domain/cover/cover_notice.ts";
import type { CoverRequest } from "../../domain/cover/cover_request.ts";
import type { Repositories } from "../../ports/store.ts";
import { type CoverWriting, membersOf } from "./cover_writing.ts";
import { writeNotices } from "../notices/write_notices.ts";

/** Promises a notice to each who was asked: one by name, or the whole team but the requester. */
export async function tellAsked(
  tx: Repositories,
  request: CoverRequest,
  writing: CoverWriting,
): Promise<void> {
  const { askedId, requesterId } = request;
  const asked = askedId === null
    ? (await membersOf(tx, request.scheduleId))
      .filter((id) => id !== requesterId)
    : [askedId];
  const wording = await wordingOf(tx, request, {
    ids: [...asked, requesterId],
    writing,
  });
  const drafts = asked.map((id) => coverAskedDraft(id, wording));
  await writeNotices({ ...writing, tx }, drafts);
}

/** Promises a notice to the requester, unless the answer was their own. */
export async function tellAnswered(
  tx: Repositories,
  request: CoverRequest,
  writing: CoverWriting,
): Promise<void> {
  const { answeredById, requesterId } = request;
  if (answeredById === requesterId) return;
  const wording = await wordingOf(tx, request, {
    ids: [requesterId, ...answeredById === null ? [] : [answeredById]],
    writing,
  });
  await writeNotices({ ...writing, tx }, [coverAnsweredDraft(wording)]);
}

async function wordingOf(
  tx: Repositories,
  request: CoverRequest,
  { ids, writing: { engine, nowMs } }: { ids: number[]; writing: CoverWriting },
) {
  const schedule = await tx.schedules.find(request.scheduleId);
  const people = await tx.responders.reachable(ids);
  return {
    request,
    scheduleName: schedule?.name ?? "",
    names: new Map(people.map(({ id, name }) => [id, name])),
    timeZones: await tx.responders.timeZones(ids),
    link: `${engine.baseUrl}/cover-requests/${request.id}`,
    nowMs,
  };
}
