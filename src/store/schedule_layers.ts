/** The layers of schedules: rotations as JSON, and beside them who they name, for the database to hold on to. */
import type { Selectable } from "kysely";
import type { ScheduleLayer, SchedulePlan } from "../domain/schedule.ts";
import type { NewLayer } from "../ports/directory_repositories.ts";
import { instant, json, parsed, parsedOrNull } from "./column.ts";
import { inFewLengths } from "./id_list.ts";
import type { Database, ScheduleLayerTable } from "./schema.ts";
import type { Session } from "./session.ts";

/** A plan without its windows. */
type Layered = Omit<SchedulePlan, "windows">;

export class ScheduleLayers {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Promises the zone and the layers of those schedules that exist, in one query. */
  async layered(
    scheduleIds: readonly number[],
  ): Promise<Map<number, Layered>> {
    const rows = await this.#session.read.selectFrom("schedules as s")
      .leftJoin("schedule_layers as l", "l.schedule_id", "s.id")
      .select(["s.id as schedule_id", "s.time_zone", "l.id"])
      .select(["l.name", "l.rotation"])
      .where("s.id", "in", inFewLengths(scheduleIds))
      .orderBy("s.id").orderBy("l.position").orderBy("l.id").execute();
    const bySchedule = Map.groupBy(rows, (row) => row.schedule_id);
    return new Map(
      [...bySchedule].map(([id, own]) => [id, {
        timeZone: own[0]?.time_zone ?? "UTC",
        layers: own.flatMap(({ id, name, rotation }) =>
          id === null || name === null || rotation === null
            ? []
            : { id, name, kind: "rotation", rotation: parsed(rotation) }
        ),
      }]),
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

  insert(layer: NewLayer, nowMs: number): Promise<ScheduleLayer> {
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
      return await withMembers(db, layerOf(row));
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
      return row ? await withMembers(db, layerOf(row)) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numDeletedRows } = await db.deleteFrom("schedule_layers")
        .where("id", "=", id).executeTakeFirst();
      return numDeletedRows > 0n;
    });
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
async function withMembers(
  db: Database,
  layer: ScheduleLayer,
): Promise<ScheduleLayer> {
  await db.deleteFrom("schedule_layer_members")
    .where("layer_id", "=", layer.id).execute();
  const once = [...new Set(layer.rotation.responderIds)];
  await db.insertInto("schedule_layer_members").values(
    once.map((id) => ({ layer_id: layer.id, responder_id: id })),
  ).execute();
  return layer;
}

function layerOf(row: Selectable<ScheduleLayerTable>): ScheduleLayer {
  const rotation = parsedOrNull<ScheduleLayer["rotation"]>(row.rotation);
  if (rotation === null) {
    throw new Error(`Layer ${row.id} has no rotation`);
  }
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    name: row.name,
    position: row.position,
    kind: "rotation",
    rotation,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
