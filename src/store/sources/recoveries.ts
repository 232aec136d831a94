/** What sources have declared over themselves. */
import { sql } from "kysely";
import type { RecoveryRepository } from "../../ports/directory_repositories.ts";
import type { Session } from "../connection/session.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";

export class Recoveries implements RecoveryRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async latestStartMs(
    sourceId: number,
    externalId: string,
  ): Promise<number | null> {
    const row = await this.#session.read.selectFrom("alert_source_recoveries")
      .select("starts_at_ms")
      .where("source_id", "=", sourceId)
      .where("external_id", "=", externalId).executeTakeFirst();
    return row?.starts_at_ms ?? null;
  }

  async record(
    sourceId: number,
    externalId: string,
    startsAtMs: number,
    nowMs: number,
  ): Promise<void> {
    await this.#session.write((db) =>
      db.insertInto("alert_source_recoveries").values({
        source_id: sourceId,
        external_id: externalId,
        starts_at_ms: instant(startsAtMs),
        received_at_ms: instant(nowMs),
      }).onConflict((conflict) =>
        conflict.columns(["source_id", "external_id"]).doUpdateSet({
          starts_at_ms: later("starts_at_ms"),
          received_at_ms: later("received_at_ms"),
        })
      ).execute()
    );
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "alert_source_recoveries",
      key: ["source_id", "external_id"],
      at: "received_at_ms",
      before: instant(beforeMs),
    });
  }
}

function later(column: "starts_at_ms" | "received_at_ms") {
  const old = sql.ref(`alert_source_recoveries.${column}`);
  const given = sql.ref(`excluded.${column}`);
  return sql<
    number
  >`CASE WHEN ${old} >= ${given} THEN ${old} ELSE ${given} END`;
}
