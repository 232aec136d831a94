import assert from "node:assert/strict";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import { z } from "@hono/zod-openapi";
import type { Access } from "../../src/http/auth/access.ts";
import { createEdge } from "../../src/http/edge.ts";
import { BodyBudget } from "../../src/http/read_body.ts";
import { ok } from "../../src/http/route_spec.ts";
import type { Routes } from "../../src/http/routes.ts";
import {
  StoreConflictError,
  StoreUnavailableError,
} from "../../src/ports/store.ts";

function edge(
  config: { baseUrl?: string; allowedOrigins?: string[] } = {},
): Routes {
  return createEdge({
    // No route here asks who somebody is.
    store: {} as never,
    clock: () => 0,
    newId: () => "made-by-us",
    randomBytes: (length) => new Uint8Array(length),
    bodyBudget: new BodyBudget(1_000_000),
    observer: UNOBSERVED,
    config: {
      baseUrl: "https://pager.example.com",
      allowedOrigins: ["https://ui.example.com"],
      trustedProxies: [],
      ...config,
    },
  });
}

function withRoute(
  routes: Routes,
  handler: () => unknown = () => "fine",
): Routes {
  routes.add({
    method: "post",
    path: "/api/v1/things/{id}",
    access: "public",
    name: "postThing",
    tag: "Things",
    summary: "Post a thing",
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.object({ page: z.string().regex(/^\d+$/).optional() }),
    body: z.object({ name: z.string().min(1), size: z.int().optional() }),
    answers: { 200: z.unknown() },
  }, () => ok(handler()) as never);
  routes.seal();
  return routes;
}

function post(
  routes: Routes,
  path: string,
  init: RequestInit & { json?: unknown } = {},
) {
  const { json, headers, ...rest } = init;
  return routes.app.request(path, {
    method: "POST",
    ...rest,
    headers: {
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers as Record<string, string>,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

Deno.test("a route that does not say who may use it cannot be registered", () => {
  const spec = {
    method: "get",
    path: "/x",
    name: "x",
    tag: "X",
    summary: "x",
    answers: { 200: z.object({}) },
  } as const;
  assert.throws(
    () =>
      edge().add(
        { ...spec, access: undefined as unknown as Access },
        () => ok({}),
      ),
    /does not say who may use it/,
  );
});

Deno.test("an app that serves a route outside the table does not start", () => {
  const routes = edge();
  routes.app.get("/smuggled", (c) => c.text("hello"));
  assert.throws(
    () => routes.seal(),
    /\/smuggled is served without a declared role/,
  );
});

Deno.test("a wrong field is named with what is allowed, and every problem has the request's id", async () => {
  const answer = await post(withRoute(edge()), "/api/v1/things/1", {
    json: { name: "", size: 1.5 },
    headers: { "x-request-id": "from-the-caller" },
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.equal(answer.headers.get("x-request-id"), "from-the-caller");
  const problem = await answer.json();
  assert.equal(problem.code, "validation_failed");
  assert.equal(problem.request_id, "from-the-caller");
  assert.deepEqual(
    problem.errors.map((e: { field: string }) => e.field),
    ["name", "size"],
  );
});

Deno.test("a request id that could forge a log line is replaced", async () => {
  const routes = withRoute(edge());
  for (const id of ["a b", "a\u00e9", "x".repeat(129), "{}", ""]) {
    const answer = await post(routes, "/api/v1/things/1", {
      json: { name: "x" },
      headers: { "x-request-id": id },
    });
    assert.equal(answer.headers.get("x-request-id"), "made-by-us", id);
  }
});

Deno.test("a body that is no JSON, of another type, or too large is refused with its own code", async () => {
  const routes = withRoute(edge());
  const json = { "content-type": "application/json" };
  for (
    const [init, status, code] of [
      [{ body: "{", headers: json }, 400, "malformed_json"],
      [
        {
          body: "name=x",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
        415,
        "unsupported_media_type",
      ],
      [
        { body: "x".repeat(256 * 1024 + 1), headers: json },
        413,
        "body_too_large",
      ],
      [{}, 422, "validation_failed"],
    ] as const
  ) {
    const answer = await post(routes, "/api/v1/things/1", init);
    assert.equal(answer.status, status, code);
    assert.equal((await answer.json()).code, code);
  }
});

Deno.test("what nobody foresaw is answered with a plain sentence and tells nothing of the inside", async () => {
  const routes = withRoute(edge(), () => {
    throw new Error("SELECT secret FROM accounts failed at 10.0.0.7");
  });
  const answer = await post(routes, "/api/v1/things/1", {
    json: { name: "x" },
  });
  assert.equal(answer.status, 500);
  const text = await answer.text();
  assert.ok(!text.includes("SELECT") && !text.includes("10.0.0.7"));
  assert.ok(text.includes("made-by-us"));
});

Deno.test("a database that is away is 503 with Retry-After, a value that is taken 409 with its field", async () => {
  const away = withRoute(edge(), () => {
    throw new StoreUnavailableError("connection refused");
  });
  const unavailable = await post(away, "/api/v1/things/1", {
    json: { name: "x" },
  });
  assert.equal(unavailable.status, 503);
  assert.ok(Number(unavailable.headers.get("retry-after")) >= 1);
  for (
    const constraint of [
      "teams.name",
      "teams_name_key",
      "teams.team_id, teams.name",
    ]
  ) {
    const taken = withRoute(edge(), () => {
      throw new StoreConflictError("unique", constraint);
    });
    const conflict = await post(taken, "/api/v1/things/1", {
      json: { name: "x" },
    });
    assert.equal(conflict.status, 409);
    const problem = await conflict.json();
    assert.equal(problem.code, "already_exists");
    assert.equal(problem.errors[0].field, "name");
  }
});

Deno.test("a known path with another method is 405 with Allow, an unknown path 404, a bad id 404", async () => {
  const routes = withRoute(edge());
  const wrongMethod = await routes.app.request("/api/v1/things/1", {
    method: "DELETE",
  });
  assert.equal(wrongMethod.status, 405);
  assert.equal(wrongMethod.headers.get("allow"), "POST");
  assert.equal(
    (await post(routes, "/api/v1/nothing", { json: {} })).status,
    404,
  );
  for (const id of ["0x1", "..%2f..%2fetc%2fpasswd", "1%00", "%ff", "-1"]) {
    const answer = await post(routes, `/api/v1/things/${id}`, {
      json: { name: "x" },
    });
    assert.equal(answer.status, 404, id);
    assert.equal((await answer.json()).code, "not_found");
  }
});

Deno.test("a slash at the end is the same path, and nothing is redirected", async () => {
  const answer = await post(withRoute(edge()), "/api/v1/things/1/", {
    json: { name: "x" },
  });
  assert.equal(answer.status, 200);
});

Deno.test("every answer forbids inline script, frames, sniffing and plain http", async () => {
  const routes = withRoute(edge());
  for (const path of ["/api/v1/things/1", "/nothing"]) {
    const { headers } = await post(routes, path, { json: { name: "x" } });
    const csp = headers.get("content-security-policy") ?? "";
    assert.match(csp, /default-src 'none'/);
    assert.match(csp, /frame-ancestors 'none'/);
    assert.ok(!csp.includes("unsafe"));
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(
      headers.get("strict-transport-security") ?? "",
      /max-age=\d{8}/,
    );
    assert.ok(headers.get("referrer-policy"));
  }
  const plain = withRoute(edge({ baseUrl: "http://localhost:8000" }));
  const { headers } = await plain.app.request("/nothing");
  assert.equal(headers.get("strict-transport-security"), null);
});

Deno.test("a page of a listed origin may use the API, a page of another is told nothing", async () => {
  const routes = withRoute(edge());
  const preflight = (origin: string) =>
    routes.app.request("/api/v1/things/1", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
  const listed = await preflight("https://ui.example.com");
  assert.equal(
    listed.headers.get("access-control-allow-origin"),
    "https://ui.example.com",
  );
  for (
    const origin of [
      "https://evil.example",
      "null",
      "https://ui.example.com.evil.example",
    ]
  ) {
    const refused = await preflight(origin);
    assert.equal(
      refused.headers.get("access-control-allow-origin"),
      null,
      origin,
    );
  }
});
