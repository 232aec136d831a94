/** Codes that are on their way to contact methods. */
import type { Selectable } from "kysely";
import {
  type PendingVerification,
  VERIFICATION,
} from "../../domain/responders/verification.ts";
import type { VerificationRepository } from "../../ports/verification_repository.ts";
import { instant } from "../statements/column.ts";
import { inFewLengths } from "../statements/id_list.ts";
import type { ContactVerificationTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

export class Verifications implements VerificationRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async listPending(
    contactMethodIds: number[],
    nowMs: number,
  ): Promise<PendingVerification[]> {
    const wanted = inFewLengths(contactMethodIds);
    if (wanted.length === 0) return [];
    const rows = await this.#session.read.selectFrom("contact_verifications")
      .selectAll().where("contact_method_id", "in", wanted)
      .where("expires_at_ms", ">", instant(nowMs))
      .where("tries", "<", VERIFICATION.tries).execute();
    return rows.map(verificationOf);
  }

  async find(contactMethodId: number): Promise<PendingVerification | null> {
    const row = await this.#session.read.selectFrom("contact_verifications")
      .selectAll().where("contact_method_id", "=", contactMethodId)
      .executeTakeFirst();
    return row ? verificationOf(row) : null;
  }

  async put(
    verification: Omit<PendingVerification, "tries">,
  ): Promise<void> {
    const { contactMethodId, ...rest } = verification;
    const row = {
      channel: rest.channel,
      address: rest.address,
      salt: rest.salt,
      code_hash: rest.codeHash,
      tries: 0,
      created_at_ms: instant(rest.createdAtMs),
      expires_at_ms: instant(rest.expiresAtMs),
    };
    await this.#session.write((db) =>
      db.insertInto("contact_verifications")
        .values({ contact_method_id: contactMethodId, ...row })
        .onConflict((on) => on.column("contact_method_id").doUpdateSet(row))
        .execute()
    );
  }

  takeTry(
    contactMethodId: number,
    nowMs: number,
  ): Promise<PendingVerification | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("contact_verifications")
        .set((eb) => ({ tries: eb("tries", "+", 1) }))
        .where("contact_method_id", "=", contactMethodId)
        .where("expires_at_ms", ">", instant(nowMs))
        .where("tries", "<", VERIFICATION.tries)
        .returningAll().executeTakeFirst();
      return row ? verificationOf(row) : null;
    });
  }

  delete(contactMethodId: number, salt?: string): Promise<boolean> {
    return this.#session.write(async (db) => {
      let ending = db.deleteFrom("contact_verifications")
        .where("contact_method_id", "=", contactMethodId);
      if (salt !== undefined) ending = ending.where("salt", "=", salt);
      const { numDeletedRows } = await ending.executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  prune(nowMs: number): Promise<number> {
    return this.#session.write(async (db) => {
      const { numDeletedRows } = await db.deleteFrom("contact_verifications")
        .where("expires_at_ms", "<=", instant(nowMs)).executeTakeFirst();
      return Number(numDeletedRows);
    });
  }
}

function verificationOf(
  row: Selectable<ContactVerificationTable>,
): PendingVerification {
  return {
    contactMethodId: row.contact_method_id,
    channel: row.channel as PendingVerification["channel"],
    address: row.address,
    salt: row.salt,
    codeHash: row.code_hash,
    tries: row.tries,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  };
}
