/** Lets the observer hear of every request, by the pattern of its route: a path may hold a key. */
import { matchedRoutes } from "hono/route";
import { RefusedError } from "../app/refused_error.ts";
import type { Observer } from "../ports/observer.ts";
import type { EdgeContext } from "./edge_env.ts";
import { Problem } from "./problem.ts";

/** Settles when `work` has, which answers the request of this route. */
export async function meterRequest(
  c: EdgeContext,
  { observer, route }: {
    observer: Pick<Observer, "span" | "following" | "requestEnded">;
    route: string;
  },
  work: () => Promise<void>,
): Promise<void> {
  const { method } = c.req;
  const startedMs = performance.now();
  const attributes = { "http.request.method": method, "http.route": route };
  await observer.following(
    c.req.raw.headers,
    () =>
      observer.span(`${method} ${route}`, attributes, async (note) => {
        await work();
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
}

/**
 * Promises the pattern of the declared route that was asked for; `none` where nobody declared it. `patternOf` promises it by
 * its path as Hono has it, null for any other.
 */
export function routeOf(
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
