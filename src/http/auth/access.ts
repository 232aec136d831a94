/** Who may use a route: declared with the route, checked here and nowhere else. */
import type { MiddlewareHandler } from "hono";
import { allows, type Role, ROLES } from "../../domain/responders/people.ts";
import type { EdgeContext, EdgeEnv, Principal } from "../edge_env.ts";
import { refuseForeignOrigin } from "../origins.ts";
import { Problem } from "../problem.ts";
import type { Authenticator } from "./authenticators.ts";

/** The least role; or one of the routes that are not for accounts, which see to their own keys. */
export type Access =
  | Role
  | "public"
  | "source_key"
  | "receipt_token"
  | "metrics_token";

export const ACCESSES: readonly Access[] = [
  ...ROLES,
  "public",
  "source_key",
  "receipt_token",
  "metrics_token",
];

export interface GuardOptions {
  authenticators: Authenticator[];
  baseUrl: string;
  allowedOrigins: string[];
}

/**
 * Promises the middleware that lets in who has at least the declared role, and sets `principal`; none where there is no
 * role.
 */
export function guards(
  access: Access,
  options: GuardOptions,
): MiddlewareHandler<EdgeEnv>[] {
  return isRole(access) ? [guard(access, options)] : [];
}

function guard(
  access: Role,
  options: GuardOptions,
): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const principal = await authenticate(c, options.authenticators);
    if (!allows(principal.role, access)) throw forbidden(principal, access);
    refuseForeignOrigin(c, options);
    c.set("principal", principal);
    await next();
    // What an account may see is not for a shared cache.
    if (!c.res.headers.has("cache-control")) {
      c.header("Cache-Control", "no-store");
    }
  };
}

export function isRole(access: Access): access is Role {
  return ROLES.some((role) => role === access);
}

async function authenticate(
  c: EdgeContext,
  authenticators: Authenticator[],
): Promise<Principal> {
  for (const authenticator of authenticators) {
    const answer = await authenticator(c);
    if (answer === "wrong") break;
    if (answer !== "absent") return answer;
  }
  throw new Problem(
    401,
    "unauthorized",
    "Log in with an e-mail address and password (Basic), or send an API token (Bearer).",
    {
      headers: {
        "www-authenticate": 'Basic realm="PagerPal", charset="UTF-8"',
      },
    },
  );
}

function forbidden(principal: Principal, needed: Role): Problem {
  const holder = principal.via === "token" ? "this token" : "your account";
  return new Problem(
    403,
    "forbidden",
    `This needs the role ${needed}; ${holder} has the role ${principal.role}.`,
  );
}
