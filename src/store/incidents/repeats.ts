/** Counts firings on open incidents, for many incidents in one statement. */
import { type RawBuilder, type Selectable, sql } from "kysely";
import type {
  CountedIncident,
  RepeatedFiring,
} from "../../ports/paging_repositories.ts";
import { instant, instantOrNull, json } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { COUNTED_COLUMNS, countedOf } from "./incident_row.ts";
import { prepared } from "../statements/prepared.ts";
import type { IncidentTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

type CountedRow = Pick<
  Selectable<IncidentTable>,
  (typeof COUNTED_COLUMNS)[number]
>;

/** One row of `fired` below. */
interface Fired {
  id: number;
  times: number;
  at_ms: number;
  starts_at_ms: number | null;
  description: string;
  links: string;
  labels: string;
  payload: string;
  auto_resolve_at_ms: number | null;
}

/** Promises the incidents of these firings as they are then, in no order, without those that are no longer open. */
export async function recordRepeats(
  db: Database,
  { firings, dialect }: {
    firings: readonly RepeatedFiring[];
    dialect: DialectName;
  },
): Promise<CountedIncident[]> {
  // What stands there twice is written once.
  const rows = inFewLengths(firings.map(firedOf));
  const written = await UPDATE[dialect](db, rows);
  return written.rows.map(countedOf);
}

function firedOf(firing: RepeatedFiring): Fired {
  return {
    id: firing.incidentId,
    times: firing.times,
    at_ms: instant(firing.nowMs),
    starts_at_ms: instantOrNull(firing.startsAtMs),
    description: firing.description,
    links: json(firing.links),
    labels: json(firing.labels),
    payload: firing.payload,
    auto_resolve_at_ms: instantOrNull(firing.autoResolveAtMs),
  };
}

/** SQLite has one writer at a time, and nothing to lock. */
const UPDATE = {
  sqlite: updateOf({ locked: sql``, isLocked: sql`` }),
  // In one order, so that two processes that count on the same incidents do not wait for each other.
  postgres: updateOf({
    locked: sql`, locked AS MATERIALIZED (
      SELECT id FROM incidents
      WHERE id IN (SELECT id FROM fired) AND status <> 'resolved'
      ORDER BY id FOR UPDATE
    )`,
    isLocked: sql`AND incidents.id IN (SELECT id FROM locked)`,
  }),
};

function updateOf(
  { locked, isLocked }: {
    locked: RawBuilder<unknown>;
    isLocked: RawBuilder<unknown>;
  },
) {
  return prepared((_db: Database, rows: Fired[]) =>
    sql<CountedRow>`
    WITH fired (id, times, at_ms, starts_at_ms, description, links, labels,
      payload, auto_resolve_at_ms) AS (VALUES ${sql.join(rows.map(valuesOf))})
    ${locked}
    UPDATE incidents SET
      alert_count = alert_count + fired.times,
      last_alert_at_ms = ${later("last_alert_at_ms", "at_ms")},
      starts_at_ms = CASE
        WHEN fired.starts_at_ms IS NULL
          OR incidents.starts_at_ms <= fired.starts_at_ms
        THEN incidents.starts_at_ms ELSE fired.starts_at_ms END,
      latest_starts_at_ms = CASE WHEN fired.starts_at_ms IS NULL
        THEN latest_starts_at_ms
        ELSE ${later("latest_starts_at_ms", "starts_at_ms")} END,
      description = fired.description,
      links = fired.links,
      labels = fired.labels,
      payload = fired.payload,
      auto_resolve_at_ms = fired.auto_resolve_at_ms,
      version = version + 1
    FROM fired
    WHERE incidents.id = fired.id AND incidents.status <> 'resolved' ${isLocked}
    RETURNING ${
      sql.join(COUNTED_COLUMNS.map((name) => sql.ref(`incidents.${name}`)))
    }`
  );
}

/** PostgreSQL takes the types of all rows from the first one. */
function valuesOf(row: Fired) {
  const whole = (value: number | null) => sql`CAST(${value} AS BIGINT)`;
  return sql`(${whole(row.id)}, ${whole(row.times)}, ${whole(row.at_ms)},
    ${whole(row.starts_at_ms)}, ${row.description}, ${row.links}, ${row.labels},
    ${row.payload}, ${whole(row.auto_resolve_at_ms)})`;
}

// SQLite calls the greater of two values max(a, b), PostgreSQL greatest(a, b): CASE is what both have.
function later(
  column: "last_alert_at_ms" | "latest_starts_at_ms",
  firedColumn: "at_ms" | "starts_at_ms",
) {
  const own = sql.ref(`incidents.${column}`);
  const told = sql.ref(`fired.${firedColumn}`);
  return sql`CASE WHEN ${own} >= ${told} THEN ${own} ELSE ${told} END`;
}
