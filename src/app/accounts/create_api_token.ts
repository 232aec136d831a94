/** A bearer token for programs, scoped to a role. */
import {
  allows,
  type ApiToken,
  type Role,
} from "../../domain/responders/people.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { recordChange } from "../record_change.ts";
import { invalid } from "../refused_error.ts";
import { newApiToken, type RandomBytes } from "../secrets.ts";

export interface NewToken {
  name: string;
  role: Role;
  /** Epoch milliseconds; null: never. */
  expiresAtMs: number | null;
}

/** Promises the token with its text, which is not kept; to be called in a transaction. */
export async function createApiToken(
  tx: Pick<Repositories, "tokens" | "auditLog">,
  { account, wanted }: { account: UserAccount; wanted: NewToken },
  { randomBytes, nowMs }: { randomBytes: RandomBytes; nowMs: number },
): Promise<{ token: ApiToken; text: string }> {
  if (!allows(account.role, wanted.role)) {
    throw invalid(
      "role",
      `A token cannot have the role ${wanted.role}: the account has the role ${account.role}.`,
    );
  }
  if (wanted.expiresAtMs !== null && wanted.expiresAtMs <= nowMs) {
    throw invalid("expires_at", "The token must expire in the future.");
  }
  const secret = newApiToken(randomBytes);
  const token = await tx.tokens.insert({
    ...wanted,
    tokenId: secret.publicId,
    tokenHash: secret.hash,
    accountId: account.id,
    createdAtMs: nowMs,
  });
  const { name, role } = wanted;
  await recordChange(tx, {
    by: account,
    action: "api_token.create",
    objectId: token.id,
    before: null,
    after: { name, role, token_id: token.tokenId },
  }, nowMs);
  return { token, text: secret.text };
}
