import assert from "node:assert/strict";
import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { RememberingRouter } from "../../src/http/remembering_router.ts";

const ROUTES: [string, string][] = [
  ["ALL", "*"],
  ["GET", "/alerts"],
  ["POST", "/alerts"],
  ["POST", "/alerts/:key"],
  ["ALL", "/alerts"],
  ["GET", "/:page"],
];

Deno.test("what is found is what Hono's own router finds, the first time and again", () => {
  const plain = new TrieRouter<string>();
  const remembering = new RememberingRouter<string>();
  for (const [method, path] of ROUTES) {
    plain.add(method, path, `${method} ${path}`);
    remembering.add(method, path, `${method} ${path}`);
  }
  for (let time = 0; time < 2; time++) {
    for (const method of ["GET", "POST", "DELETE", "BREW", "ALL"]) {
      for (
        const path of ["/alerts", "/alerts/k", "/alerts/x/y", "/help", "/"]
      ) {
        assert.deepEqual(
          remembering.match(method, path),
          plain.match(method, path),
          `${method} ${path}`,
        );
      }
    }
  }
});

Deno.test("a route that is added later is found, though its path was asked for before", () => {
  const router = new RememberingRouter<string>();
  router.add("GET", "/alerts", "first");
  assert.equal(router.match("GET", "/alerts")[0].length, 1);
  router.add("GET", "/alerts", "second");
  assert.equal(router.match("GET", "/alerts")[0].length, 2);
});

Deno.test("one request's parameters are never another's", async () => {
  const app = new Hono({ router: new RememberingRouter() });
  app.get("/alerts/:key", (c) => c.text(c.req.param("key")));
  for (const key of ["one", "two"]) {
    assert.equal(await (await app.request(`/alerts/${key}`)).text(), key);
  }
});
