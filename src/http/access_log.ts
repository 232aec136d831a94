/** One line per request. */
import { getLogger } from "@logtape/logtape";
import type { EdgeContext, EdgeEnv } from "./edge_env.ts";
import { redactedPath } from "./redacted_path.ts";

const log = getLogger(["pagerpal", "http"]);

/**
 * Writes method, path without secrets, status and duration of a request that is answered. The query is never written.
 * `route` is the pattern of what was asked for.
 */
export function logRequest(
  c: EdgeContext,
  { route, durationMs }: { route: string; durationMs: number },
): void {
  const { method, path } = c.req;
  const principal = c.get("principal") as
    | EdgeEnv["Variables"]["principal"]
    | undefined;
  log.info("{method} {path} {status}", {
    request_id: c.get("requestId"),
    method,
    // A path that is its own pattern holds nothing of the sender's.
    path: path === route ? path : redactedPath(path),
    status: c.res.status,
    duration_ms: durationMs,
    client: c.get("clientAddress"),
    ...(principal ? { account_id: principal.account.id } : {}),
  });
}
