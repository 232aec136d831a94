/** Answers that are given again to a repeated request. */
import type {
  IdempotencyRepository,
  StoredResponse,
} from "../../ports/system_repositories.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";
import { indexable } from "../statements/page.ts";
import type { Session } from "../connection/session.ts";

export class Idempotency implements IdempotencyRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(scope: string, key: string): Promise<StoredResponse | null> {
    const row = await this.#session.read.selectFrom("idempotency_keys")
      .select(["request_hash", "status", "body"])
      .where("scope", "=", scope).where("key", "=", indexable(key))
      .executeTakeFirst();
    if (row === undefined) return null;
    return {
      requestHash: row.request_hash,
      status: row.status,
      body: row.body,
    };
  }

  insert(
    scope: string,
    key: string,
    response: StoredResponse,
    nowMs: number,
  ): Promise<boolean> {
    return this.#session.write(async (db) => {
      const row = await db.insertInto("idempotency_keys").values({
        scope,
        key: indexable(key),
        request_hash: response.requestHash,
        status: response.status,
        body: response.body,
        created_at_ms: instant(nowMs),
      }).onConflict((conflict) =>
        conflict.columns(["scope", "key"]).doNothing()
      ).returning("scope").executeTakeFirst();
      return row !== undefined;
    });
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "idempotency_keys",
      key: ["scope", "key"],
      at: "created_at_ms",
      before: instant(beforeMs),
    });
  }
}
