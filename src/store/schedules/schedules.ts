/** Schedules and their entries; what lies below the entries is in schedule_layers.ts. */
import { type Selectable, sql } from "kysely";
import type {
  RotationLayer,
  Schedule,
  ScheduleEntry,
  ScheduleLayer,
  SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type {
  Dependent,
  NewLayer,
  NewSchedule,
  ScheduleRepository,
} from "../../ports/directory_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { instant } from "../statements/column.ts";
import { dependentsIn, policiesTargeting } from "../statements/dependents.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { deleteById } from "../statements/deletion.ts";
import { paged } from "../statements/page.ts";
import { ScheduleLayers } from "./schedule_layers.ts";
import type {
  ScheduleEntryTable,
  ScheduleTable,
} from "../schema/schedule_tables.ts";
import type { Session } from "../connection/session.ts";

type NewEntry = Omit<ScheduleEntry, "id" | "createdAtMs">;

const MOST_OF_RESPONDER = 200;

export class Schedules implements ScheduleRepository {
  readonly #session: Session;
  readonly #layers: ScheduleLayers;

  constructor(session: Session) {
    this.#session = session;
    this.#layers = new ScheduleLayers(session);
  }

  async find(id: number): Promise<Schedule | null> {
    const row = await this.#session.read.selectFrom("schedules").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? scheduleOf(row) : null;
  }

  list(
    { teamId }: { teamId?: number },
    page: PageRequest,
  ): Promise<Page<Schedule>> {
    let matching = this.#session.read.selectFrom("schedules");
    if (teamId !== undefined) matching = matching.where("team_id", "=", teamId);
    return paged(page, {
      matching,
      rows: matching.selectAll()
        .orderBy(sql`lower(name)`).orderBy("id"),
      shown: scheduleOf,
    });
  }

  async withHandoffNotices(
    { afterId, limit }: { afterId: number; limit: number },
  ): Promise<Schedule[]> {
    const rows = await this.#session.read.selectFrom("schedules").selectAll()
      .where("handoff_notice_minutes", "is not", null)
      .where("id", ">", afterId).orderBy("id").limit(limit).execute();
    return rows.map(scheduleOf);
  }

  insert(schedule: NewSchedule, nowMs: number): Promise<Schedule> {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      scheduleOf(
        await db.insertInto("schedules").values({
          team_id: schedule.teamId,
          name: schedule.name,
          description: schedule.description,
          time_zone: schedule.timeZone,
          handoff_notice_minutes: schedule.handoffNoticeMinutes ?? null,
          created_at_ms: at,
          updated_at_ms: at,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  update(
    id: number,
    patch: Partial<NewSchedule>,
    nowMs: number,
  ): Promise<Schedule | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("schedules").set({
        team_id: patch.teamId,
        name: patch.name,
        description: patch.description,
        time_zone: patch.timeZone,
        handoff_notice_minutes: patch.handoffNoticeMinutes,
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? scheduleOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "schedules", id);
  }

  dependents(id: number): Promise<Dependent[]> {
    return dependentsIn(this.#session.read, [
      policiesTargeting("schedule_id", id),
    ]);
  }

  lock(id: number): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("schedules")
        .set({ updated_at_ms: sql`updated_at_ms` })
        .where("id", "=", id).executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async plans(
    scheduleIds: readonly number[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<number, SchedulePlan>> {
    if (scheduleIds.length === 0) return new Map();
    const layered = await this.#layers.layered(scheduleIds, fromMs, toMs);
    const entries = await this.entries([...layered.keys()], fromMs, toMs);
    const windows = Map.groupBy(entries, (entry) => entry.scheduleId);
    return new Map(
      [...layered].map(([id, plan]) => [
        id,
        { ...plan, windows: windows.get(id) ?? [] },
      ]),
    );
  }

  layers(scheduleId: number): Promise<ScheduleLayer[]> {
    return this.#layers.list(scheduleId);
  }

  findLayer(id: number): Promise<ScheduleLayer | null> {
    return this.#layers.find(id);
  }

  insertLayer(layer: NewLayer, nowMs: number): Promise<RotationLayer> {
    return this.#layers.insert(layer, nowMs);
  }

  updateLayer(
    id: number,
    patch: Partial<Pick<NewLayer, "name" | "rotation">>,
    nowMs: number,
  ): Promise<ScheduleLayer | null> {
    return this.#layers.update(id, patch, nowMs);
  }

  deleteLayer(id: number): Promise<boolean> {
    return this.#layers.delete(id);
  }

  orderLayers(scheduleId: number, layerIds: readonly number[]): Promise<void> {
    return this.#layers.order(scheduleId, layerIds);
  }

  async ofResponder(
    responderId: number,
    fromMs: number,
    toMs: number,
  ): Promise<Schedule[]> {
    const from = instant(fromMs);
    const { read } = this.#session;
    const inLayers = read.selectFrom("schedule_layer_members as m")
      .innerJoin("schedule_layers as l", "l.id", "m.layer_id")
      .select("l.schedule_id").where("m.responder_id", "=", responderId);
    // Members of a calendar's layer are those with windows to come: earlier ones are looked up too.
    const inCalendars = read.selectFrom("layer_calendar_windows as w")
      .innerJoin("schedule_layers as l", "l.id", "w.layer_id")
      .select("l.schedule_id").where("w.responder_id", "=", responderId)
      .where("w.ends_at_ms", ">", from)
      .where("w.starts_at_ms", "<", instant(toMs));
    const inEntries = read.selectFrom("schedule_entries")
      .select("schedule_id").where("responder_id", "=", responderId)
      .where("ends_at_ms", ">", from)
      .where("starts_at_ms", "<", instant(toMs));
    const rows = await read.selectFrom("schedules").selectAll()
      .where("id", "in", inLayers.union(inCalendars).union(inEntries))
      .orderBy("id").limit(MOST_OF_RESPONDER).execute();
    return rows.map(scheduleOf);
  }

  async entries(
    scheduleIds: number[],
    fromMs: number,
    toMs: number,
  ): Promise<ScheduleEntry[]> {
    if (scheduleIds.length === 0) return [];
    const rows = await this.#session.read.selectFrom("schedule_entries")
      .selectAll()
      .where("schedule_id", "in", inFewLengths(scheduleIds))
      .where("ends_at_ms", ">", instant(fromMs))
      .where("starts_at_ms", "<", instant(toMs))
      .orderBy("starts_at_ms").orderBy("id").execute();
    return rows.map(entryOf);
  }

  async findEntry(id: number): Promise<ScheduleEntry | null> {
    const row = await this.#session.read.selectFrom("schedule_entries")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? entryOf(row) : null;
  }

  insertEntry(entry: NewEntry, nowMs: number): Promise<ScheduleEntry> {
    return this.#session.write(async (db) =>
      entryOf(
        await db.insertInto("schedule_entries").values({
          schedule_id: entry.scheduleId,
          responder_id: entry.responderId,
          kind: entry.kind,
          replaces_responder_id: entry.replacesResponderId,
          starts_at_ms: instant(entry.startsAtMs),
          ends_at_ms: instant(entry.endsAtMs),
          created_at_ms: instant(nowMs),
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  updateEntry(
    id: number,
    patch: Partial<Omit<NewEntry, "scheduleId">>,
  ): Promise<ScheduleEntry | null> {
    const { responderId, kind, replacesResponderId, startsAtMs, endsAtMs } =
      patch;
    return this.#session.write(async (db) => {
      const row = await db.updateTable("schedule_entries").set({
        // An empty patch is still a statement.
        id: sql`id`,
        responder_id: responderId,
        kind,
        replaces_responder_id: replacesResponderId,
        starts_at_ms: startsAtMs === undefined
          ? undefined
          : instant(startsAtMs),
        ends_at_ms: endsAtMs === undefined ? undefined : instant(endsAtMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? entryOf(row) : null;
    });
  }

  deleteEntry(id: number): Promise<boolean> {
    return deleteById(this.#session, "schedule_entries", id);
  }
}

function scheduleOf(row: Selectable<ScheduleTable>): Schedule {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    description: row.description,
    timeZone: row.time_zone,
    handoffNoticeMinutes: row.handoff_notice_minutes,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}

function entryOf(row: Selectable<ScheduleEntryTable>): ScheduleEntry {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    responderId: row.responder_id,
    kind: row.kind as ScheduleEntry["kind"],
    replacesResponderId: row.replaces_responder_id,
    startsAtMs: row.starts_at_ms,
    endsAtMs: row.ends_at_ms,
    createdAtMs: row.created_at_ms,
  };
}
