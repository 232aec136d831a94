/** Which web pages of other origins may use the API. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { EdgeContext, EdgeEnv } from "./edge_env.ts";
import { Problem } from "./problem.ts";

/**
 * Answers CORS for the origins in the list; for all others the browser is told nothing. `*` stands for all. Programs, which
 * send no `Origin`, pay nothing for it: Hono's CORS makes several answers of each.
 */
export function allowOrigins(allowed: string[]): MiddlewareHandler<EdgeEnv> {
  const forBrowsers = answerBrowsers(allowed);
  const varies = !allowed.includes("*");
  return async (c, next) => {
    if (c.req.header("origin") !== undefined) return forBrowsers(c, next);
    await next();
    if (varies) c.res.headers.append("Vary", "Origin");
  };
}

function answerBrowsers(allowed: string[]): MiddlewareHandler<EdgeEnv> {
  return cors({
    origin: allowed.includes("*") ? "*" : allowed,
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "X-API-Key",
      "X-Request-ID",
    ],
    exposeHeaders: ["X-Request-ID", "Retry-After", "Idempotent-Replay"],
    maxAge: 600,
  });
}

/**
 * Throws 403 when a web page of another origin tries to change something. A browser sends a login it remembers (Basic
 * or a cookie) with any page's request, and names the page in `Origin`; programs send no `Origin`.
 */
export function refuseForeignOrigin(
  c: EdgeContext,
  { baseUrl, allowedOrigins }: { baseUrl: string; allowedOrigins: string[] },
): void {
  if (["GET", "HEAD", "OPTIONS"].includes(c.req.method)) return;
  const origin = c.req.header("origin");
  if (origin === undefined) return;
  const own = new URL(baseUrl).origin;
  if (origin === own || allowedOrigins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === c.req.header("host")) {
    return;
  }
  throw new Problem(
    403,
    "origin_not_allowed",
    "A web page of another origin may not do this. Add its origin to ALLOWED_ORIGINS if it should.",
  );
}
