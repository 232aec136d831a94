/** The edge: what every request passes, whichever room answers it. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { RandomBytes } from "../app/secrets.ts";
import type { Clock, NewId } from "../ports/clock.ts";
import type { Observer } from "../ports/observer.ts";
import type { Repositories } from "../ports/store.ts";
import { logRequest } from "./access_log.ts";
import {
  type Authenticator,
  basicAuthenticator,
  bearerAuthenticator,
} from "./auth/authenticators.ts";
import { clientAddress } from "./client_address.ts";
import type { EdgeContext, EdgeEnv } from "./edge_env.ts";
import { problemOf } from "./error_table.ts";
import { limitBody } from "./limit_body.ts";
import { allowOrigins } from "./origins.ts";
import { Problem, problemResponse } from "./problem.ts";
import type { BodyBudget } from "./read_body.ts";
import { RememberingRouter } from "./remembering_router.ts";
import { requestIdOf } from "./request_id.ts";
import { meterRequest, routeOf } from "./request_meter.ts";
import { Routes } from "./routes.ts";
import { securityHeaders } from "./security_headers.ts";

/** Bodies of the management API are small; intake has limits of its own. */
export const API_BODY_BYTES = 256 * 1024;
export const BODY_WITHIN_MS = 30_000;

export interface EdgeDeps {
  store: Pick<Repositories, "accounts" | "tokens" | "rateLimits">;
  clock: Clock;
  newId: NewId;
  randomBytes: RandomBytes;
  bodyBudget: BodyBudget;
  observer: Pick<Observer, "span" | "following" | "requestEnded">;
  config: {
    baseUrl: string;
    allowedOrigins: string[];
    trustedProxies: string[];
  };
  /** Further ways to log in, asked after token and password. */
  authenticators?: Authenticator[];
  /** Draws a problem as a page for a browser; null leaves it to the problem document. */
  problemPage?: (
    problem: Problem,
    c: EdgeContext,
  ) => Response | Promise<Response> | null;
}

/** Promises the routes table with everything that comes before a route. The caller adds routes and then seals it. */
export function createEdge(deps: EdgeDeps): Routes {
  const { config } = deps;
  const app = new OpenAPIHono<EdgeEnv>({
    // A path with a slash at the end is the same path, and nothing is ever redirected.
    strict: false,
    router: new RememberingRouter(),
  });
  const answer = (problem: Problem, c: EdgeContext) =>
    deps.problemPage?.(problem, c) ??
      problemResponse(problem, c.get("requestId"));
  app.use(passage(deps, (path) => routes.patternOf(path)));
  app.use("/api/*", allowOrigins(config.allowedOrigins));
  app.onError((error, c) => answer(problemOf(error, c.get("requestId")), c));
  app.notFound((c) =>
    answer(
      new Problem(404, "not_found", "There is nothing at this address."),
      c,
    )
  );
  const routes = new Routes(app, {
    authenticators: [
      bearerAuthenticator(deps),
      basicAuthenticator(deps),
      ...(deps.authenticators ?? []),
    ],
    baseUrl: config.baseUrl,
    allowedOrigins: config.allowedOrigins,
    limitBody: (own) =>
      limitBody({
        bytes: API_BODY_BYTES,
        withinMs: BODY_WITHIN_MS,
        budget: deps.bodyBudget,
        ...own,
      }),
  });
  return routes;
}

/**
 * What is done for every request before and after it is answered: in one piece, since every middleware more costs all of
 * them.
 */
function passage(
  { config, clock, newId, observer }: EdgeDeps,
  patternOf: Routes["patternOf"],
): MiddlewareHandler<EdgeEnv> {
  const addressOf = clientAddress(config.trustedProxies);
  const secure = securityHeaders(config.baseUrl);
  return async (c, next) => {
    const id = requestIdOf(c, newId);
    c.set("requestId", id);
    c.set("clientAddress", addressOf(c));
    const route = routeOf(c, patternOf);
    await meterRequest(c, { observer, route }, async () => {
      const startedAtMs = clock();
      await next();
      // By none of c.header(), which after an answer makes another one of it.
      secure(c.res.headers);
      logRequest(c, { route, durationMs: clock() - startedAtMs });
    });
    c.res.headers.set("X-Request-ID", id);
  };
}
