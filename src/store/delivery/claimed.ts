/** Claimed messages with all that their texts say. */
import type { Selectable } from "kysely";
import { compareSeverity } from "../../domain/intake/alert.ts";
import type { ClaimedNotification } from "../../ports/paging_repositories.ts";
import type { DueRow } from "./due.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { incidentOf } from "../incidents/incident_row.ts";
import { notificationOf } from "./notification_row.ts";
import { prepared } from "../statements/prepared.ts";
import type { NotificationTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";

/**
 * Promises the messages of these rows, the most severe incident first, then the longest due. Two queries. `due` are the
 * rows as they were before the claim.
 */
export async function claimedOf(
  db: Database,
  rows: Selectable<NotificationTable>[],
  due: readonly DueRow[],
): Promise<ClaimedNotification[]> {
  if (rows.length === 0) return [];
  const [incidents, names] = await Promise.all([
    incidentsOf(db, rows.map((row) => row.incident_id)),
    responderNames(db, rows.map((row) => row.responder_id)),
  ]);
  const sending = new Set(
    due.filter((row) => row.state === "sending").map((row) => row.id),
  );
  const claimed = rows.flatMap((row) => {
    const its = incidents.get(row.incident_id);
    // The foreign key holds the incident while its notification exists.
    if (its === undefined) return [];
    const responderName = names.get(row.responder_id) ?? "";
    const takenOver = sending.has(row.id);
    return [
      { notification: notificationOf(row), ...its, responderName, takenOver },
    ];
  });
  return claimed.sort(bySeverityAndAge);
}

const findIncidents = prepared((db, wanted: { id: number }[]) =>
  db.selectFrom("incidents")
    .innerJoin("teams", "teams.id", "incidents.team_id")
    .innerJoin("alert_sources", "alert_sources.id", "incidents.source_id")
    .selectAll("incidents")
    .select(["teams.name as team_name", "alert_sources.name as source_name"])
    .where("incidents.id", "in", wanted.map(({ id }) => id))
);

async function incidentsOf(db: Database, ids: number[]) {
  const { rows } = await findIncidents(db, wantedOf(ids));
  return new Map(rows.map((row) => [row.id, {
    incident: incidentOf(row),
    teamName: row.team_name,
    sourceName: row.source_name,
  }]));
}

const findNames = prepared((db, wanted: { id: number }[]) =>
  db.selectFrom("responders").select(["id", "name"])
    .where("id", "in", wanted.map(({ id }) => id))
);

async function responderNames(db: Database, ids: number[]) {
  const { rows } = await findNames(db, wantedOf(ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function wantedOf(ids: number[]): { id: number }[] {
  return inFewLengths(ids).map((id) => ({ id }));
}

function bySeverityAndAge(a: ClaimedNotification, b: ClaimedNotification) {
  return compareSeverity(b.incident.severity, a.incident.severity) ||
    a.notification.dueAtMs - b.notification.dueAtMs ||
    a.notification.id - b.notification.id;
}
