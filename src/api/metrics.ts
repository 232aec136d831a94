/** The metrics, for Prometheus. */
import { sameSecret } from "../app/secrets.ts";
import { readAuthorization } from "../http/auth/credentials.ts";
import { localRequests } from "../http/client_address.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

/** Adds `/metrics`: for who sends the token, or where none is set for requests from this very machine. */
export function addMetrics(routes: Routes, deps: ApiDeps): void {
  const { metricsToken, trustedProxies } = deps.config;
  const isLocal = localRequests(trustedProxies);
  routes.page("/metrics", "metrics_token", async (c: EdgeContext) => {
    if (metricsToken === null) demandLocal(isLocal(c));
    else demandToken(c, metricsToken);
    const { contentType, body } = await deps.metrics();
    return c.body(body, 200, {
      "content-type": contentType,
      "cache-control": "no-store",
    });
  });
}

function demandToken(c: EdgeContext, expected: string): void {
  const given = readAuthorization(c.req.header("authorization"));
  if (given?.scheme === "bearer" && sameSecret(given.token, expected)) return;
  throw new Problem(
    401,
    "unauthorized",
    "Send METRICS_TOKEN as a Bearer token.",
    { headers: { "www-authenticate": 'Bearer realm="PagerPal metrics"' } },
  );
}

function demandLocal(isLocal: boolean): void {
  if (isLocal) return;
  throw new Problem(
    403,
    "forbidden",
    "Without METRICS_TOKEN only this machine may read the metrics, and not through a proxy.",
  );
}
