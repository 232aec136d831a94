/** Messages that have been taken once and are not taken again. */
import type { SeenMessageRepository } from "../../ports/system_repositories.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";
import { indexable } from "../statements/page.ts";
import type { Session } from "../connection/session.ts";

export class SeenMessages implements SeenMessageRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  record(scope: string, messageId: string, nowMs: number): Promise<boolean> {
    return this.#session.write(async (db) => {
      const row = await db.insertInto("seen_messages").values({
        scope,
        message_id: indexable(messageId),
        seen_at_ms: instant(nowMs),
      }).onConflict((conflict) =>
        conflict.columns(["scope", "message_id"]).doNothing()
      ).returning("scope").executeTakeFirst();
      return row !== undefined;
    });
  }

  async has(scope: string, messageId: string): Promise<boolean> {
    const row = await this.#session.read.selectFrom("seen_messages")
      .select("scope").where("scope", "=", scope)
      .where("message_id", "=", indexable(messageId)).executeTakeFirst();
    return row !== undefined;
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "seen_messages",
      key: ["scope", "message_id"],
      at: "seen_at_ms",
      before: instant(beforeMs),
    });
  }
}
