/** What the screens ask: counts, the most urgent, the last day. */
import { sql } from "kysely";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type { NotificationState } from "../../domain/delivery/notification.ts";
import type {
  EarlierIncident,
  ListWindow,
  OpenCount,
  OverviewRepository,
  PageWay,
} from "../../ports/overview_repository.ts";
import type {
  IncidentFilter,
  IncidentSummary,
} from "../../ports/incident_repositories.ts";
import { instant, parsedOrNull } from "../statements/column.ts";
import { filteredIncidents } from "../incidents/incident_filter.ts";
import { SUMMARY_COLUMNS, summaryOf } from "../incidents/incident_row.ts";
import { within } from "../statements/page.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

// Written out, so that the partial indexes serve the query; a bound parameter hides the value from the planner.
const IS_OPEN = sql<boolean>`incidents.status <> 'resolved'`;
const IS_RESOLVED = sql<boolean>`status = 'resolved'`;
const HOUR_MS = 3_600_000;
const MOST_ROWS = 200;
const MOST_ANSWERS = 500;
const NEWEST_ENTRIES = 64;

export class Overview implements OverviewRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async openCounts(): Promise<OpenCount[]> {
    const rows = await this.#session.read.selectFrom("incidents")
      .select(["status", "severity"])
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where(IS_OPEN).groupBy(["status", "severity"]).execute();
    return rows.map((row) => ({
      status: row.status as OpenCount["status"],
      severity: row.severity as OpenCount["severity"],
      count: Number(row.count),
    }));
  }

  async mostUrgent(limit: number): Promise<IncidentSummary[]> {
    const most = within(limit, 0, MOST_ROWS);
    const found: IncidentSummary[] = [];
    // Rank by rank, so that each question is a stretch of one index however many are open.
    for (const status of ["triggered", "acknowledged"] as const) {
      for (const severity of SEVERITIES.toReversed()) {
        if (found.length >= most) return found;
        found.push(
          ...await read(
            summariesIn(this.#session.read, {
              statuses: [status],
              severities: [severity],
            })
              .orderBy("incidents.opened_at_ms").orderBy("incidents.id")
              .limit(most - found.length),
          ),
        );
      }
    }
    return found;
  }

  async incidents(
    filter: IncidentFilter,
    { limit, olderThan, newerThan }: ListWindow,
  ): Promise<{ items: IncidentSummary[]; more: boolean }> {
    const size = within(limit, 1, MOST_ROWS);
    const place = olderThan ?? newerThan;
    const order = newerThan ? "asc" : "desc";
    let query = summariesIn(this.#session.read, filter)
      .orderBy("incidents.opened_at_ms", order).orderBy("incidents.id", order)
      .limit(size + 1);
    if (place) {
      const beyond = newerThan ? sql`>` : sql`<`;
      query = query.where(
        sql<boolean>`(incidents.opened_at_ms, incidents.id) ${beyond}
          (${instant(place.openedAtMs)}, ${place.id})`,
      );
    }
    const rows = await read(query);
    const items = rows.slice(0, size);
    return {
      items: newerThan ? items.reverse() : items,
      more: rows.length > size,
    };
  }

  async countIncidents(filter: IncidentFilter, most: number): Promise<number> {
    const { total } = await this.#session.read
      .selectFrom(
        filteredIncidents(this.#session.read, filter).select("incidents.id")
          .limit(most).as("some"),
      )
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .executeTakeFirstOrThrow();
    return Number(total);
  }

  async lastPaged(incidentIds: number[]): Promise<Map<number, string[]>> {
    const ids = incidentIds.slice(0, MOST_ROWS);
    const names = new Map<number, string[]>();
    if (ids.length === 0) return names;
    const rows = await this.#session.read.selectFrom("notifications")
      .innerJoin("responders", "responders.id", "notifications.responder_id")
      .select(["incident_id", "step", "round", "responders.name"])
      .where("incident_id", "in", ids)
      .where("kind", "=", "page")
      .where("state", "in", ["queued", "sending", "sent", "delivered"])
      .orderBy("notifications.id", "desc").limit(MOST_ROWS * 10).execute();
    const latest = new Map<number, string>();
    for (const row of rows) {
      const position = `${row.round}.${row.step}`;
      const newest = latest.get(row.incident_id) ?? position;
      latest.set(row.incident_id, newest);
      const known = names.get(row.incident_id) ?? [];
      if (newest !== position || known.includes(row.name)) continue;
      names.set(row.incident_id, [row.name, ...known]);
    }
    return names;
  }

  async openedPerHour(
    fromMs: number,
  ): Promise<{ hour: number; count: number }[]> {
    const from = instant(fromMs);
    const hour = sql<number>`(opened_at_ms - ${from}) / ${HOUR_MS}`;
    const rows = await this.#session.read
      .selectFrom((eb) =>
        eb.selectFrom("incidents").select(hour.as("hour"))
          .where("opened_at_ms", ">=", from).as("opened")
      )
      .select((eb) => ["hour", eb.fn.countAll<number>().as("count")])
      .groupBy("hour").orderBy("hour").execute();
    return rows.map((row) => ({
      hour: Math.floor(Number(row.hour)),
      count: Number(row.count),
    }));
  }

  async stillOpenSince(fromMs: number): Promise<number> {
    const { total } = await this.#session.read.selectFrom("incidents")
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .where(IS_OPEN).where("opened_at_ms", ">=", instant(fromMs))
      .executeTakeFirstOrThrow();
    return Number(total);
  }

  async answerTimesMs(fromMs: number): Promise<number[]> {
    const rows = await this.#session.read.selectFrom("incidents")
      .select(["opened_at_ms", "acknowledged_at_ms"])
      .where("opened_at_ms", ">=", instant(fromMs))
      .orderBy("opened_at_ms", "desc").limit(MOST_ANSWERS).execute();
    return rows.flatMap((row) =>
      row.acknowledged_at_ms === null
        ? []
        : [row.acknowledged_at_ms - row.opened_at_ms]
    );
  }

  async earlier(
    { sourceId, externalId }: { sourceId: number; externalId: string },
    limit: number,
  ): Promise<EarlierIncident[]> {
    const rows = await this.#session.read.selectFrom("incidents")
      .select([
        "id",
        "opened_at_ms",
        "resolved_at_ms",
        "resolved_by",
        "resolved_by_actor",
      ])
      .where("source_id", "=", sourceId)
      .where("external_id", "=", externalId)
      .where(IS_RESOLVED)
      .orderBy("resolved_at_ms", "desc").orderBy("id", "desc")
      .limit(within(limit, 0, MOST_ROWS)).execute();
    return rows.map((row) => ({
      id: row.id,
      openedAtMs: row.opened_at_ms,
      resolvedAtMs: row.resolved_at_ms ?? row.opened_at_ms,
      resolvedBy: row.resolved_by as EarlierIncident["resolvedBy"],
      resolvedByActor: parsedOrNull(row.resolved_by_actor),
    }));
  }

  async countPages(
    fromMs: number,
  ): Promise<{ state: NotificationState; count: number }[]> {
    const rows = await this.#session.read.selectFrom("notifications")
      .select("state")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("created_at_ms", ">=", instant(fromMs))
      .groupBy("state").execute();
    return rows.map((row) => ({
      state: row.state as NotificationState,
      count: Number(row.count),
    }));
  }

  async lastSent(): Promise<PageWay | null> {
    const rows = await this.#session.read.selectFrom("notifications")
      .select(["due_at_ms", "sent_at_ms", "delivered_at_ms"])
      .orderBy("id", "desc").limit(MOST_ROWS).execute();
    for (const row of rows) {
      if (row.sent_at_ms === null) continue;
      return {
        dueAtMs: row.due_at_ms,
        sentAtMs: row.sent_at_ms,
        deliveredAtMs: row.delivered_at_ms,
      };
    }
    return null;
  }

  // Several ids and not the greatest alone: on PostgreSQL a lower id may be committed after a higher one.
  async changeMarker(): Promise<string> {
    const rows = await this.#session.read.selectFrom("timeline_entries")
      .select("id").orderBy("id", "desc").limit(NEWEST_ENTRIES).execute();
    return rows.map((row) => row.id).join();
  }
}

function summariesIn(db: Database, filter: IncidentFilter) {
  return filteredIncidents(db, filter)
    .innerJoin("teams", "teams.id", "incidents.team_id")
    .innerJoin("alert_sources", "alert_sources.id", "incidents.source_id")
    .select(SUMMARY_COLUMNS.map((name) => `incidents.${name}` as const))
    .select(["teams.name as team_name", "alert_sources.name as source_name"]);
}

async function read(
  query: ReturnType<typeof summariesIn>,
): Promise<IncidentSummary[]> {
  const rows = await query.execute();
  return rows.map((row) => ({
    ...summaryOf(row),
    teamName: row.team_name,
    sourceName: row.source_name,
  }));
}
