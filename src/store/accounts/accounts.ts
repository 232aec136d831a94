/** Logins. */
import type { Selectable } from "kysely";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { AccountRepository } from "../../ports/account_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { flag, flagIfGiven, instant } from "../statements/column.ts";
import { deleteById } from "../statements/deletion.ts";
import { paged } from "../statements/page.ts";
import type { UserAccountTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

type NewAccount = Omit<UserAccount, "id" | "createdAtMs" | "updatedAtMs">;
type AccountPatch = Partial<Omit<NewAccount, "responderId">>;

export class Accounts implements AccountRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<UserAccount | null> {
    const row = await this.#session.read.selectFrom("user_accounts")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? accountOf(row) : null;
  }

  async findByEmail(email: string): Promise<UserAccount | null> {
    const row = await this.#session.read.selectFrom("user_accounts")
      .selectAll().where("email", "=", email.toLowerCase())
      .executeTakeFirst();
    return row ? accountOf(row) : null;
  }

  async findByResponder(responderId: number): Promise<UserAccount | null> {
    const row = await this.#session.read.selectFrom("user_accounts")
      .selectAll().where("responder_id", "=", responderId).executeTakeFirst();
    return row ? accountOf(row) : null;
  }

  list(page: PageRequest): Promise<Page<UserAccount>> {
    const all = this.#session.read.selectFrom("user_accounts");
    return paged(page, {
      matching: all,
      rows: all.selectAll().orderBy("email"),
      shown: accountOf,
    });
  }

  insert(account: NewAccount, nowMs: number): Promise<UserAccount> {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      accountOf(
        await db.insertInto("user_accounts").values({
          responder_id: account.responderId,
          email: account.email.toLowerCase(),
          password_hash: account.passwordHash,
          role: account.role,
          enabled: flag(account.enabled),
          created_at_ms: at,
          updated_at_ms: at,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  update(
    id: number,
    patch: AccountPatch,
    nowMs: number,
  ): Promise<UserAccount | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("user_accounts").set({
        email: patch.email?.toLowerCase(),
        password_hash: patch.passwordHash,
        role: patch.role,
        enabled: flagIfGiven(patch.enabled),
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? accountOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "user_accounts", id);
  }

  async switchedOff(): Promise<number[]> {
    const rows = await this.#session.read.selectFrom("user_accounts")
      .select("responder_id").where("enabled", "=", 0).execute();
    return rows.map(({ responder_id }) => responder_id);
  }

  async countAdmins(): Promise<number> {
    const { total } = await this.#session.read.selectFrom("user_accounts")
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .where("role", "=", "admin").where("enabled", "=", 1)
      .executeTakeFirstOrThrow();
    return total;
  }
}

/** Promises the account of a row. */
export function accountOf(row: Selectable<UserAccountTable>): UserAccount {
  return {
    id: row.id,
    responderId: row.responder_id,
    email: row.email,
    passwordHash: row.password_hash,
    role: row.role as UserAccount["role"],
    enabled: row.enabled === 1,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
