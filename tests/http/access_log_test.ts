import assert from "node:assert/strict";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { createEdge } from "../../src/http/edge.ts";
import { BodyBudget } from "../../src/http/read_body.ts";

/** Runs the requests against an edge with one route and tells what was logged. */
async function logged(requests: Request[]): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: ["pagerpal"], sinks: ["memory"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], lowestLevel: "error" },
    ],
  });
  try {
    let nowMs = 0;
    const routes = createEdge({
      // No route here asks who somebody is.
      store: {} as never,
      clock: () => nowMs += 7,
      newId: () => "made-by-us",
      randomBytes: (length) => new Uint8Array(length),
      bodyBudget: new BodyBudget(1_000),
      observer: UNOBSERVED,
      config: {
        baseUrl: "https://pager.example.com",
        allowedOrigins: [],
        trustedProxies: [],
      },
    });
    routes.page("/broken", "public", () => {
      throw new Error("nobody foresaw it");
    });
    for (const request of requests) await routes.app.fetch(request, {});
  } finally {
    await reset();
  }
  return records;
}

const KEY = "ppAb12Cd34abcdefghijklmnopqrstuv";

Deno.test("a request is one line with its id, method, path, status and duration, and no key", async () => {
  const records = await logged([
    new Request(`https://pager.example.com/api/v1/alerts/${KEY}?key=${KEY}`, {
      method: "POST",
      headers: {
        "x-request-id": "from-the-caller",
        "x-api-key": KEY,
        authorization: `Bearer ${KEY}`,
      },
    }),
  ]);
  assert.equal(records.length, 1);
  const [record] = records;
  assert.deepEqual(record?.category, ["pagerpal", "http"]);
  assert.deepEqual(record?.properties, {
    request_id: "from-the-caller",
    method: "POST",
    path: "/api/v1/alerts/[redacted]",
    status: 404,
    duration_ms: 7,
    client: "unknown",
  });
  assert.ok(!JSON.stringify(record).includes(KEY));
});

Deno.test("what nobody foresaw is logged with its request id, and the request has its line too", async () => {
  const records = await logged([
    new Request("https://pager.example.com/broken"),
  ]);
  assert.deepEqual(records.map(({ level }) => level), ["error", "info"]);
  const [failure, line] = records;
  assert.equal(failure?.properties.request_id, "made-by-us");
  assert.match(String(failure?.properties.error), /nobody foresaw it/);
  assert.equal(line?.properties.status, 500);
});
