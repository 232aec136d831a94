/** What travels with a request through the edge. */
import type { Context } from "hono";
import type {
  ApiToken,
  Role,
  UserAccount,
} from "../domain/responders/people.ts";
import type { LoginSession } from "../ports/session_repository.ts";

/** Who asks, once a role was demanded and granted. */
export interface Principal {
  account: UserAccount;
  /** What they may do: the account's role, or less where a token is scoped to less. */
  role: Role;
  via: "basic" | "token" | "session";
  /** null unless `via` is `token`. */
  token: ApiToken | null;
  /** There when `via` is `session`. */
  session?: LoginSession;
}

export interface EdgeEnv {
  /** What Deno.serve tells of a connection; absent in tests. */
  Bindings: { remoteAddr?: { hostname?: string } };
  Variables: {
    requestId: string;
    /** The client's IP address in canonical form; `unknown` where the server does not tell. */
    clientAddress: string;
    /** Set on every route that demands a role, and on no other. */
    principal: Principal;
  };
}

export type EdgeContext = Context<EdgeEnv>;
