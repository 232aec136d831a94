/** What the readiness check and the reports ask. */
import { sql } from "kysely";
import {
  type PagedSlot,
  SLOT_MS,
} from "../../domain/schedules/on_call_load.ts";
import {
  FAILED_IN_A_ROW,
  type LastDelivery,
} from "../../domain/readiness/person_readiness.ts";
import type {
  PagesWanted,
  ReportRepository,
} from "../../ports/report_repository.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { chunks } from "../statements/page.ts";
import type { Session } from "../connection/session.ts";

// Written out as in the partial indexes; a bound parameter hides the value from the planner.
const HAS_FAILED = sql<boolean>`state = 'failed'`;
const IDS_PER_QUERY = 1_000;
/** A page may leave so long after its row was made: a contact rule waits for a day at most, and retries end after that. */
const LATEST_SEND_MS = 2 * 86_400_000;

export class Reports implements ReportRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async lastDeliveries(
    contactMethodIds: readonly number[],
  ): Promise<Map<number, LastDelivery[]>> {
    const found = new Map<number, LastDelivery[]>();
    for (const some of chunks(contactMethodIds, IDS_PER_QUERY)) {
      const ids = await this.#lastIds(some);
      for (const chunk of chunks(ids, IDS_PER_QUERY)) {
        const rows = await this.#session.read.selectFrom("notifications")
          .select(["contact_method_id", "state", "address", "updated_at_ms"])
          .where("id", "in", inFewLengths(chunk))
          .orderBy("id", "desc").execute();
        for (const row of rows) {
          const own = found.get(row.contact_method_id) ?? [];
          found.set(row.contact_method_id, own);
          own.push({
            failed: row.state === "failed",
            address: row.address,
            atMs: row.updated_at_ms,
          });
        }
      }
    }
    return found;
  }

  /** Each is a seek of the index that ends after one entry. */
  async #lastIds(contactMethodIds: readonly number[]): Promise<number[]> {
    const nth = (offset: number) =>
      sql<number | null>`(SELECT n.id FROM notifications AS n
        WHERE n.contact_method_id = contact_methods.id
          AND n.state IN ('sent', 'delivered', 'failed')
        ORDER BY n.id DESC LIMIT 1 OFFSET ${sql.lit(offset)})`;
    const rows = await this.#session.read.selectFrom("contact_methods")
      .select([nth(0).as("a"), nth(1).as("b"), nth(2).as("c")])
      .where("id", "in", inFewLengths(contactMethodIds)).execute();
    return rows.flatMap(({ a, b, c }) =>
      [a, b, c].slice(0, FAILED_IN_A_ROW).filter((id) => id !== null)
    );
  }

  async pagedSlots(wanted: PagesWanted): Promise<PagedSlot[]> {
    const rows = await this.#sentPages(wanted)
      .select("n.responder_id")
      .select(
        sql<number>`n.sent_at_ms / ${sql.lit(SLOT_MS)}`.as("slot"),
      )
      .select((eb) => eb.fn.countAll<number>().as("pages"))
      .groupBy(["n.responder_id", "slot"])
      .orderBy("n.responder_id").orderBy("slot").execute();
    return rows.map((row) => ({
      responderId: row.responder_id,
      atMs: Number(row.slot) * SLOT_MS,
      pages: Number(row.pages),
    }));
  }

  async pagedIncidents(wanted: PagesWanted): Promise<Map<number, number>> {
    const rows = await this.#sentPages(wanted)
      .select("n.responder_id")
      .select((eb) =>
        eb.fn.count<number>("n.incident_id").distinct().as("incidents")
      )
      .groupBy("n.responder_id").execute();
    return new Map(
      rows.map((row) => [row.responder_id, Number(row.incidents)]),
    );
  }

  /** The index by creation leads to the month; what was made long before its end was sent before it, too. */
  #sentPages({ fromMs, toMs, teamId }: PagesWanted) {
    const pages = this.#session.read.selectFrom("notifications as n")
      .innerJoin("incidents as i", "i.id", "n.incident_id")
      .where("n.created_at_ms", ">=", instant(fromMs - LATEST_SEND_MS))
      .where("n.created_at_ms", "<", instant(toMs))
      .where("n.sent_at_ms", ">=", instant(fromMs))
      .where("n.sent_at_ms", "<", instant(toMs))
      .where("n.kind", "=", "page")
      .where("i.is_test", "=", 0);
    return teamId === undefined ? pages : pages.where("i.team_id", "=", teamId);
  }

  async readinessMarker(): Promise<string> {
    const db = this.#session.read;
    const change = await db.selectFrom("audit_log_entries")
      .select((eb) => eb.fn.max("id").as("last")).executeTakeFirst();
    const failure = await db.selectFrom("notifications")
      .select((eb) => eb.fn.max("updated_at_ms").as("last"))
      .where(HAS_FAILED).executeTakeFirst();
    return `${change?.last ?? 0} ${failure?.last ?? 0}`;
  }
}
