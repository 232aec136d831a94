/** API tokens. */
import type { Selectable } from "kysely";
import type { ApiToken, UserAccount } from "../../domain/responders/people.ts";
import type { ApiTokenRepository } from "../../ports/account_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { accountOf } from "./accounts.ts";
import { instant, instantOrNull } from "../statements/column.ts";
import { deleteById } from "../statements/deletion.ts";
import { paged } from "../statements/page.ts";
import type { ApiTokenTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

/** How exact the time of last use is, milliseconds. */
const USE_PRECISION_MS = 60_000;

export class Tokens implements ApiTokenRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async findByTokenId(
    tokenId: string,
  ): Promise<{ token: ApiToken; account: UserAccount } | null> {
    const db = this.#session.read;
    const token = await db.selectFrom("api_tokens").selectAll()
      .where("token_id", "=", tokenId).executeTakeFirst();
    if (token === undefined) return null;
    const account = await db.selectFrom("user_accounts").selectAll()
      .where("id", "=", token.account_id).executeTakeFirst();
    if (account === undefined) return null;
    return { token: tokenOf(token), account: accountOf(account) };
  }

  list(
    { accountId }: { accountId?: number },
    page: PageRequest,
  ): Promise<Page<ApiToken>> {
    let matching = this.#session.read.selectFrom("api_tokens");
    if (accountId !== undefined) {
      matching = matching.where("account_id", "=", accountId);
    }
    return paged(page, {
      matching,
      rows: matching.selectAll().orderBy("id", "desc"),
      shown: tokenOf,
    });
  }

  async find(id: number): Promise<ApiToken | null> {
    const row = await this.#session.read.selectFrom("api_tokens").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? tokenOf(row) : null;
  }

  insert(token: Omit<ApiToken, "id" | "lastUsedAtMs">): Promise<ApiToken> {
    return this.#session.write(async (db) =>
      tokenOf(
        await db.insertInto("api_tokens").values({
          name: token.name,
          token_id: token.tokenId,
          token_hash: token.tokenHash,
          role: token.role,
          account_id: token.accountId,
          created_at_ms: instant(token.createdAtMs),
          expires_at_ms: instantOrNull(token.expiresAtMs),
          last_used_at_ms: null,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  async recordUse(id: number, nowMs: number): Promise<void> {
    const at = instant(nowMs);
    const stale = await this.#session.read.selectFrom("api_tokens")
      .select("id").where("id", "=", id)
      .where((eb) =>
        eb.or([
          eb("last_used_at_ms", "is", null),
          eb("last_used_at_ms", "<=", at - USE_PRECISION_MS),
        ])
      ).executeTakeFirst();
    if (stale === undefined) return;
    await this.#session.write(
      (db) =>
        db.updateTable("api_tokens").set({ last_used_at_ms: at })
          .where("id", "=", id)
          .where((eb) =>
            eb.or([
              eb("last_used_at_ms", "is", null),
              eb("last_used_at_ms", "<", at),
            ])
          ).execute(),
      { durable: false },
    );
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "api_tokens", id);
  }
}

function tokenOf(row: Selectable<ApiTokenTable>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    tokenId: row.token_id,
    tokenHash: row.token_hash,
    role: row.role as ApiToken["role"],
    accountId: row.account_id,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  };
}
