/** Calendars that somebody looks at before they are saved. */
import type { Selectable } from "kysely";
import type {
  CalendarDraft,
  CalendarDraftRepository,
  NewCalendarDraft,
} from "../../ports/calendar_draft_repository.ts";
import { originOf, originRow } from "./calendar_origin.ts";
import { instant, json, parsed } from "../statements/column.ts";
import { deleteById } from "../statements/deletion.ts";
import type { CalendarDraftTable } from "../schema/schedule_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

/** Of one account: each may hold a text of 2 MB. */
const MOST_DRAFTS = 5;

/** All columns but the text. */
const COLUMNS = [
  "id",
  "account_id",
  "schedule_id",
  "layer_id",
  "name",
  "below_layer_id",
  "origin",
  "sealed_url",
  "shown_origin",
  "etag",
  "last_modified",
  "people",
  "created_at_ms",
] as const;

export class CalendarDrafts implements CalendarDraftRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<CalendarDraft | null> {
    const row = await this.#session.read.selectFrom("calendar_drafts")
      .select(COLUMNS).where("id", "=", id).executeTakeFirst();
    return row ? draftOf(row) : null;
  }

  async content(id: number): Promise<string | null> {
    const row = await this.#session.read.selectFrom("calendar_drafts")
      .select("content").where("id", "=", id).executeTakeFirst();
    return row?.content ?? null;
  }

  insert(draft: NewCalendarDraft): Promise<CalendarDraft> {
    return this.#session.write(async (db) => {
      const { accountId, validators } = draft;
      const row = await db.insertInto("calendar_drafts").values({
        account_id: accountId,
        schedule_id: draft.scheduleId,
        layer_id: draft.layerId,
        name: draft.name,
        below_layer_id: draft.belowLayerId,
        ...originRow(draft.origin),
        etag: validators.etag,
        last_modified: validators.lastModified,
        people: json(draft.people),
        content: draft.content,
        created_at_ms: instant(draft.createdAtMs),
      }).returning(COLUMNS).executeTakeFirstOrThrow();
      await forgetOld(db, accountId);
      return draftOf(row);
    });
  }

  update(
    id: number,
    { name, belowLayerId, people }: Parameters<
      CalendarDraftRepository["update"]
    >[1],
  ): Promise<CalendarDraft | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("calendar_drafts")
        .set({ name, below_layer_id: belowLayerId, people: json(people) })
        .where("id", "=", id).returning(COLUMNS).executeTakeFirst();
      return row ? draftOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "calendar_drafts", id);
  }

  prune(beforeMs: number): Promise<number> {
    return this.#session.write(async (db) => {
      const { numDeletedRows } = await db.deleteFrom("calendar_drafts")
        .where("created_at_ms", "<", instant(beforeMs)).executeTakeFirst();
      return Number(numDeletedRows);
    });
  }
}

async function forgetOld(db: Database, accountId: number): Promise<void> {
  const kept = await db.selectFrom("calendar_drafts").select("id")
    .where("account_id", "=", accountId).orderBy("id", "desc")
    .limit(MOST_DRAFTS).execute();
  await db.deleteFrom("calendar_drafts")
    .where("account_id", "=", accountId)
    .where("id", "not in", kept.map(({ id }) => id)).execute();
}

function draftOf(
  row: Omit<Selectable<CalendarDraftTable>, "content">,
): CalendarDraft {
  return {
    id: row.id,
    accountId: row.account_id,
    scheduleId: row.schedule_id,
    layerId: row.layer_id,
    name: row.name,
    belowLayerId: row.below_layer_id,
    origin: originOf(row),
    validators: { etag: row.etag, lastModified: row.last_modified },
    people: parsed<CalendarDraft["people"]>(row.people),
    createdAtMs: row.created_at_ms,
  };
}
