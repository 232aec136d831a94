/** Everybody revokes their own API tokens; admins all. */
import { allows, type ApiToken } from "../../domain/responders/people.ts";
import type { Role, UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { recordChange } from "../record_change.ts";
import { notFound } from "../refused_error.ts";
import { shownTime, shownTimeOrNull } from "../fields.ts";

/** Promises the revoked token, worth nothing from now on; to be called in a transaction. */
export async function revokeApiToken(
  tx: Pick<Repositories, "tokens" | "auditLog">,
  { id, by, role }: { id: number; by: UserAccount; role: Role },
  nowMs: number,
): Promise<ApiToken> {
  const token = await tx.tokens.find(id);
  // Somebody else's token is as good as not there.
  const may = token && (token.accountId === by.id || allows(role, "admin"));
  if (!may) throw notFound("API token", id);
  await tx.tokens.delete(token.id);
  await recordChange(tx, {
    by,
    action: "api_token.delete",
    objectId: token.id,
    before: shownToken(token),
    after: null,
  }, nowMs);
  return token;
}

/** Promises the token as JSON has it, without its secret. */
export function shownToken(token: ApiToken) {
  return {
    id: token.id,
    name: token.name,
    masked_token: `ppt_${token.tokenId}${"*".repeat(8)}`,
    role: token.role,
    account_id: token.accountId,
    created_at: shownTime(token.createdAtMs),
    expires_at: shownTimeOrNull(token.expiresAtMs),
    last_used_at: shownTimeOrNull(token.lastUsedAtMs),
  };
}
