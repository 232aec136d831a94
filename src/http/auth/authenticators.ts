/** The ways in which an account says who it is. A further one (the session cookie) joins the list where the app is composed. */
import {
  authenticatePassword,
  authenticateToken,
} from "../../app/accounts/authenticate.ts";
import type { RandomBytes } from "../../app/secrets.ts";
import { allows, type UserAccount } from "../../domain/responders/people.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories } from "../../ports/store.ts";
import { addressKey } from "../client_address.ts";
import type { EdgeContext, Principal } from "../edge_env.ts";
import { readAuthorization } from "./credentials.ts";
import { VerifiedLogins } from "./verified_logins.ts";

/**
 * - `absent`: the request does not speak this way, the next authenticator is asked;
 * - `wrong`: it does, and is not to be let in.
 */
export type Authentication = "absent" | "wrong" | Principal;

export type Authenticator = (c: EdgeContext) => Promise<Authentication>;

export interface AuthenticatorDeps {
  store: Pick<Repositories, "accounts" | "tokens" | "rateLimits">;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** Promises the authenticator for API tokens. */
export function bearerAuthenticator(deps: AuthenticatorDeps): Authenticator {
  return async (c) => {
    const credentials = readAuthorization(c.req.header("authorization"));
    if (credentials?.scheme !== "bearer") return "absent";
    const found = await authenticateToken(deps, credentials.token);
    if (!found) return "wrong";
    const { token, account } = found;
    // An account that lost rights takes its tokens along.
    const role = allows(account.role, token.role) ? token.role : account.role;
    return { account, role, via: "token", token };
  };
}

/** Promises the authenticator for e-mail address and password. */
export function basicAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const logins = new VerifiedLogins(deps.clock, deps.randomBytes);
  return async (c) => {
    const credentials = readAuthorization(c.req.header("authorization"));
    if (credentials?.scheme !== "basic") {
      // A header that is there and cannot be read is a failed attempt, not the absence of one.
      return c.req.header("authorization") && credentials === null
        ? "wrong"
        : "absent";
    }
    const { user: email, password } = credentials;
    const known = await recalled(deps, logins.recall(email, password));
    if (known) return principal(known);
    const account = await authenticatePassword(deps, {
      email,
      password,
      addressKey: addressKey(c.get("clientAddress")),
    });
    if (!account) return "wrong";
    logins.remember(account, password);
    return principal(account);
  };
}

/** Asks the database each time, so that disabling an account or changing its password works at once. */
async function recalled(
  { store }: AuthenticatorDeps,
  verified: { accountId: number; passwordHash: string } | null,
): Promise<UserAccount | null> {
  if (!verified) return null;
  const account = await store.accounts.find(verified.accountId);
  return account?.enabled && account.passwordHash === verified.passwordHash
    ? account
    : null;
}

function principal(account: UserAccount): Principal {
  return { account, role: account.role, via: "basic", token: null };
}
