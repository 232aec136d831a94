/** Calendars behind layers, with the windows that were read from them. */
import type { Selectable } from "kysely";
import type {
  CalendarOfLayer,
  CalendarReading,
  CalendarReport,
  CalendarRepository,
  ImportedCalendar,
  NewCalendar,
} from "../../ports/calendar_repositories.ts";
import { originOf, originRow } from "./calendar_origin.ts";
import { instant, json, parsed } from "../statements/column.ts";
import { chunks } from "../statements/page.ts";
import type { LayerCalendarTable } from "../schema/schedule_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

/** Rows in one INSERT: 400 values are far below what either database takes. */
const ROWS_AT_ONCE = 100;

/** All columns but the text, which may be long. */
const COLUMNS = [
  "l.id",
  "l.schedule_id",
  "l.position",
  "l.name",
  "l.created_at_ms",
  "l.updated_at_ms",
  "c.origin",
  "c.sealed_url",
  "c.shown_origin",
  "c.people",
  "c.etag",
  "c.last_modified",
  "c.due_at_ms",
  "c.read_at_ms",
  "c.problem",
  "c.problem_since_ms",
  "c.report",
  "c.windows_hash",
] as const;

/** Of what a report did not tell before; the next reading does. */
const BEFORE: CalendarReport = {
  events: 0,
  matched: 0,
  ignored: 0,
  names: [],
  moreNames: 0,
  unknown: [],
  moreUnknown: 0,
  remarks: [],
};

type Row = Omit<Selectable<LayerCalendarTable>, "layer_id" | "content"> & {
  id: number;
  schedule_id: number;
  position: number;
  name: string;
  created_at_ms: number;
  updated_at_ms: number;
};

export class Calendars implements CalendarRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async list(scheduleId: number): Promise<CalendarOfLayer[]> {
    const rows = await joined(this.#session.read)
      .where("l.schedule_id", "=", scheduleId)
      .orderBy("l.position").orderBy("l.id").execute();
    return rows.map(calendarOf);
  }

  async find(layerId: number): Promise<CalendarOfLayer | null> {
    return await findIn(this.#session.read, layerId);
  }

  async content(layerId: number): Promise<string> {
    const row = await this.#session.read.selectFrom("layer_calendars")
      .select("content").where("layer_id", "=", layerId).executeTakeFirst();
    return row?.content ?? "";
  }

  insert(calendar: NewCalendar, nowMs: number): Promise<CalendarOfLayer> {
    const { scheduleId, name, origin, people, reading } = calendar;
    const at = instant(nowMs);
    return this.#session.write(async (db) => {
      const top = await db.selectFrom("schedule_layers")
        .select((eb) => eb.fn.max("position").as("position"))
        .where("schedule_id", "=", scheduleId).executeTakeFirst();
      const { id } = await db.insertInto("schedule_layers").values({
        schedule_id: scheduleId,
        position: (top?.position ?? -1) + 1,
        name,
        kind: "calendar",
        rotation: null,
        created_at_ms: at,
        updated_at_ms: at,
      }).returning("id").executeTakeFirstOrThrow();
      await db.insertInto("layer_calendars").values({
        layer_id: id,
        ...originRow(origin),
        people: json(people),
        ...readingRow(reading),
        content: reading.content ?? "",
        windows_hash: reading.windowsHash,
      }).execute();
      await writeWindows(db, id, reading);
      const made = await findIn(db, id);
      if (!made) throw new Error(`Layer ${id} is not there after it was made`);
      return made;
    });
  }

  update(
    layerId: number,
    { name, origin, people }: Parameters<CalendarRepository["update"]>[1],
    nowMs: number,
  ): Promise<CalendarOfLayer | null> {
    return this.#session.write(async (db) => {
      await db.updateTable("schedule_layers")
        .set({ name, updated_at_ms: instant(nowMs) })
        .where("id", "=", layerId).where("kind", "=", "calendar").execute();
      if (origin !== undefined || people !== undefined) {
        await db.updateTable("layer_calendars").set({
          ...(origin === undefined ? {} : originRow(origin)),
          people: people === undefined ? undefined : json(people),
        }).where("layer_id", "=", layerId).execute();
      }
      return await findIn(db, layerId);
    });
  }

  saveReading(layerId: number, reading: CalendarReading): Promise<void> {
    return this.#session.write(async (db) => {
      const before = await db.selectFrom("layer_calendars")
        .select("windows_hash").where("layer_id", "=", layerId)
        .executeTakeFirst();
      if (before === undefined) return;
      await db.updateTable("layer_calendars").set({
        ...readingRow(reading),
        content: reading.content ?? undefined,
        windows_hash: reading.windowsHash,
      }).where("layer_id", "=", layerId).execute();
      if (before.windows_hash !== reading.windowsHash) {
        await writeWindows(db, layerId, reading);
      }
    });
  }

  saveProblem(layerId: number, words: string, nowMs: number): Promise<void> {
    return this.#session.write(async (db) => {
      await db.updateTable("layer_calendars")
        .set((eb) => ({
          problem: words,
          problem_since_ms: eb.fn.coalesce(
            "problem_since_ms",
            eb.val(instant(nowMs)),
          ),
        }))
        .where("layer_id", "=", layerId).execute();
    });
  }

  async due(nowMs: number, limit: number): Promise<CalendarOfLayer[]> {
    const rows = await joined(this.#session.read)
      .where("c.due_at_ms", "<=", instant(nowMs))
      .orderBy("c.due_at_ms").orderBy("c.layer_id").limit(limit).execute();
    return rows.map(calendarOf);
  }

  claim(
    layerId: number,
    seenDueAtMs: number,
    nextDueAtMs: number,
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numUpdatedRows } = await db.updateTable("layer_calendars")
        .set({ due_at_ms: instant(nextDueAtMs) })
        .where("layer_id", "=", layerId).where("due_at_ms", "=", seenDueAtMs)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }
}

function joined(db: Database) {
  return db.selectFrom("layer_calendars as c")
    .innerJoin("schedule_layers as l", "l.id", "c.layer_id").select(COLUMNS);
}

async function findIn(
  db: Database,
  layerId: number,
): Promise<CalendarOfLayer | null> {
  const row = await joined(db).where("c.layer_id", "=", layerId)
    .executeTakeFirst();
  return row ? calendarOf(row) : null;
}

/** Puts the windows of the reading in the place of those before, and writes down who is on call in what is to come. */
async function writeWindows(
  db: Database,
  layerId: number,
  { windows, readAtMs }: CalendarReading,
): Promise<void> {
  await db.deleteFrom("layer_calendar_windows")
    .where("layer_id", "=", layerId).execute();
  await db.deleteFrom("schedule_layer_members")
    .where("layer_id", "=", layerId).execute();
  for (const some of chunks(windows, ROWS_AT_ONCE)) {
    await db.insertInto("layer_calendar_windows").values(
      some.map(({ responderId, startsAtMs, endsAtMs }) => ({
        layer_id: layerId,
        responder_id: responderId,
        starts_at_ms: instant(startsAtMs),
        ends_at_ms: instant(endsAtMs),
      })),
    ).execute();
  }
  const members = new Set(
    windows.filter(({ endsAtMs }) => endsAtMs > readAtMs)
      .map(({ responderId }) => responderId),
  );
  for (const some of chunks([...members], ROWS_AT_ONCE)) {
    await db.insertInto("schedule_layer_members").values(
      some.map((id) => ({ layer_id: layerId, responder_id: id })),
    ).execute();
  }
}

function readingRow(
  { validators, readAtMs, dueAtMs, report }: CalendarReading,
) {
  return {
    etag: validators.etag,
    last_modified: validators.lastModified,
    read_at_ms: instant(readAtMs),
    due_at_ms: instant(dueAtMs),
    problem: null,
    problem_since_ms: null,
    report: json(report),
  };
}

function calendarOf(row: Row): CalendarOfLayer {
  return {
    layer: {
      id: row.id,
      scheduleId: row.schedule_id,
      name: row.name,
      position: row.position,
      kind: "calendar",
      createdAtMs: row.created_at_ms,
      updatedAtMs: row.updated_at_ms,
    },
    calendar: {
      layerId: row.id,
      origin: originOf(row),
      people: parsed<ImportedCalendar["people"]>(row.people),
      validators: { etag: row.etag, lastModified: row.last_modified },
      dueAtMs: row.due_at_ms,
      readAtMs: row.read_at_ms,
      problem: row.problem === null || row.problem_since_ms === null
        ? null
        : { words: row.problem, sinceMs: row.problem_since_ms },
      report: { ...BEFORE, ...parsed<Partial<CalendarReport>>(row.report) },
      windowsHash: row.windows_hash,
    },
  };
}
