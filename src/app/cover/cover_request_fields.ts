/** What may be written of a cover request, and how it is shown. */
import { z } from "@hono/zod-openapi";
import {
  type CoverRequest,
  coverStatusAt,
} from "../../domain/cover/cover_request.ts";
import { id, instant, shownTime, shownTimeOrNull, text } from "../fields.ts";

export const NewCoverRequestFields = z.object({
  requester_id: id.optional().openapi({
    description:
      "Who wants to be covered for; yourself when left out. For somebody else: admins only.",
  }),
  asked_responder_id: id.nullable().default(null).openapi({
    description: "Who is asked; null: every member of the schedule's team.",
  }),
  starts_at: instant,
  ends_at: instant,
  note: text(500).default(""),
}).openapi("NewCoverRequest");
export type NewCoverRequestFields = z.output<typeof NewCoverRequestFields>;

/** Promises the request as the API shows it; an open one whose window is over reads as expired. */
export function shownCoverRequest(request: CoverRequest, nowMs: number) {
  return {
    id: request.id,
    schedule_id: request.scheduleId,
    requester_id: request.requesterId,
    asked_responder_id: request.askedId,
    starts_at: shownTime(request.startsAtMs),
    ends_at: shownTime(request.endsAtMs),
    note: request.note,
    status: coverStatusAt(request, nowMs),
    answered_by_id: request.answeredById,
    answered_at: shownTimeOrNull(request.answeredAtMs),
    override_ids: request.overrideIds,
    created_at: shownTime(request.createdAtMs),
    updated_at: shownTime(request.updatedAtMs),
  };
}
