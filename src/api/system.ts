/** How the service itself is doing. */
import { z } from "@hono/zod-openapi";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { JobRun } from "../ports/system_repositories.ts";
import { type Node, nodeState } from "../domain/system/node.ts";
import type { AppDeps, JobState } from "./deps.ts";
import {
  id,
  idText,
  line,
  pageOf,
  pageQuery,
  shownPage,
  shownTime,
  shownTimeOrNull,
  time,
} from "../app/fields.ts";
import { given } from "../app/given.ts";

const tag = "System";

const RunDocument = z.object({
  node: z.string(),
  started_at: time,
  duration_ms: z.int(),
  result: z.enum(["ok", "failed"]),
  message: z.string(),
  runs: z.int(),
  failures: z.int(),
}).openapi("JobRun");

const JobDocument = z.object({
  name: z.string(),
  enabled: z.boolean(),
  next_run_at: time.nullable(),
  last_run_at: time.nullable(),
  last_duration_ms: z.int().nullable(),
  last_result: z.enum(["ok", "failed"]).nullable(),
  last_message: z.string().nullable(),
  node: z.string().nullable(),
  nodes: z.array(RunDocument).openapi({
    description: "The last run on each node, newest first.",
  }),
}).openapi("Job");

const NodeDocument = z.object({
  name: z.string().openapi({
    description: "Unique to the process; jobs name it, and it owns leases.",
  }),
  hostname: z.string(),
  version: z.string(),
  schema_version: z.int().openapi({
    description: "The newest migration that the program knows.",
  }),
  state: z.enum(["running", "standing_back", "draining", "stopped", "lost"])
    .openapi({
      description:
        "standing_back: it cannot work on the database as it is migrated. lost: not heard of for 30 seconds.",
    }),
  delivers: z.boolean(),
  escalates: z.boolean(),
  started_at: time,
  last_seen_at: time,
}).openapi("Node");

const AuditDocument = z.object({
  id,
  at: time,
  actor: z.string(),
  account_id: id.nullable(),
  action: z.string(),
  object_kind: z.string(),
  object_id: z.int(),
  detail: z.record(z.string(), z.unknown()),
}).openapi("AuditLogEntry");

export function addSystem(routes: Routes, deps: AppDeps): void {
  addJobs(routes, deps);
  addNodes(routes, deps);
  addAuditLog(routes, deps);
}

function addJobs(routes: Routes, deps: AppDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/system/jobs",
    access: "viewer",
    name: "listJobs",
    tag,
    summary: "The background jobs and how they went",
    answers: { 200: z.object({ jobs: z.array(JobDocument) }) },
  }, async () => {
    const runs = await deps.store.jobs.list();
    const jobs = deps.jobs().map((job) =>
      shownJob(job, runs.filter((run) => run.name === job.name))
    );
    return ok({ jobs });
  });
}

function addNodes(routes: Routes, { store, clock }: AppDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/system/nodes",
    access: "viewer",
    name: "listNodes",
    tag,
    summary: "The processes on this database, heard of last first",
    description:
      "Up to 200. Those that were not heard of for a day are forgotten.",
    answers: { 200: z.object({ nodes: z.array(NodeDocument) }) },
  }, async () => {
    const nodes = await store.nodes.list();
    return ok({ nodes: nodes.map((node) => shownNode(node, clock())) });
  });
}

function addAuditLog(routes: Routes, { store }: AppDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/audit-log",
    access: "admin",
    name: "listAuditLog",
    tag,
    summary: "Who changed what, newest first",
    query: z.object({
      ...pageQuery,
      object_kind: line(50).optional(),
      object_id: idText.optional(),
    }),
    answers: { 200: pageOf(AuditDocument) },
  }, async ({ query }) => {
    const filter = given({
      objectKind: query.object_kind,
      objectId: query.object_id,
    });
    const page = { page: query.page, pageSize: query.page_size };
    const found = await store.auditLog.list(filter, page);
    return ok(shownPage(found, (entry) => ({
      id: entry.id,
      at: shownTime(entry.atMs),
      actor: entry.actor,
      account_id: entry.accountId,
      action: entry.action,
      object_kind: entry.objectKind,
      object_id: entry.objectId,
      detail: JSON.parse(entry.detail) as Record<string, unknown>,
    })));
  });
}

function shownNode(node: Node, nowMs: number) {
  return {
    name: node.name,
    hostname: node.hostname,
    version: node.version,
    schema_version: node.schemaVersion,
    state: nodeState(node, nowMs),
    delivers: node.delivers,
    escalates: node.escalates,
    started_at: shownTime(node.startedAtMs),
    last_seen_at: shownTime(node.lastSeenAtMs),
  };
}

function shownJob(job: JobState, runs: JobRun[]) {
  const [last] = runs;
  return {
    name: job.name,
    enabled: job.enabled,
    next_run_at: shownTimeOrNull(job.nextRunAtMs),
    last_run_at: shownTimeOrNull(last?.startedAtMs ?? null),
    last_duration_ms: last?.durationMs ?? null,
    last_result: last?.outcome ?? null,
    last_message: last?.message ?? null,
    node: last?.node ?? null,
    nodes: runs.map((run) => ({
      node: run.node,
      started_at: shownTime(run.startedAtMs),
      duration_ms: run.durationMs,
      result: run.outcome,
      message: run.message,
      runs: run.runs,
      failures: run.failures,
    })),
  };
}
