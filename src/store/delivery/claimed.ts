/** Claimed messages with all that their texts say. */
import type { Selectable } from "kysely";
import { compareSeverity } from "../../domain/intake/alert.ts";
import type { ClaimedNotification } from "../../ports/notification_repository.ts";
import type { DueRow } from "./due.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { PAGED_COLUMNS, pagedIncidentOf } from "../incidents/incident_row.ts";
import { notificationOf } from "./notification_row.ts";
import { prepared } from "../statements/prepared.ts";
import type { NotificationTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";

/** What the text of a message says besides its own row. */
type Said = Pick<
  ClaimedNotification,
  "incident" | "teamName" | "sourceName" | "responderName"
>;

/**
 * Promises the messages of these rows, the most severe incident first, then the longest due. `due` are the rows as they
 * were before the claim.
 */
export function claimedOf(
  rows: readonly Selectable<NotificationTable>[],
  said: ReadonlyMap<number, Said>,
  due: readonly DueRow[],
): ClaimedNotification[] {
  const sending = new Set(
    due.filter((row) => row.state === "sending").map((row) => row.id),
  );
  const claimed = rows.flatMap((row) => {
    const its = said.get(row.id);
    // The foreign key holds the incident while its notification exists.
    if (its === undefined) return [];
    const takenOver = sending.has(row.id);
    return [{ notification: notificationOf(row), ...its, takenOver }];
  });
  return claimed.sort(bySeverityAndAge);
}

const findSaid = prepared((db, wanted: { id: number }[]) =>
  db.selectFrom("notifications")
    .innerJoin("incidents", "incidents.id", "notifications.incident_id")
    .innerJoin("teams", "teams.id", "incidents.team_id")
    .innerJoin("alert_sources", "alert_sources.id", "incidents.source_id")
    .leftJoin("responders", "responders.id", "notifications.responder_id")
    .select(PAGED_COLUMNS.map((name) => `incidents.${name}` as const))
    .select([
      "notifications.id as notification_id",
      "teams.name as team_name",
      "alert_sources.name as source_name",
      "responders.name as responder_name",
    ])
    .where("notifications.id", "in", wanted.map(({ id }) => id))
);

/** Promises what the messages with these ids say, by id. */
export async function readSaid(
  db: Database,
  ids: readonly number[],
): Promise<Map<number, Said>> {
  const { rows } = await findSaid(db, inFewLengths(ids).map((id) => ({ id })));
  return new Map(rows.map((row) => [row.notification_id, {
    incident: pagedIncidentOf(row),
    teamName: row.team_name,
    sourceName: row.source_name,
    responderName: row.responder_name ?? "",
  }]));
}

function bySeverityAndAge(a: ClaimedNotification, b: ClaimedNotification) {
  return compareSeverity(b.incident.severity, a.incident.severity) ||
    a.notification.dueAtMs - b.notification.dueAtMs ||
    a.notification.id - b.notification.id;
}
