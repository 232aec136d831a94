/** The session cookie as a way to say who one is. */
import { findSession } from "../../app/accounts/login_sessions.ts";
import type { Authenticator } from "../../http/auth/authenticators.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories } from "../../ports/store.ts";
import { dropCookie, readCookie } from "../cookies.ts";
import type { WebConfig } from "../deps.ts";

/** Promises the authenticator for the session cookie. A cookie that is worth nothing any more is taken back. */
export function sessionAuthenticator(
  { store, clock, config }: {
    store: Pick<Repositories, "sessions">;
    clock: Clock;
    config: Pick<WebConfig, "sessionCookieSecure">;
  },
): Authenticator {
  return async (c) => {
    const token = readCookie(c, "session", config);
    if (token === null) return "absent";
    const found = await findSession({ store, clock }, token);
    if (!found) {
      dropCookie(c, "session", config);
      return "absent";
    }
    const { account, session } = found;
    return {
      account,
      role: account.role,
      via: "session",
      token: null,
      session,
    };
  };
}
