/** Incidents: one open one per key, decided about by one process at a time. */
import { type Selectable, sql } from "kysely";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type {
  Incident,
  IncidentStatus,
} from "../../domain/incidents/incident.ts";
import type {
  CountedIncident,
  IncidentFilter,
  IncidentKey,
  IncidentRepository,
  IncidentSummary,
  NewIncident,
  OpenIncident,
  RepeatedFiring,
} from "../../ports/incident_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { instant } from "../statements/column.ts";
import { holdStatuses } from "./held_statuses.ts";
import { filteredIncidents } from "./incident_filter.ts";
import {
  incidentColumns,
  incidentOf,
  INSERTED_COLUMNS,
  OPEN_COLUMNS,
  openIncidentOf,
  type OpenRow,
  SUMMARY_COLUMNS,
  summaryOf,
} from "./incident_row.ts";
import { inFewLengths } from "../statements/id_list.ts";
import {
  IS_OPEN,
  postpone,
  readDue,
  readNextDue,
  readStranded,
} from "./incident_times.ts";
import { chunks, paged } from "../statements/page.ts";
import { preparedOverRows } from "../statements/given_rows.ts";
import { prepared } from "../statements/prepared.ts";
import { recordRepeats } from "./repeats.ts";
import type { IncidentTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

const IS_RESOLVED = sql<boolean>`status = 'resolved'`;

const ROWS_PER_INSERT = 16;
const IDS_PER_QUERY = 500;
const NAME_COLUMNS = [
  "teams.name as team_name",
  "alert_sources.name as source_name",
] as const;

const insertMany = preparedOverRows<
  ReturnType<typeof incidentColumns>,
  Pick<Selectable<IncidentTable>, "id" | "source_id" | "external_id">
>({ columns: INSERTED_COLUMNS, most: ROWS_PER_INSERT }, (withGiven) => {
  const names = sql.join(
    Object.keys(INSERTED_COLUMNS).map((each) => sql.ref(each)),
  );
  return sql`
    INSERT INTO incidents (${names}, version) ${withGiven}
    SELECT ${names}, 1 FROM given WHERE true
    ON CONFLICT (source_id, external_id) WHERE ${IS_OPEN} DO NOTHING
    RETURNING id, source_id, external_id`;
});

const findOpenByKeys = prepared((
  _db: Database,
  keys: Pick<OpenRow, "source_id" | "external_id">[],
) =>
  sql<OpenRow>`
    WITH wanted (source_id, external_id) AS (VALUES ${
    sql.join(
      keys.map((key) =>
        sql`(CAST(${key.source_id} AS BIGINT), ${key.external_id})`
      ),
    )
  })
    SELECT ${sql.join(OPEN_COLUMNS.map((name) => sql.ref(`i.${name}`)))}
    FROM wanted w
    JOIN incidents i
      ON i.source_id = w.source_id AND i.external_id = w.external_id
    WHERE i.status <> 'resolved'`
);

export class Incidents implements IncidentRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<Incident | null> {
    const row = await this.#session.read.selectFrom("incidents").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? incidentOf(row) : null;
  }

  list(
    filter: IncidentFilter,
    page: PageRequest,
  ): Promise<Page<IncidentSummary>> {
    const matching = filteredIncidents(this.#session.read, filter);
    return paged(page, {
      matching,
      rows: matching
        .innerJoin("teams", "teams.id", "incidents.team_id")
        .innerJoin("alert_sources", "alert_sources.id", "incidents.source_id")
        .select(SUMMARY_COLUMNS.map((name) => `incidents.${name}` as const))
        .select(NAME_COLUMNS)
        .orderBy("incidents.opened_at_ms", "desc")
        .orderBy("incidents.id", "desc"),
      shown: namedSummary,
    });
  }

  async listByIds(ids: number[]): Promise<IncidentSummary[]> {
    const found: IncidentSummary[] = [];
    for (const some of chunks([...new Set(ids)], IDS_PER_QUERY)) {
      const rows = await this.#session.read.selectFrom("incidents")
        .innerJoin("teams", "teams.id", "incidents.team_id")
        .innerJoin("alert_sources", "alert_sources.id", "incidents.source_id")
        .select(SUMMARY_COLUMNS.map((name) => `incidents.${name}` as const))
        .select(NAME_COLUMNS)
        .where("incidents.id", "in", inFewLengths(some)).execute();
      found.push(...rows.map(namedSummary));
    }
    return found;
  }

  async findOpen(
    sourceId: number,
    externalId: string,
  ): Promise<Incident | null> {
    const row = await this.#session.read.selectFrom("incidents").selectAll()
      .where("source_id", "=", sourceId)
      .where("external_id", "=", externalId)
      .where(IS_OPEN)
      .executeTakeFirst();
    return row ? incidentOf(row) : null;
  }

  async findOpenByKeys(
    keys: readonly IncidentKey[],
  ): Promise<OpenIncident[]> {
    if (keys.length === 0) return [];
    const { rows } = await findOpenByKeys(
      this.#session.read,
      inFewLengths(keys).map((
        { sourceId: source_id, externalId: external_id },
      ) => ({ source_id, external_id })),
    );
    return rows.map(openIncidentOf);
  }

  async findLastResolved(
    sourceId: number,
    externalId: string,
  ): Promise<Incident | null> {
    const row = await this.#session.read.selectFrom("incidents").selectAll()
      .where("source_id", "=", sourceId)
      .where("external_id", "=", externalId)
      .where(IS_RESOLVED)
      .orderBy("resolved_at_ms", "desc").orderBy("id", "desc")
      .limit(1).executeTakeFirst();
    return row ? incidentOf(row) : null;
  }

  insert(incident: NewIncident): Promise<Incident | null> {
    return this.#session.write(async (db) => {
      const row = await db.insertInto("incidents")
        .values({ ...incidentColumns(incident), version: 1 })
        .onConflict((conflict) =>
          conflict.columns(["source_id", "external_id"]).where(IS_OPEN)
            .doNothing()
        )
        .returningAll().executeTakeFirst();
      return row ? incidentOf(row) : null;
    });
  }

  insertMany(incidents: readonly NewIncident[]): Promise<(number | null)[]> {
    return this.#session.write(async (db) => {
      const inserted = await insertMany(db, incidents.map(incidentColumns));
      const ids = new Map(
        inserted.map((row) => [
          `${row.source_id} ${row.external_id}`,
          row.id,
        ]),
      );
      return incidents.map(({ sourceId, externalId }) =>
        ids.get(`${sourceId} ${externalId}`) ?? null
      );
    });
  }

  lock(
    id: number,
    { status, dueByMs }: { status?: IncidentStatus[]; dueByMs?: number } = {},
  ): Promise<Incident | null> {
    if (status?.length === 0) return Promise.resolve(null);
    return this.#session.write(async (db) => {
      let update = db.updateTable("incidents")
        .set({ version: sql`version + 1` }).where("id", "=", id);
      if (status) update = update.where("status", "in", status);
      if (dueByMs !== undefined) {
        update = update.where("next_action_at_ms", "<=", instant(dueByMs));
      }
      const row = await update.returningAll().executeTakeFirst();
      return row ? incidentOf(row) : null;
    });
  }

  holdStatuses(ids: number[]): Promise<ReadonlyMap<number, IncidentStatus>> {
    const { dialect } = this.#session;
    return this.#session.write((db) => holdStatuses(db, { ids, dialect }));
  }

  async save(incident: Incident): Promise<void> {
    const rank = SEVERITIES.indexOf(incident.severity);
    await this.#session.write(async (db) => {
      const saving = db.updateTable("incidents").set(incidentColumns(incident))
        .where("id", "=", incident.id).execute();
      // Messages that are still to be sent change their turn, and what waited to go with others is looked at anew. Sent
      // along, so that a server is asked once.
      const ranking = db.updateTable("notifications")
        .set({
          severity_rank: rank,
          due_at_ms: sql<number>`CASE
            WHEN attempt = 0 AND due_at_ms > first_due_at_ms THEN first_due_at_ms
            ELSE due_at_ms END`,
        })
        .where("incident_id", "=", incident.id)
        .where("claimable_at_ms", "is not", null)
        .where("severity_rank", "<>", rank).execute();
      await Promise.all([saving, ranking]);
    });
  }

  recordRepeats(
    firings: readonly RepeatedFiring[],
  ): Promise<CountedIncident[]> {
    if (firings.length === 0) return Promise.resolve([]);
    const { dialect } = this.#session;
    return this.#session.write((db) => recordRepeats(db, { firings, dialect }));
  }

  due(nowMs: number, limit: number): Promise<number[]> {
    return readDue(this.#session.read, {
      column: "next_action_at_ms",
      ...{ nowMs, limit },
    });
  }

  expired(nowMs: number, limit: number): Promise<number[]> {
    return readDue(this.#session.read, {
      column: "auto_resolve_at_ms",
      ...{ nowMs, limit },
    });
  }

  nextDueAtMs(): Promise<number | null> {
    return readNextDue(this.#session.read);
  }

  postpone(
    id: number,
    times: { dueByMs: number; untilMs: number },
  ): Promise<boolean> {
    return this.#session.write((db) => postpone(db, { id, ...times }));
  }

  stranded(limit: number): Promise<number[]> {
    return readStranded(this.#session.read, limit);
  }

  async countOpen(): Promise<number> {
    const { total } = await this.#session.read.selectFrom("incidents")
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .where(IS_OPEN).executeTakeFirstOrThrow();
    return total;
  }
}

function namedSummary(
  row: Parameters<typeof summaryOf>[0] & {
    team_name: string;
    source_name: string;
  },
): IncidentSummary {
  const { team_name: teamName, source_name: sourceName } = row;
  return { ...summaryOf(row), teamName, sourceName };
}
