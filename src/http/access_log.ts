/** One line per request. */
import { getLogger } from "@logtape/logtape";
import type { MiddlewareHandler } from "hono";
import type { Clock } from "../ports/clock.ts";
import type { EdgeEnv } from "./edge_env.ts";
import { redactedPath } from "./redacted_path.ts";

const log = getLogger(["pagerpal", "http"]);

/** Writes method, path without secrets, status and duration. The query is never written. */
export function accessLog(clock: Clock): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const startedAtMs = clock();
    await next();
    const principal = c.get("principal") as
      | EdgeEnv["Variables"]["principal"]
      | undefined;
    log.info("{method} {path} {status}", {
      request_id: c.get("requestId"),
      method: c.req.method,
      path: redactedPath(c.req.path),
      status: c.res.status,
      duration_ms: clock() - startedAtMs,
      client: c.get("clientAddress"),
      ...(principal ? { account_id: principal.account.id } : {}),
    });
  };
}
