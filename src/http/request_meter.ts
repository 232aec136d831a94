/** Lets the observer hear of every request, by the pattern of its route: a path may hold a key. */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { RefusedError } from "../app/refused_error.ts";
import type { Observer } from "../ports/observer.ts";
import type { EdgeContext, EdgeEnv } from "./edge_env.ts";
import { Problem } from "./problem.ts";

/** `patternOf` promises a declared route's pattern by its path as Hono has it, null for what nobody declared. */
export function requestMeter(
  observer: Pick<Observer, "span" | "following" | "requestEnded">,
  patternOf: (path: string) => string | null,
): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const route = routeOf(c, patternOf);
    const { method } = c.req;
    const startedMs = performance.now();
    const attributes = { "http.request.method": method, "http.route": route };
    await observer.following(
      c.req.raw.headers,
      () =>
        observer.span(`${method} ${route}`, attributes, async (note) => {
          await next();
          note({ "http.response.status_code": c.res.status });
        }),
    );
    observer.requestEnded({
      route,
      method,
      status: c.res.status,
      durationMs: performance.now() - startedMs,
      shed: isShed(c.error),
    });
  };
}

function routeOf(
  c: EdgeContext,
  patternOf: (path: string) => string | null,
): string {
  const declared = matchedRoutes(c)
    .findLast(({ path }) => patternOf(path) !== null);
  return declared && patternOf(declared.path) || "none";
}

function isShed(error: Error | undefined): boolean {
  return error instanceof Problem && error.code === "overloaded" ||
    error instanceof RefusedError && error.kind === "busy";
}
