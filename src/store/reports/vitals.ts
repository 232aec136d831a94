/** Whether paging works, as far as the rows tell. */
import { sql } from "kysely";
import {
  CHANNEL_KINDS,
  type ChannelKind,
} from "../../domain/responders/people.ts";
import {
  MOST_COUNTED,
  type QueueDepth,
  type QueueState,
  type VitalsRepository,
} from "../../ports/vitals_repository.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import type { Session } from "../connection/session.ts";

const MOST_IDS = 500;

export class Vitals implements VitalsRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async oldestUndeliveredAtMs(nowMs: number): Promise<number | null> {
    const { rows } = await sql<{ first_due_at_ms: number }>`
      SELECT n.first_due_at_ms FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.claimable_at_ms IS NOT NULL AND n.kind = 'page'
        AND n.first_due_at_ms <= ${instant(nowMs)} AND i.status = 'triggered'
      ORDER BY n.first_due_at_ms LIMIT 1`.execute(this.#session.read);
    return rows[0]?.first_due_at_ms ?? null;
  }

  async queue(nowMs: number): Promise<QueueDepth[]> {
    const depths = await Promise.all(
      CHANNEL_KINDS.map((channel) => this.#queueOf(channel, nowMs)),
    );
    return depths.flat();
  }

  /** The state is told by the instants alone, which the index of claims has: the rows themselves are not read. */
  async #queueOf(channel: ChannelKind, nowMs: number): Promise<QueueDepth[]> {
    const now = instant(nowMs);
    const { rows } = await sql<{ state: QueueState; count: number }>`
      SELECT state, count(*) AS count FROM (
        SELECT CASE
            WHEN claimable_at_ms = due_at_ms AND due_at_ms > ${now} THEN 'waiting'
            WHEN claimable_at_ms = due_at_ms THEN 'due'
            WHEN claimable_at_ms > ${now} THEN 'sending'
            ELSE 'lease_expired'
          END AS state
        FROM notifications
        WHERE claimable_at_ms IS NOT NULL AND channel = ${channel}
        ORDER BY severity_rank DESC, due_at_ms, id
        LIMIT ${MOST_COUNTED}
      ) AS queue GROUP BY state`.execute(this.#session.read);
    return rows.map(({ state, count }) => ({
      channel,
      state,
      count: Number(count),
    }));
  }

  async exhausted(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM (
        SELECT id FROM incidents
        WHERE status = 'triggered' AND exhausted_at_ms IS NOT NULL
        LIMIT ${MOST_COUNTED}
      ) AS exhausted`.execute(this.#session.read);
    return Number(rows[0]?.count ?? 0);
  }

  async firstPagedAtMs(
    incidentIds: readonly number[],
  ): Promise<Map<number, number>> {
    const ids = incidentIds.slice(0, MOST_IDS);
    if (ids.length === 0) return new Map();
    const { rows } = await sql<{ incident_id: number; at_ms: number }>`
      SELECT incident_id, min(sent_at_ms) AS at_ms FROM notifications
      WHERE incident_id IN (${sql.join(inFewLengths(ids))})
        AND kind = 'page' AND sent_at_ms IS NOT NULL
      GROUP BY incident_id`.execute(this.#session.read);
    return new Map(rows.map((row) => [row.incident_id, Number(row.at_ms)]));
  }
}
