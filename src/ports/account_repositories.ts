/** Logins and API tokens. Secrets are never here, only their hashes. */
import type { ApiToken, UserAccount } from "../domain/responders/people.ts";
import type { Page, PageRequest } from "./store.ts";

export interface AccountRepository {
  find(id: number): Promise<UserAccount | null>;
  /** `email` in any case. */
  findByEmail(email: string): Promise<UserAccount | null>;
  findByResponder(responderId: number): Promise<UserAccount | null>;
  list(page: PageRequest): Promise<Page<UserAccount>>;
  insert(
    account: Omit<UserAccount, "id" | "createdAtMs" | "updatedAtMs">,
    nowMs: number,
  ): Promise<UserAccount>;
  update(
    id: number,
    patch: Partial<
      Pick<UserAccount, "email" | "passwordHash" | "role" | "enabled">
    >,
    nowMs: number,
  ): Promise<UserAccount | null>;
  delete(id: number): Promise<boolean>;
  /** The responders whose account is switched off. */
  switchedOff(): Promise<number[]>;
  /** How many enabled accounts have the role of admin. */
  countAdmins(): Promise<number>;
}

export interface ApiTokenRepository {
  findByTokenId(
    tokenId: string,
  ): Promise<{ token: ApiToken; account: UserAccount } | null>;
  /** Of one account, or of all; newest first. */
  list(
    filter: { accountId?: number },
    page: PageRequest,
  ): Promise<Page<ApiToken>>;
  find(id: number): Promise<ApiToken | null>;
  insert(token: Omit<ApiToken, "id" | "lastUsedAtMs">): Promise<ApiToken>;
  /** Written at most once a minute per token, so that reading the API costs no write. */
  recordUse(id: number, nowMs: number): Promise<void>;
  delete(id: number): Promise<boolean>;
}
