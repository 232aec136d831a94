/** The story of each incident, written once and never changed. */
import { type Selectable, sql } from "kysely";
import type {
  NewTimelineEntry,
  TimelineEntry,
} from "../../domain/incidents/timeline.ts";
import type { TimelineRepository } from "../../ports/incident_repositories.ts";
import { instant, json, parsed } from "../statements/column.ts";
import { within } from "../statements/page.ts";
import { preparedOverRows } from "../statements/given_rows.ts";
import type { TimelineEntryTable } from "../schema/paging_tables.ts";
import type { Session } from "../connection/session.ts";

const MOST_LISTED = 1_000;
const ROWS_PER_INSERT = 64;

const insert = preparedOverRows<ReturnType<typeof columns>, never>({
  columns: {
    incident_id: "whole",
    kind: "text",
    at_ms: "whole",
    actor: "text",
    detail: "text",
  },
  most: ROWS_PER_INSERT,
}, (withGiven) =>
  sql`
    INSERT INTO timeline_entries (incident_id, kind, at_ms, actor, detail)
    ${withGiven}
    SELECT incident_id, kind, at_ms, actor, detail FROM given`);

export class Timeline implements TimelineRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  add(incidentId: number, entries: NewTimelineEntry[]): Promise<void> {
    return this.addToMany(entries.map((entry) => ({ ...entry, incidentId })));
  }

  async addToMany(
    entries: readonly (NewTimelineEntry & { incidentId: number })[],
  ): Promise<void> {
    if (entries.length === 0) return;
    await this.#session.write((db) => insert(db, entries.map(columns)));
  }

  async last(incidentId: number): Promise<TimelineEntry | null> {
    const row = await this.#session.read.selectFrom("timeline_entries")
      .selectAll().where("incident_id", "=", incidentId)
      .orderBy("id", "desc").limit(1).executeTakeFirst();
    return row ? entryOf(row) : null;
  }

  async list(
    incidentId: number,
    { afterId, limit }: { afterId: number; limit: number },
  ): Promise<TimelineEntry[]> {
    const rows = await this.#session.read.selectFrom("timeline_entries")
      .selectAll()
      .where("incident_id", "=", incidentId)
      .where("id", ">", afterId)
      .orderBy("id").limit(within(limit, 0, MOST_LISTED)).execute();
    return rows.map(entryOf);
  }
}

function columns(
  { incidentId, kind, atMs, actor, detail }: NewTimelineEntry & {
    incidentId: number;
  },
) {
  return {
    incident_id: incidentId,
    kind,
    at_ms: instant(atMs),
    actor: json(actor),
    detail: json(detail),
  };
}

function entryOf(row: Selectable<TimelineEntryTable>): TimelineEntry {
  return {
    id: row.id,
    incidentId: row.incident_id,
    kind: row.kind as TimelineEntry["kind"],
    atMs: row.at_ms,
    actor: parsed(row.actor),
    detail: parsed(row.detail),
  };
}
