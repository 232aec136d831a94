/** What load balancers and watchdogs ask. */
import { z } from "@hono/zod-openapi";
import { unavailableWords } from "../app/database_health.ts";
import { inTime } from "../app/in_time.ts";
import { schemaFit } from "../domain/system/schema_fit.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import { StoreUnavailableError } from "../ports/store.ts";
import type { AppDeps } from "./deps.ts";

const tag = "System";
/** Who balances load waits for seconds at most. */
const PATIENCE_MS = 2_000;
const Readiness = z.object({
  status: z.enum(["ready", "not_ready"]),
  reasons: z.array(z.string()),
}).openapi("Readiness");

export function addHealth(routes: Routes, deps: AppDeps): void {
  routes.add({
    method: "get",
    path: "/health",
    access: "public",
    name: "getHealth",
    tag,
    summary: "Is the process alive? Asks nothing of the database",
    answers: {
      200: z.object({
        status: z.literal("ok"),
        service: z.literal("pagerpal"),
        version: z.string(),
      }),
    },
  }, () => {
    const { version } = deps.config;
    return ok({ status: "ok", service: "pagerpal", version } as const);
  });

  routes.add({
    method: "get",
    path: "/health/ready",
    access: "public",
    name: "getReadiness",
    tag,
    summary: "Can the process do its work? 503 with the reasons if not",
    answers: { 200: Readiness, 503: Readiness },
  }, async () => {
    const reasons = new Set([
      ...await databaseReasons(deps),
      ...await deps.notReady(),
    ]);
    const body = { reasons: [...reasons] };
    return reasons.size === 0
      ? { status: 200, body: { status: "ready", ...body } } as const
      : { status: 503, body: { status: "not_ready", ...body } } as const;
  });
}

async function databaseReasons(deps: AppDeps): Promise<string[]> {
  try {
    const found = await inTime(deps.store.check(), PATIENCE_MS);
    if (found === "late") return [unavailableWords("overloaded")];
    switch (schemaFit(found, deps.schemaVersion)) {
      case "behind":
        return [
          "The database is not migrated to this version of PagerPal, so this node stands back.",
        ];
      case "too_new":
        return [
          "The database belongs to a newer version of PagerPal, so this node stands back.",
        ];
      default:
        return [];
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return [unavailableWords(error.reason)];
  }
}
