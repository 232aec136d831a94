import assert from "node:assert/strict";
import { Validator } from "npm:@seriousme/openapi-schema-validator@2.11.0";
import { StoreUnavailableError } from "../../src/ports/store.ts";
import { withStore } from "../stores.ts";
import { Desk } from "./desk.ts";

function test(
  name: string,
  body: (desk: Desk) => Promise<void> | void,
  more: Parameters<typeof Desk.open>[1] = {},
): void {
  Deno.test(name, () =>
    withStore(
      "libSQL",
      async (store) => await body(await Desk.open(store, more)),
    ));
}

test("health asks nothing of the database and needs no login", async (desk) => {
  const { store } = desk;
  store.check = () => Promise.reject(new StoreUnavailableError("away"));
  const { status, body } = await desk.ask("/health");
  assert.equal(status, 200);
  assert.deepEqual(body, {
    status: "ok",
    service: "pagerpal",
    version: "1.2.3",
  });
  const ready = await desk.ask("/health/ready");
  assert.equal(ready.status, 503);
  assert.deepEqual(ready.body.reasons, ["The database cannot be reached."]);
});

test(
  "readiness names a database of another version and workers that stand still",
  async (desk) => {
    const { status, body } = await desk.ask("/health/ready");
    assert.equal(status, 503);
    assert.equal(body.status, "not_ready");
    assert.equal(body.reasons.length, 2);
    assert.match(body.reasons[0], /not migrated/);
  },
  { schemaVersion: 4711, notReady: () => ["The workers stand still."] },
);

test("jobs tell when they ran last, where, and how it went", async (desk) => {
  await desk.store.jobs.record({
    name: "escalation",
    node: "node-1",
    startedAtMs: desk.nowMs,
    durationMs: 12,
    outcome: "failed",
    message: "no such table",
  });
  const { body } = await desk.as("viewer")("/api/v1/system/jobs");
  assert.equal(body.jobs.length, 2);
  const [escalation, prune] = body.jobs;
  assert.deepEqual(
    { ...escalation, nodes: escalation.nodes.length },
    {
      name: "escalation",
      enabled: true,
      next_run_at: "2026-11-23T09:01:00.000Z",
      last_run_at: "2026-11-23T09:00:00.000Z",
      last_duration_ms: 12,
      last_result: "failed",
      last_message: "no such table",
      node: "node-1",
      nodes: 1,
    },
  );
  assert.deepEqual(
    [prune.enabled, prune.last_run_at, prune.next_run_at],
    [false, null, null],
  );
});

test("nodes tell what they are, how they stand, and when they were heard of last", async (desk) => {
  const node = {
    hostname: "pager",
    version: "2.0.0",
    schemaVersion: 11,
    phase: "running",
    delivers: true,
    escalates: false,
    startedAtMs: desk.nowMs - 3_600_000,
    lastSeenAtMs: desk.nowMs - 5_000,
  } as const;
  await desk.store.nodes.save({ ...node, name: "pager-a" });
  const quiet = { lastSeenAtMs: desk.nowMs - 31_000 };
  await desk.store.nodes.save({ ...node, ...quiet, name: "pager-b" });
  const { status, body } = await desk.as("viewer")("/api/v1/system/nodes");
  assert.equal(status, 200);
  assert.deepEqual(body.nodes[0], {
    name: "pager-a",
    hostname: "pager",
    version: "2.0.0",
    schema_version: 11,
    state: "running",
    delivers: true,
    escalates: false,
    started_at: "2026-11-23T08:00:00.000Z",
    last_seen_at: "2026-11-23T08:59:55.000Z",
  });
  assert.equal(body.nodes[1].state, "lost");
  assert.equal((await desk.ask("/api/v1/system/nodes")).status, 401);
});

test("the documentation lists every route of the API with its access and its problems", async (desk) => {
  const { body } = await desk.as("viewer")("/api/v1/openapi.json");
  assert.equal(body.openapi, "3.1.0");
  assert.equal(body.info.version, "1.2.3");
  const ids = new Set<string>();
  for (const { method, path, access, answers } of desk.routes.declared) {
    if (Object.keys(answers).length === 0) continue;
    const operation = body.paths[path]?.[method];
    assert.ok(operation, `${method} ${path}`);
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
    assert.ok(operation.summary && operation.tags.length === 1);
    const named = operation.parameters?.filter((p: { in: string }) =>
      p.in === "path"
    ).map((p: { name: string }) =>
      `{${p.name}}`
    ) ?? [];
    assert.deepEqual(named, path.match(/\{\w+\}/g) ?? [], path);
    assert.equal(operation.security.length > 0, access !== "public", path);
    for (const requirement of operation.security) {
      for (const scheme of Object.keys(requirement)) {
        assert.ok(body.components.securitySchemes[scheme], scheme);
      }
    }
    if (access !== "public") assert.ok(operation.responses["401"], path);
    if (["viewer", "responder", "admin"].includes(access)) {
      assert.ok(operation.responses["403"], path);
    }
    if (operation.requestBody && method !== "get") {
      assert.ok(operation.responses["413"], path);
    }
  }
  assert.ok(ids.size > 70);
});

test("the documentation is a valid OpenAPI 3.1 document", async (desk) => {
  const { body } = await desk.as("viewer")("/api/v1/openapi.json");
  const { valid, errors } = await new Validator().validate(body);
  assert.ok(valid, JSON.stringify(errors));
});

test("every reference in the documentation leads somewhere", async (desk) => {
  const { body } = await desk.as("viewer")("/api/v1/openapi.json");
  const references = JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g);
  let followed = 0;
  for (const [, path = ""] of references) {
    followed++;
    let at = body;
    for (const part of path.split("/")) at = at?.[part];
    assert.ok(at, path);
  }
  assert.ok(followed > 50);
});

test("the documentation's page has no script and nothing from elsewhere, and its stylesheet is served", async (desk) => {
  const { status, body, headers } = await desk.as("viewer")("/api/docs");
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/html/);
  assert.match(body, /escalation-policies/);
  assert.doesNotMatch(body, /<script|<style|style=|https?:\/\//);
  const css = await desk.ask("/api/docs/style.css");
  assert.equal(css.status, 200);
  assert.match(css.headers.get("content-type") ?? "", /^text\/css/);
});

test("a HEAD request is answered like its GET, without a body", async (desk) => {
  const { status, body } = await desk.ask("/health", { method: "HEAD" });
  assert.deepEqual([status, body], [200, ""]);
});
