/** Requests to be covered for. */
import { type Selectable, sql } from "kysely";
import type { CoverRequest } from "../../domain/cover/cover_request.ts";
import type {
  CoverAnswer,
  CoverRequestRepository,
  NewCoverRequest,
} from "../../ports/cover_request_repository.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { instant, json, parsed } from "../statements/column.ts";
import { paged, within } from "../statements/page.ts";
import type { CoverRequestTable } from "../schema/schedule_tables.ts";
import type { Session } from "../connection/session.ts";

const MOST_LISTED = 200;

export class CoverRequests implements CoverRequestRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<CoverRequest | null> {
    const row = await this.#session.read.selectFrom("cover_requests")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? coverRequestOf(row) : null;
  }

  listBySchedule(
    scheduleId: number,
    page: PageRequest,
  ): Promise<Page<CoverRequest>> {
    const matching = this.#session.read.selectFrom("cover_requests")
      .where("schedule_id", "=", scheduleId);
    return paged(page, {
      matching,
      rows: matching.selectAll().orderBy("id", "desc"),
      shown: coverRequestOf,
    });
  }

  listOf(
    responderId: number,
    page: PageRequest,
  ): Promise<Page<CoverRequest>> {
    const matching = this.#session.read.selectFrom("cover_requests")
      .where((eb) =>
        eb.or([
          eb("requester_id", "=", responderId),
          eb("asked_id", "=", responderId),
        ])
      );
    return paged(page, {
      matching,
      rows: matching.selectAll().orderBy("id", "desc"),
      shown: coverRequestOf,
    });
  }

  async openFor(
    responderId: number,
    nowMs: number,
    limit: number,
  ): Promise<CoverRequest[]> {
    const rows = await this.#session.read.selectFrom("cover_requests as c")
      .innerJoin("schedules as s", "s.id", "c.schedule_id")
      .selectAll("c")
      .where("c.status", "=", sql.lit("open"))
      .where("c.ends_at_ms", ">", instant(nowMs))
      .where((eb) =>
        eb.or([
          eb("c.requester_id", "=", responderId),
          eb("c.asked_id", "=", responderId),
          eb.and([
            eb("c.asked_id", "is", null),
            eb.exists(
              eb.selectFrom("team_members as m").select("m.team_id")
                .whereRef("m.team_id", "=", "s.team_id")
                .where("m.responder_id", "=", responderId),
            ),
          ]),
        ])
      )
      .orderBy("c.ends_at_ms").orderBy("c.id")
      .limit(within(limit, 0, MOST_LISTED)).execute();
    return rows.map(coverRequestOf);
  }

  async openOn(
    scheduleId: number,
    nowMs: number,
    limit: number,
  ): Promise<CoverRequest[]> {
    const rows = await this.#session.read.selectFrom("cover_requests")
      .selectAll()
      .where("status", "=", sql.lit("open"))
      .where("ends_at_ms", ">", instant(nowMs))
      .where("schedule_id", "=", scheduleId)
      .orderBy("ends_at_ms").orderBy("id")
      .limit(within(limit, 0, MOST_LISTED)).execute();
    return rows.map(coverRequestOf);
  }

  insert(request: NewCoverRequest, nowMs: number): Promise<CoverRequest> {
    return this.#session.write(async (db) =>
      coverRequestOf(
        await db.insertInto("cover_requests").values({
          schedule_id: request.scheduleId,
          requester_id: request.requesterId,
          asked_id: request.askedId,
          starts_at_ms: instant(request.startsAtMs),
          ends_at_ms: instant(request.endsAtMs),
          note: request.note,
          status: "open",
          answered_by_id: null,
          answered_at_ms: null,
          override_ids: "[]",
          created_at_ms: instant(nowMs),
          updated_at_ms: instant(nowMs),
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  answer(
    id: number,
    { status, answeredById, answeredAtMs }: CoverAnswer,
  ): Promise<boolean> {
    const at = instant(answeredAtMs);
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("cover_requests").set({
        status,
        answered_by_id: answeredById,
        answered_at_ms: at,
        updated_at_ms: at,
      }).where("id", "=", id).where("status", "=", "open")
        .where("ends_at_ms", ">", at).executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async setOverrides(
    id: number,
    overrideIds: readonly number[],
  ): Promise<void> {
    await this.#session.write(async (db) => {
      await db.updateTable("cover_requests")
        .set({ override_ids: json(overrideIds) })
        .where("id", "=", id).execute();
    });
  }

  expire(nowMs: number, limit: number): Promise<number> {
    const now = instant(nowMs);
    return this.#session.write(async (db) => {
      const over = db.selectFrom("cover_requests").select("id")
        .where("status", "=", sql.lit("open")).where("ends_at_ms", "<=", now)
        .orderBy("ends_at_ms").limit(within(limit, 0, MOST_LISTED));
      const { numUpdatedRows } = await db.updateTable("cover_requests")
        .set({ status: "expired", updated_at_ms: now })
        .where("id", "in", over).where("status", "=", "open")
        .executeTakeFirst();
      return Number(numUpdatedRows);
    });
  }
}

function coverRequestOf(row: Selectable<CoverRequestTable>): CoverRequest {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    requesterId: row.requester_id,
    askedId: row.asked_id,
    startsAtMs: row.starts_at_ms,
    endsAtMs: row.ends_at_ms,
    note: row.note,
    // Words of a fixed set are written by this house only.
    status: row.status as CoverRequest["status"],
    answeredById: row.answered_by_id,
    answeredAtMs: row.answered_at_ms,
    overrideIds: parsed(row.override_ids),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
