/** When the database was backed up, and who is at it. */
import { sql, type Updateable } from "kysely";
import type {
  BackupClaim,
  BackupRecord,
  BackupRepository,
  BackupState,
} from "../../ports/backup_repository.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";
import type { BackupTable } from "../schema/system_tables.ts";
import type { Session } from "../connection/session.ts";

export class Backups implements BackupRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async claim(
    slotAtMs: number,
    { node, nowMs, leaseMs }: { node: string; nowMs: number; leaseMs: number },
  ): Promise<BackupClaim | null> {
    // Every node asks every minute: mostly there is nothing to write.
    if (!await this.#isClaimable(slotAtMs, nowMs)) return null;
    const taken = {
      node,
      state: "running" as const,
      claimable_at_ms: instant(nowMs + leaseMs),
      began_at_ms: instant(nowMs),
    };
    const row = await this.#session.write((db) =>
      db.insertInto("backups")
        .values({ slot_at_ms: instant(slotAtMs), attempt: 1, ...taken })
        .onConflict((conflict) =>
          conflict.column("slot_at_ms").doUpdateSet({
            ...taken,
            attempt: sql`backups.attempt + 1`,
          }).where("backups.claimable_at_ms", "<=", instant(nowMs))
        )
        .returning(["id", "attempt"]).executeTakeFirst()
    );
    return row ?? null;
  }

  async #isClaimable(slotAtMs: number, nowMs: number): Promise<boolean> {
    const row = await this.#session.read.selectFrom("backups")
      .select("claimable_at_ms").where("slot_at_ms", "=", instant(slotAtMs))
      .executeTakeFirst();
    if (row === undefined) return true;
    return row.claimable_at_ms !== null && row.claimable_at_ms <= nowMs;
  }

  extend(claim: BackupClaim, untilMs: number): Promise<boolean> {
    return this.#update(claim, { claimable_at_ms: instant(untilMs) });
  }

  finish(claim: BackupClaim, made: BackupRecord): Promise<boolean> {
    return this.#update(claim, { ...columnsOf(made), claimable_at_ms: null });
  }

  async fail(
    claim: BackupClaim,
    { endedAtMs, retryAtMs, error }: {
      endedAtMs: number;
      retryAtMs: number;
      error: string;
    },
  ): Promise<void> {
    await this.#update(claim, {
      state: "failed",
      ended_at_ms: instant(endedAtMs),
      claimable_at_ms: instant(retryAtMs),
      error,
    });
  }

  /** False where the claim is another's by now. */
  async #update(
    { id, attempt }: BackupClaim,
    columns: Updateable<BackupTable>,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#session.write((db) =>
      db.updateTable("backups").set(columns)
        .where("id", "=", id).where("attempt", "=", attempt)
        .where("state", "=", "running").executeTakeFirst()
    );
    return numUpdatedRows > 0n;
  }

  async record({ node, ...made }: BackupRecord & { node: string }) {
    await this.#session.write((db) =>
      db.insertInto("backups")
        .values({ node, attempt: 1, ...columnsOf(made) }).execute()
    );
  }

  async state(): Promise<BackupState> {
    const done = await this.#newest("done");
    const failed = await this.#newest("failed");
    const since = done?.ended_at_ms ?? -Infinity;
    return {
      done: done && {
        location: done.location ?? "",
        sizeBytes: done.size_bytes ?? 0,
        beganAtMs: done.began_at_ms,
        endedAtMs: done.ended_at_ms ?? 0,
      },
      failed: failed && (failed.ended_at_ms ?? 0) > since
        ? { endedAtMs: failed.ended_at_ms ?? 0, error: failed.error ?? "" }
        : null,
    };
  }

  async #newest(state: "done" | "failed") {
    const row = await this.#session.read.selectFrom("backups").selectAll()
      .where("state", "=", state).orderBy("ended_at_ms", "desc").limit(1)
      .executeTakeFirst();
    return row ?? null;
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "backups",
      key: ["id"],
      at: "began_at_ms",
      before: instant(beforeMs),
    });
  }
}

function columnsOf(made: BackupRecord) {
  return {
    state: "done" as const,
    location: made.location,
    size_bytes: instant(made.sizeBytes),
    began_at_ms: instant(made.beganAtMs),
    ended_at_ms: instant(made.endedAtMs),
    error: null,
  };
}
