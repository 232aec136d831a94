/** The filter of a list of incidents as conditions that the indexes serve. */
import { type Expression, expressionBuilder, sql, type SqlBool } from "kysely";
import {
  type IncidentFilter,
  MOST_SEARCHED,
} from "../../ports/incident_repositories.ts";
import { containing, instant, matches } from "../statements/column.ts";
import type { Database, Schema } from "../schema/schema.ts";

type Condition = Expression<SqlBool>;

const NEVER = sql<boolean>`1 = 0`;

/** Promises `FROM incidents WHERE ...`, to which a count or a page adds what it selects. */
export function filteredIncidents(db: Database, filter: IncidentFilter) {
  const conditions = [
    ...statusConditions(filter),
    ...ownerConditions(filter),
    ...timeConditions(filter),
    ...textConditions(filter),
  ];
  return db.selectFrom("incidents").where((eb) => eb.and(conditions));
}

function columns() {
  return expressionBuilder<Schema, "incidents">();
}

function statusConditions(
  { statuses, severities }: IncidentFilter,
): Condition[] {
  const eb = columns();
  const conditions: Condition[] = [];
  if (statuses !== undefined) {
    conditions.push(
      statuses.length > 0 ? eb("incidents.status", "in", statuses) : NEVER,
    );
    // Says again what follows from the list, in the words of the partial indexes.
    if (!statuses.includes("resolved")) {
      conditions.push(sql<boolean>`incidents.status <> 'resolved'`);
    }
  }
  if (severities !== undefined) {
    conditions.push(
      severities.length > 0
        ? eb("incidents.severity", "in", severities)
        : NEVER,
    );
  }
  return conditions;
}

function ownerConditions(
  { teamId, sourceId, responderId, statuses }: IncidentFilter,
): Condition[] {
  const eb = columns();
  const conditions: Condition[] = [];
  if (teamId !== undefined) {
    conditions.push(eb("incidents.team_id", "=", teamId));
  }
  if (sourceId !== undefined) {
    conditions.push(eb("incidents.source_id", "=", sourceId));
  }
  if (responderId !== undefined) {
    const openOnly = statuses?.includes("resolved") === false;
    conditions.push(
      openOnly ? isPersonsOpen(responderId) : sql<boolean>`incidents.id IN (
        SELECT incident_id FROM notifications
        WHERE responder_id = ${responderId} AND kind = 'page'
        UNION
        SELECT id FROM incidents
        WHERE acknowledged_by_responder_id = ${responderId}
      )`,
    );
  }
  return conditions;
}

/** Asked of each open incident: they are few, where a person's pages of all the years may be many. */
function isPersonsOpen(responderId: number): Condition {
  return sql<boolean>`(
    incidents.acknowledged_by_responder_id = ${responderId}
    OR EXISTS (
      SELECT 1 FROM notifications
      WHERE responder_id = ${responderId} AND incident_id = incidents.id
        AND kind = 'page'
    )
  )`;
}

function timeConditions(
  { openedFromMs, openedBeforeMs }: IncidentFilter,
): Condition[] {
  const eb = columns();
  const conditions: Condition[] = [];
  if (openedFromMs !== undefined) {
    conditions.push(eb("incidents.opened_at_ms", ">=", instant(openedFromMs)));
  }
  if (openedBeforeMs !== undefined) {
    conditions.push(eb("incidents.opened_at_ms", "<", instant(openedBeforeMs)));
  }
  return conditions;
}

/**
 * No index serves a part of a text, so a search looks at the newest incidents
 * only: a word that none of them has must not hold up a page.
 */
function textConditions({ text }: IncidentFilter): Condition[] {
  if (text === undefined || text === "") return [];
  const pattern = containing(text);
  return [
    sql<boolean>`incidents.id > (
      SELECT coalesce(max(newest.id), 0) FROM incidents AS newest
    ) - ${MOST_SEARCHED}`,
    columns().or([
      matches("incidents.title", pattern),
      matches("incidents.external_id", pattern),
      matches("incidents.description", pattern),
    ]),
  ];
}
