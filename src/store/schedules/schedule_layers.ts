/**
 * The layers of schedules: rotations as JSON, and beside them who they name, for the database to hold on to. What a
 * calendar says is written in calendars.ts and read here, with the rest of a plan.
 */
import type { Selectable } from "kysely";
import type {
  CalendarWindow,
  PlanLayer,
  RotationLayer,
  ScheduleLayer,
  SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { NewLayer } from "../../ports/directory_repositories.ts";
import { instant, json, parsed, parsedOrNull } from "../statements/column.ts";
import { deleteById } from "../statements/deletion.ts";
import { inFewLengths } from "../statements/id_list.ts";
import type { ScheduleLayerTable } from "../schema/schedule_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

/** A plan without its windows. */
type Layered = Omit<SchedulePlan, "windows">;

export class ScheduleLayers {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Promises the zone and the layers of those schedules that exist, calendars with what they say in [fromMs, toMs); in
   * one query, and one more where there are calendars.
   */
  async layered(
    scheduleIds: readonly number[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<number, Layered>> {
    const rows = await this.#session.read.selectFrom("schedules as s")
      .leftJoin("schedule_layers as l", "l.schedule_id", "s.id")
      .select(["s.id as schedule_id", "s.time_zone", "l.id"])
      .select(["l.name", "l.kind", "l.rotation"])
      .where("s.id", "in", inFewLengths(scheduleIds))
      .orderBy("s.id").orderBy("l.position").orderBy("l.id").execute();
    const calendars = rows.flatMap(({ id, kind }) =>
      id !== null && kind === "calendar" ? [id] : []
    );
    const windows = await this.#windows(calendars, fromMs, toMs);
    const bySchedule = Map.groupBy(rows, (row) => row.schedule_id);
    return new Map(
      [...bySchedule].map(([id, own]) => [id, {
        timeZone: own[0]?.time_zone ?? "UTC",
        layers: own.flatMap((row) => planLayerOf(row, windows)),
      }]),
    );
  }

  async #windows(
    layerIds: readonly number[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<number, CalendarWindow[]>> {
    if (layerIds.length === 0) return new Map();
    const rows = await this.#session.read.selectFrom("layer_calendar_windows")
      .select(["layer_id", "responder_id", "starts_at_ms", "ends_at_ms"])
      .where("layer_id", "in", inFewLengths(layerIds))
      .where("ends_at_ms", ">", instant(fromMs))
      .where("starts_at_ms", "<", instant(toMs))
      .orderBy("starts_at_ms").orderBy("id").execute();
    const byLayer = Map.groupBy(rows, (row) => row.layer_id);
    return new Map(
      [...byLayer].map(([id, own]) => [
        id,
        own.map((row) => ({
          responderId: row.responder_id,
          startsAtMs: row.starts_at_ms,
          endsAtMs: row.ends_at_ms,
        })),
      ]),
    );
  }

  async list(scheduleId: number): Promise<ScheduleLayer[]> {
    const rows = await this.#session.read.selectFrom("schedule_layers")
      .selectAll().where("schedule_id", "=", scheduleId)
      .orderBy("position").orderBy("id").execute();
    return rows.map(layerOf);
  }

  async find(id: number): Promise<ScheduleLayer | null> {
    const row = await this.#session.read.selectFrom("schedule_layers")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? layerOf(row) : null;
  }

  insert(layer: NewLayer, nowMs: number): Promise<RotationLayer> {
    const at = instant(nowMs);
    return this.#session.write(async (db) => {
      const top = await db.selectFrom("schedule_layers")
        .select((eb) => eb.fn.max("position").as("position"))
        .where("schedule_id", "=", layer.scheduleId).executeTakeFirst();
      const row = await db.insertInto("schedule_layers").values({
        schedule_id: layer.scheduleId,
        position: (top?.position ?? -1) + 1,
        name: layer.name,
        kind: layer.kind,
        rotation: json(layer.rotation),
        created_at_ms: at,
        updated_at_ms: at,
      }).returningAll().executeTakeFirstOrThrow();
      const made = rotationOf(row, layer.rotation);
      await writeMembers(db, made);
      return made;
    });
  }

  update(
    id: number,
    { name, rotation }: Partial<Pick<NewLayer, "name" | "rotation">>,
    nowMs: number,
  ): Promise<ScheduleLayer | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("schedule_layers").set({
        name,
        rotation: rotation === undefined ? undefined : json(rotation),
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      if (row === undefined) return null;
      const layer = layerOf(row);
      if (layer.kind === "rotation") await writeMembers(db, layer);
      return layer;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "schedule_layers", id);
  }

  order(scheduleId: number, layerIds: readonly number[]): Promise<void> {
    return this.#session.write(async (db) => {
      for (const [position, id] of layerIds.entries()) {
        await db.updateTable("schedule_layers").set({ position })
          .where("id", "=", id).where("schedule_id", "=", scheduleId)
          .execute();
      }
    });
  }
}

/** Writes down whom the rotation names, each once. */
async function writeMembers(
  db: Database,
  layer: RotationLayer,
): Promise<void> {
  await db.deleteFrom("schedule_layer_members")
    .where("layer_id", "=", layer.id).execute();
  const once = [...new Set(layer.rotation.responderIds)];
  await db.insertInto("schedule_layer_members").values(
    once.map((id) => ({ layer_id: layer.id, responder_id: id })),
  ).execute();
}

function planLayerOf(
  { id, name, kind, rotation }: {
    id: number | null;
    name: string | null;
    kind: string | null;
    rotation: string | null;
  },
  windows: ReadonlyMap<number, CalendarWindow[]>,
): PlanLayer[] {
  if (id === null || name === null) return [];
  if (kind === "calendar") {
    return [{ id, name, kind, windows: windows.get(id) ?? [] }];
  }
  return rotation === null
    ? []
    : [{ id, name, kind: "rotation", rotation: parsed(rotation) }];
}

function layerOf(row: Selectable<ScheduleLayerTable>): ScheduleLayer {
  if (row.kind === "calendar") return { ...rowOf(row), kind: "calendar" };
  const rotation = parsedOrNull<RotationLayer["rotation"]>(row.rotation);
  if (rotation === null) {
    throw new Error(`Layer ${row.id} has no rotation`);
  }
  return rotationOf(row, rotation);
}

function rotationOf(
  row: Selectable<ScheduleLayerTable>,
  rotation: RotationLayer["rotation"],
): RotationLayer {
  return { ...rowOf(row), kind: "rotation", rotation };
}

function rowOf(row: Selectable<ScheduleLayerTable>) {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    name: row.name,
    position: row.position,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
