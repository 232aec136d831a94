/** A last look at a notice that is about to leave: what was true when it was written may not be any more. */
import { coverStatusAt } from "../../domain/cover/cover_request.ts";
import {
  HANDOFF_HORIZON_MS,
  handoffDraft,
  partAt,
} from "../../domain/notices/handoff_notice.ts";
import type { Notice } from "../../domain/notices/notice.ts";
import type { Repositories } from "../../ports/store.ts";
import type { NoticeCheck } from "./deliver_notices.ts";
import { loadContexts } from "./plan_handoff_notices.ts";

export interface CheckingNotices {
  store: Repositories;
  /** Without a slash at the end. */
  baseUrl: string;
}

/** Promises the notice as it is to leave, its words brought up to date, or why it is not to leave. */
export async function checkNotice(
  checking: CheckingNotices,
  notice: Notice,
  nowMs: number,
): Promise<NoticeCheck> {
  switch (notice.about.kind) {
    case "handoff":
      return await checkHandoff(checking, notice, notice.about);
    case "cover_asked": {
      const { coverRequestId } = notice.about;
      const request = await checking.store.coverRequests.find(coverRequestId);
      return request && coverStatusAt(request, nowMs) === "open"
        ? { send: notice }
        : { drop: "The request has been answered or taken back meanwhile." };
    }
    case "handoff_withdrawn":
      return await checkWithdrawn(checking, notice, notice.about);
    case "cover_answered":
    case "readiness":
      return { send: notice };
  }
}

async function checkHandoff(
  { store, baseUrl }: CheckingNotices,
  notice: Notice,
  { scheduleId, atMs, edge }: Extract<Notice["about"], { kind: "handoff" }>,
): Promise<NoticeCheck> {
  const schedule = await store.schedules.find(scheduleId);
  if (!schedule) return { drop: "The schedule is gone." };
  if (schedule.handoffNoticeMinutes === null) {
    return { drop: "The schedule does not tell of handoffs any more." };
  }
  const contexts = await loadContexts(store, {
    schedules: [schedule],
    fromMs: atMs - 1,
    toMs: atMs + HANDOFF_HORIZON_MS,
    baseUrl,
  });
  const context = contexts.get(scheduleId);
  const { responderId } = notice;
  const part = context && partAt(context.plan, { atMs, edge, responderId });
  if (!part) {
    return { drop: "The schedule has changed: this handoff does not happen." };
  }
  const { subject, text } = handoffDraft(part, context);
  return { send: { ...notice, subject, text } };
}

/** The words are kept: what they take back is what was told. */
async function checkWithdrawn(
  { store }: CheckingNotices,
  notice: Notice,
  { scheduleId, atMs, edge }: Extract<
    Notice["about"],
    { kind: "handoff_withdrawn" }
  >,
): Promise<NoticeCheck> {
  const plans = await store.schedules.plans([scheduleId], atMs - 1, atMs + 1);
  const plan = plans.get(scheduleId);
  const { responderId } = notice;
  return plan && partAt(plan, { atMs, edge, responderId })
    ? { drop: "The schedule has changed back: this handoff happens." }
    : { send: notice };
}
