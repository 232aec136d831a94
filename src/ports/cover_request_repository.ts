/** Requests to be covered for on a schedule. */
import type { CoverRequest } from "../domain/cover/cover_request.ts";
import type { Page, PageRequest } from "./store.ts";

export type NewCoverRequest = Pick<
  CoverRequest,
  | "scheduleId"
  | "requesterId"
  | "askedId"
  | "startsAtMs"
  | "endsAtMs"
  | "note"
>;

/** How an open request ends. */
export type CoverAnswer =
  & Pick<CoverRequest, "answeredById">
  & { status: "accepted" | "declined" | "cancelled"; answeredAtMs: number };

export interface CoverRequestRepository {
  find(id: number): Promise<CoverRequest | null>;
  /** Newest first. */
  listBySchedule(
    scheduleId: number,
    page: PageRequest,
  ): Promise<Page<CoverRequest>>;
  /** Open ones whose window is not over, that the responder has made or was asked, also as a member of the team. */
  openFor(
    responderId: number,
    nowMs: number,
    limit: number,
  ): Promise<CoverRequest[]>;
  /** Made by the responder or asked of them by name, whatever became of them; newest first. */
  listOf(responderId: number, page: PageRequest): Promise<Page<CoverRequest>>;
  /** Open ones on the schedule whose window is not over, the soonest first. */
  openOn(
    scheduleId: number,
    nowMs: number,
    limit: number,
  ): Promise<CoverRequest[]>;
  insert(row: NewCoverRequest, nowMs: number): Promise<CoverRequest>;
  /** Ends an open request whose window is not over; false when another answer was first, also at this very moment. */
  answer(id: number, answer: CoverAnswer): Promise<boolean>;
  /** Keeps which overrides accepting has made. */
  setOverrides(id: number, overrideIds: readonly number[]): Promise<void>;
  /** Marks at most `limit` open requests whose window is over as expired; tells how many. */
  expire(nowMs: number, limit: number): Promise<number>;
}
