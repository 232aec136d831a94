/** Counts firings on open incidents, for many incidents in one statement. */
import { type RawBuilder, type Selectable, sql } from "kysely";
import type {
  CountedIncident,
  RepeatedFiring,
} from "../../ports/incident_repositories.ts";
import { instant, instantOrNull, json } from "../statements/column.ts";
import { type GivenKind, preparedOverRows } from "../statements/given_rows.ts";
import { COUNTED_COLUMNS, countedOf } from "./incident_row.ts";
import type { IncidentTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

const ROWS_PER_UPDATE = 32;

type CountedRow = Pick<
  Selectable<IncidentTable>,
  (typeof COUNTED_COLUMNS)[number]
>;

/** Promises the incidents of these firings as they are then, in no order, without those that are no longer open. */
export async function recordRepeats(
  db: Database,
  { firings, dialect }: {
    firings: readonly RepeatedFiring[];
    dialect: DialectName;
  },
): Promise<CountedIncident[]> {
  const rows = await UPDATE[dialect](db, firings.map(firedOf));
  return rows.map(countedOf);
}

function firedOf(firing: RepeatedFiring) {
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

/** What `firedOf` gives. */
const FIRED: Record<keyof ReturnType<typeof firedOf>, GivenKind> = {
  id: "whole",
  times: "whole",
  at_ms: "whole",
  starts_at_ms: "whole",
  description: "text",
  links: "text",
  labels: "text",
  payload: "text",
  auto_resolve_at_ms: "whole",
};

/** SQLite has one writer at a time, and nothing to lock. */
const UPDATE = {
  sqlite: updateOf({ locked: sql``, isLocked: sql`` }),
  // In one order, so that two processes that count on the same incidents do not wait for each other.
  postgres: updateOf({
    locked: sql`, locked AS MATERIALIZED (
      SELECT id FROM incidents
      WHERE id IN (SELECT id FROM given) AND status <> 'resolved'
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
  return preparedOverRows<ReturnType<typeof firedOf>, CountedRow>(
    { columns: FIRED, most: ROWS_PER_UPDATE },
    (withGiven) =>
      sql`
    ${withGiven} ${locked}
    UPDATE incidents SET
      alert_count = alert_count + given.times,
      last_alert_at_ms = ${later("last_alert_at_ms", "at_ms")},
      starts_at_ms = CASE
        WHEN given.starts_at_ms IS NULL
          OR incidents.starts_at_ms <= given.starts_at_ms
        THEN incidents.starts_at_ms ELSE given.starts_at_ms END,
      latest_starts_at_ms = CASE WHEN given.starts_at_ms IS NULL
        THEN latest_starts_at_ms
        ELSE ${later("latest_starts_at_ms", "starts_at_ms")} END,
      description = given.description,
      links = given.links,
      labels = given.labels,
      payload = given.payload,
      auto_resolve_at_ms = given.auto_resolve_at_ms,
      version = version + 1
    FROM given
    WHERE incidents.id = given.id AND incidents.status <> 'resolved' ${isLocked}
    RETURNING ${
        sql.join(COUNTED_COLUMNS.map((name) => sql.ref(`incidents.${name}`)))
      }`,
  );
}

// SQLite calls the greater of two values max(a, b), PostgreSQL greatest(a, b): CASE is what both have.
function later(
  column: "last_alert_at_ms" | "latest_starts_at_ms",
  givenColumn: "at_ms" | "starts_at_ms",
) {
  const own = sql.ref(`incidents.${column}`);
  const told = sql.ref(`given.${givenColumn}`);
  return sql`CASE WHEN ${own} >= ${told} THEN ${own} ELSE ${told} END`;
}
